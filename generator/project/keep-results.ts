import { normalizeLineEnds } from '../disk/checksums.ts'
import { measuredResults, replaceResults } from '../render/report/results-section.ts'

/**
 * The rendered files, where each setup document has the results that `hubgen report` wrote into the one on disk.
 * It is the only part of a generated file that does not follow from an analysis.
 */
export function keepResults(
  rendered: ReadonlyMap<string, string>,
  disk: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  return new Map(
    [...rendered].map(([path, text]) => {
      const section = path.endsWith('/README.md')
        ? measuredResults(normalizeLineEnds(disk.get(path) ?? ''))
        : null
      const kept = section === null ? null : replaceResults(text, section)
      return [path, kept ?? text]
    }),
  )
}
