import { styleText } from 'node:util'
import type { Exploration, ExplorationReport } from '../../explore/explore-portal.ts'
import type { Drift, DriftKind } from '../../model/drift.ts'
import { ROW_BYTES } from '../../model/row-width.ts'
import { driftRecord } from '../../project/drift/drift-words.ts'
import { visibleText } from '../../render/text/escape-text.ts'

/** Reports the progress and the result of an exploration to a person or a program. */
export interface ExploreReporter {
  step(entity: string, step: string): void
  explored(exploration: Exploration): void
  finish(report: ExplorationReport): void
}

/**
 * In text format, steps are shown on a terminal only. `directory` is the folder of generated files, for the
 * next command.
 */
export function createExploreReporter(
  output: NodeJS.WriteStream,
  format: 'text' | 'json',
  directory: string,
): ExploreReporter {
  return format === 'json' ? jsonReporter(output) : textReporter(output, directory)
}

function jsonReporter(output: NodeJS.WriteStream): ExploreReporter {
  const write = (event: object): void => {
    output.write(`${JSON.stringify(event)}\n`)
  }
  return {
    step: (entity, step) => write({ event: 'step', entity, step }),
    explored: ({ changes, ...exploration }) =>
      write({ event: 'explored', ...exploration, changes: changes?.map(driftRecord) ?? null }),
    finish: ({ portal, owners, explored, refused, notes }) =>
      write({ event: 'finished', portal, owners, entities: explored.length, refused, notes }),
  }
}

function textReporter(output: NodeJS.WriteStream, directory: string): ExploreReporter {
  const clear = (): void => {
    if (output.isTTY) output.write('\r\x1b[K')
  }
  return {
    step: (entity, step) => {
      clear()
      if (output.isTTY) output.write(styleText('dim', `${entity}: reading ${step}`))
    },
    explored: (exploration) => {
      clear()
      output.write(`${describeExploration(exploration).join('\n')}\n`)
    },
    finish: (report) => {
      clear()
      output.write(`${describeReport(report, directory).join('\n')}\n`)
    },
  }
}

/** The kinds of drift that are printed; `hubgen diff` and version control show the rest. */
const PRINTED_CHANGES: readonly (readonly [string, ...DriftKind[]])[] = [
  ['added', 'property_added'],
  ['gone from HubSpot', 'property_archived', 'property_removed'],
  ['left out by hubgen.config.ts', 'property_excluded'],
  ['back', 'property_restored'],
  ['of another type in HubSpot', 'type_changed'],
  ['with another column', 'column_renamed', 'column_retyped'],
]

/** Number of names listed after a count; the files have the rest. */
const LISTED_NAMES = 3

function describeExploration(exploration: Exploration): string[] {
  const { entity, columns, skipped, path, outcome, changes, advice, notes } = exploration
  const properties = exploration.liveProperties + skipped
  const counts = `${properties} properties → ${columns} columns  ${skipped} skipped`
  const written = outcome === 'unchanged' ? `${path} (unchanged)` : path
  const lines = [`${styleText('bold', entity)}  ${counts}  ${written}`]
  if (changes !== null && outcome === 'written') {
    const printed = PRINTED_CHANGES.map(([what, ...kinds]) =>
      countChanges(what, changes, kinds),
    ).filter((text) => text !== null)
    lines.push(
      ...(printed.length > 0 ? printed : ['no property added or removed; other details changed']),
    )
  }
  lines.push(...describeFit(exploration))
  for (const { property, type, advised, reason } of advice) {
    lines.push(
      `${visibleText(property)} stays ${type}; the sample suggests ${advised}: ${reason}`,
      '  to change it, set `types` in hubgen.config.ts',
    )
  }
  lines.push(...notes.map(visibleText))
  return lines.map((line, index) => (index === 0 ? line : `  ${line}`))
}

function describeFit({ overflowProperties, rowBytes }: Exploration): string[] {
  const lines: string[] = []
  if (overflowProperties > 0) {
    lines.push(
      `too wide for a table: ${overflowProperties} properties are in \`overflow\` (see summary.txt)`,
    )
  }
  if (rowBytes > ROW_BYTES) {
    lines.push(`full rows may take ${rowBytes} bytes of ${ROW_BYTES} (see summary.txt)`)
  }
  return lines
}

function countChanges(
  what: string,
  changes: readonly Drift[],
  kinds: readonly DriftKind[],
): string | null {
  const names = changes.flatMap(({ kind, subject }) => (kinds.includes(kind) ? [subject] : []))
  if (names.length === 0) return null
  const listed = names.slice(0, LISTED_NAMES).map(visibleText)
  if (names.length > LISTED_NAMES) listed.push('…')
  return `${names.length} ${what}: ${listed.join(', ')}`
}

function describeReport(report: ExplorationReport, directory: string): string[] {
  const { portal, owners, explored, refused, notes } = report
  const lines: string[] = []
  for (const { entity, reason } of refused) {
    lines.push(`${styleText('bold', entity)}  skipped: ${visibleText(reason)}`)
  }
  lines.push(...notes.map(visibleText))
  const where = portal === null ? 'a saved answer' : `portal ${portal.id}`
  const people =
    owners === null ? '' : ` with ${owners.live} owners, ${owners.archived} of them archived`
  lines.push(
    `${explored.length} ${explored.length === 1 ? 'entity' : 'entities'} from ${where}${people}`,
  )
  if (explored.length > 0) lines.push(`next: ${styleText('cyan', nextCommand(report, directory))}`)
  return lines
}

/** Uses `--all` for many entities, because it is easier to read. */
function nextCommand({ explored }: ExplorationReport, directory: string): string {
  const names = explored.length > 4 ? '--all' : explored.map(({ entity }) => entity).join(' ')
  const option = directory === 'generated' ? '' : ` -d ${directory}`
  return `hubgen generate ${names}${option}`
}
