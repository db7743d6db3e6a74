import { visibleJson } from '../../render/text/escape-text.ts'
import { describeSection, describeSummary, sumUp } from './describe-findings.ts'
import { type ExamineRequest, examine } from './examine.ts'
import type { Finding } from './finding.ts'

const failedExitCode = 1

/** Prints each section when it is known, and gives the exit code: 0 nothing failed, 1 something did. */
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

/** Commands that read or write the folder of the generated files, as far as they stand in remedies. */
const command = /hubgen (?:diff|doctor|explore|generate|migrate|status|sync)\b[^`]*/g

/** The same for somebody whose generated files are elsewhere than where commands look by themselves. */
function nameFolder(text: string, directory: string): string {
  if (directory === 'generated') return text
  return text.replaceAll(command, (typed) =>
    typed.includes('--directory') ? typed : `${typed} --directory ${directory}`,
  )
}

function nameFolderIn(finding: Finding, directory: string): Finding {
  return finding.fix === null ? finding : { ...finding, fix: nameFolder(finding.fix, directory) }
}
