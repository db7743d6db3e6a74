import type { HistoryEntry } from '../store.ts'
import { isoInstant } from './instant.ts'
import { mix, pick, saltOf } from './mix.ts'
import { Subject } from './subject.ts'
import type { ValueMaker } from './value-makers.ts'

const SOURCES = ['CRM_UI', 'IMPORT', 'INTEGRATION', 'AUTOMATION_PLATFORM', 'FORM'] as const
const MOST_EARLIER_VALUES = 3

const STAGES = ['dealstage', 'hs_pipeline_stage', 'lifecyclestage']
const PIPELINES = ['pipeline', 'hs_pipeline']

/**
 * The values that a property of the population had, newest first: the current one, then up to three from
 * other seeds, since the record's creation. Stages and pipelines follow the record's passage through them.
 */
export function firstHistory(subject: Subject, property: string, make: ValueMaker): HistoryEntry[] {
  const draw = mix(subject.seed, saltOf(`history ${property}`))
  const passed = valuesPassed(subject, property)
  if (passed.length > 0 && passed.at(-1)?.value === make(subject)) {
    return passed.map(({ value, atMs }, back) => entryOf(value, atMs, mix(draw, back))).reverse()
  }
  const count = 1 + (draw % (MOST_EARLIER_VALUES + 1))
  const stepMs = Math.floor((subject.modifiedMs - subject.createdMs) / count)
  const entries: HistoryEntry[] = []
  for (let back = 0; back < count; back++) {
    const seed = back === 0 ? subject.seed : mix(subject.seed, back)
    const value = make(new Subject(subject, seed))
    if (value !== undefined && value !== entries.at(-1)?.value) {
      entries.push(entryOf(value, subject.modifiedMs - back * stepMs, mix(draw, back)))
    }
  }
  return entries
}

function entryOf(value: string, atMs: number, draw: number): HistoryEntry {
  const sourceType = pick(draw, SOURCES)
  return {
    value,
    timestamp: isoInstant(atMs),
    sourceType,
    ...(sourceType === 'CRM_UI' ? { sourceId: 'userId:5551001' } : {}),
  }
}

/** Oldest first; empty for other properties and for records without a pipeline. */
function valuesPassed(
  { journey, createdMs }: Subject,
  property: string,
): readonly { readonly value: string; readonly atMs: number }[] {
  if (STAGES.includes(property)) {
    return journey.steps.map(({ stageId, enteredMs }) => ({ value: stageId, atMs: enteredMs }))
  }
  const isInPipeline = PIPELINES.includes(property) && journey.steps.length > 0
  return isInPipeline ? [{ value: journey.pipelineId, atMs: createdMs }] : []
}
