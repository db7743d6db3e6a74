import { print } from '../../../runtime/terminal/print.ts'
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
    const { findings: found } = section
    if (format === 'json') {
      for (const finding of found) writeJson({ event: 'finding', ...finding })
    } else if (found.length > 0) {
      print(describeSection(section).join('\n'))
    }
  }
  const summed = sumUp(all, made)
  const summary = { ...summed, next: nameFolder(summed.next, directory) }
  if (format === 'json') writeJson({ event: 'examined', ...summary })
  else print(describeSummary(summary).join('\n'))
  return summary.failed > 0 ? failedExitCode : 0
}

function writeJson(event: object): void {
  process.stdout.write(`${visibleJson(event)}\n`)
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
