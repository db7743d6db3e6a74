import { styleText } from 'node:util'
import { HubgenError } from '../../../runtime/errors.ts'
import { print } from '../../../runtime/terminal/print.ts'
import { normalizeLineEnds } from '../../disk/checksums.ts'
import type { WritePlan } from '../../disk/plan-write.ts'
import { unifiedDiff } from '../../disk/unified-diff.ts'

/** Limit per file: a new table alone has hundreds of lines. */
const PRINTED_LINES = 200

/**
 * Prints the differences between the folder and the files that would be generated, as a unified diff, and
 * fails with GENERATED_FILES_DIFFER; prints one line if there are none. `command` is the command that fixes
 * them.
 */
export function printDifferences(
  plan: WritePlan,
  disk: ReadonlyMap<string, string>,
  { directory, command }: { directory: string; command: string },
): void {
  for (const [path, text] of plan.write) {
    printDiff(unifiedDiff(path, normalizeLineEnds(disk.get(path) ?? '') || null, text))
  }
  for (const path of plan.remove) {
    printDiff(unifiedDiff(path, normalizeLineEnds(disk.get(path) ?? ''), null))
  }
  for (const path of plan.unknown) print(`extra file, not generated: ${path}`)
  const missing = [...plan.write.keys()].filter((path) => !disk.has(path)).length
  const different = plan.write.size - missing
  const extra = plan.remove.length + plan.unknown.length
  if (missing + different + extra === 0) {
    print(`${plan.unchanged} generated files are up to date`)
    return
  }
  throw new HubgenError(
    'GENERATED_FILES_DIFFER',
    `${missing} missing, ${different} different, ${extra} extra; ${plan.unchanged} up to date`,
    { at: directory, fix: fixOf(plan, command) },
  )
}

function fixOf(plan: WritePlan, command: string): string {
  const steps = plan.unknown.length === 0 ? [] : ['move the extra files elsewhere']
  if (plan.write.size + plan.remove.length > 0) {
    steps.push(`run \`${command}${plan.edited.length > 0 ? ' --overwrite' : ''}\``)
  }
  return steps.join(', then ')
}

function printDiff(diff: string | null): void {
  if (diff === null) return
  const lines = diff.split('\n')
  for (const line of lines.slice(0, PRINTED_LINES)) process.stdout.write(`${colour(line)}\n`)
  const more = lines.length - PRINTED_LINES
  if (more > 0) print(`… ${more} more lines`)
}

function colour(line: string): string {
  if (line.startsWith('+')) return styleText('green', line)
  if (line.startsWith('-')) return styleText('red', line)
  return line.startsWith('@@') ? styleText('cyan', line) : line
}
