import type { Finding } from './finding.ts'

/** Commands that read or write the folder of the generated files, as far as they stand in remedies. */
const command = /hubgen (?:diff|doctor|explore|generate|migrate|status|sync)\b[^`]*/g

/** The same for somebody whose generated files are elsewhere than where commands look by themselves. */
export function nameFolder(text: string, directory: string): string {
  if (directory === 'generated') return text
  return text.replaceAll(command, (typed) =>
    typed.includes('--directory') ? typed : `${typed} --directory ${directory}`,
  )
}

export function nameFolderIn(finding: Finding, directory: string): Finding {
  return finding.fix === null ? finding : { ...finding, fix: nameFolder(finding.fix, directory) }
}
