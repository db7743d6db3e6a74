import type { Analysis } from './analysis.ts'
import { compareText } from './compare-text.ts'

/** A record's pipeline and its stage there, by HubSpot's names. */
const PAIRS = [
  ['pipeline', 'dealstage'],
  ['hs_pipeline', 'hs_pipeline_stage'],
] as const

/** The properties that say where in a pipeline a record is, by name; none for an entity without pipelines. */
export function stageProperties(properties: ReadonlySet<string>): readonly string[] {
  return PAIRS.filter((pair) => pair.every((name) => properties.has(name)))
    .flat()
    .sort(compareText)
}

/**
 * Live properties of pipelines and stages whose former values are not kept: tables of stages over time would
 * lack their rows.
 */
export function missingStageHistory(analysis: Analysis): readonly string[] {
  const { properties, pipelines, history = [] } = analysis
  if (pipelines.length === 0) return []
  const live = properties.filter(({ archived }) => !archived).map(({ name }) => name)
  return stageProperties(new Set(live)).filter((name) => !history.includes(name))
}
