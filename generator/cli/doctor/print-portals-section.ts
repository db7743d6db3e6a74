import { print } from '../../../runtime/terminal/print.ts'
import { visibleJson } from '../../render/text/escape-text.ts'
import { describeSection } from './describe-findings.ts'
import { examinePortals } from './examine-portals.ts'

/** Checks the portals file and its queue for `hubgen doctor --portals all`; returns the exit code. */
export async function printPortalsSection(
  directory: string,
  format: 'json' | 'text',
): Promise<number> {
  const section = await examinePortals(directory)
  if (section === null) return 0
  const { findings } = section
  const exitCode = findings.some(({ state }) => state === 'failed') ? 1 : 0
  if (format === 'text') print(describeSection(section).join('\n'))
  else {
    const output = findings.map((finding) => ({ event: 'finding', ...finding }))
    process.stdout.write(`${visibleJson({ portal: null, exitCode, output })}\n`)
  }
  return exitCode
}
