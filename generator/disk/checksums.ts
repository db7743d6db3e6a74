import { createHash } from 'node:crypto'
import { compareText } from '../model/compare-text.ts'

/** Checksums of the files that hubgen last wrote into the folder; `sha256sum -c hubgen.sum` checks them. */
export const CHECKSUM_FILE = 'hubgen.sum'

/** SHA-256 of a text file in hex, with normalized line ends: git may have turned them into CRLF. */
export function checksum(text: string): string {
  return createHash('sha256').update(normalizeLineEnds(text), 'utf8').digest('hex')
}

export function normalizeLineEnds(text: string): string {
  return text.replaceAll('\r\n', '\n')
}

/** One line per file, `<sha256>  <path>`, sorted by path. */
export function formatChecksums(checksums: ReadonlyMap<string, string>): string {
  return [...checksums]
    .sort(([left], [right]) => compareText(left, right))
    .map(([path, hash]) => `${hash}  ${path}\n`)
    .join('')
}

/** By path. Skips lines that are not checksums, such as conflict marks of a merge. */
export function parseChecksums(text: string): ReadonlyMap<string, string> {
  const checksums = new Map<string, string>()
  for (const line of text.replace(/^\ufeff/, '').split(/\r?\n/)) {
    const [, hash, path] = /^([0-9a-f]{64}) {2}(\S.*)$/.exec(line) ?? []
    if (hash !== undefined && path !== undefined) checksums.set(path, hash)
  }
  return checksums
}
