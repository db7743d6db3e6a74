import { serializeAnalysis } from '../model/analysis-file.ts'
import type { DriftReport } from './find-drift.ts'

/** The analyses that `hubgen explore` would write now, by path inside the folder of generated files. */
export function changedAnalyses({ found }: DriftReport): ReadonlyMap<string, string> {
  return new Map(
    found.flatMap(({ entity, earlier, analysis }) => {
      const text = serializeAnalysis(analysis)
      const same = earlier !== null && serializeAnalysis(earlier) === text
      return same ? [] : [[`${entity}/analysis.json`, text] as const]
    }),
  )
}
