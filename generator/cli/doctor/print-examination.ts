import { visibleJson } from '../../render/text/escape-text.ts'
import { describeSection, describeSummary, sumUp } from './describe-findings.ts'
import { type ExamineRequest, examine } from './examine.ts'
import type { Finding } from './finding.ts'

const failedExitCode = 1

/** Prints each section as soon as it is complete; returns the exit code: 0 if nothing failed, otherwise 1. */
export async function printExamination(
  request: ExamineRequest,
  format: 'json' | 'text',
): Promise<number> {
  const { directory } = request
  const all: Finding[] = []
  let made = 0
  for await (const { calls, title, findings } of examine(request)) {
    const section = { title, findings: findings.map((one) => nameFolderIn(one, directory)) }
    made = calls
    all.push(...section.findings)
    const lines =
      format === 'text'
        ? describeSection(section)
        : section.findings.map((finding) => visibleJson({ event: 'finding', ...finding }))
    print(lines)
  }
  const summed = sumUp(all, made)
  const summary = { ...summed, next: nameFolder(summed.next, directory) }
  print(
    format === 'text' ? describeSummary(summary) : [visibleJson({ event: 'examined', ...summary })],
  )
  return summary.failed > 0 ? failedExitCode : 0
}

function print(lines: readonly string[]): void {
  if (lines.length > 0) process.stdout.write(`${lines.join('\n')}\n`)
}

/** Commands in fixes that read or write the folder of generated files. */
const command = /hubgen (?:diff|doctor|explore|generate|migrate|status|sync)\b[^`]*/g

/** Adds `--directory` to the commands if the generated files are not in the default folder. */
function nameFolder(text: string, directory: string): string {
  if (directory === 'generated') return text
  return text.replaceAll(command, (typed) =>
    typed.includes('--directory') ? typed : `${typed} --directory ${directory}`,
  )
}

function nameFolderIn(finding: Finding, directory: string): Finding {
  return finding.fix === null ? finding : { ...finding, fix: nameFolder(finding.fix, directory) }
}
