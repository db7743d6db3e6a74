import { createHash } from 'node:crypto'
import { compareText } from '../model/compare-text.ts'

/** What hubgen last wrote, inside the folder of generated files; `sha256sum -c hubgen.sum` checks it. */
export const CHECKSUM_FILE = 'hubgen.sum'

/** SHA-256 of a text file in hex, whatever its line ends: git may have turned them into CRLF. */
export function checksum(text: string): string {
  return createHash('sha256').update(normalizeLineEnds(text), 'utf8').digest('hex')
}

export function normalizeLineEnds(text: string): string {
  return text.replaceAll('\r\n', '\n')
}

/** One line a file, `<sha256>  <path>`, sorted by path. */
export function formatChecksums(checksums: ReadonlyMap<string, string>): string {
  return [...checksums]
    .sort(([left], [right]) => compareText(left, right))
    .map(([path, hash]) => `${hash}  ${path}\n`)
    .join('')
}

/** By path. Lines that are no checksum, such as a merge's conflict marks, are left out. */
export function parseChecksums(text: string): ReadonlyMap<string, string> {
  const checksums = new Map<string, string>()
  for (const line of text.replace(/^\ufeff/, '').split(/\r?\n/)) {
    const [, hash, path] = /^([0-9a-f]{64}) {2}(\S.*)$/.exec(line) ?? []
    if (hash !== undefined && path !== undefined) checksums.set(path, hash)
  }
  return checksums
}
