import type { HistoryEntry } from '../store.ts'
import { isoInstant } from './instant.ts'
import { mix, pick, saltOf } from './mix.ts'
import { Subject } from './subject.ts'
import type { ValueMaker } from './value-makers.ts'

const SOURCES = ['CRM_UI', 'IMPORT', 'INTEGRATION', 'AUTOMATION_PLATFORM', 'FORM'] as const
const MOST_EARLIER_VALUES = 3

/**
 * The values that a property of the population had, newest first: the current one, then up to three from
 * other seeds, back to the record's creation.
 */
export function firstHistory(subject: Subject, property: string, make: ValueMaker): HistoryEntry[] {
  const draw = mix(subject.seed, saltOf(`history ${property}`))
  const count = 1 + (draw % (MOST_EARLIER_VALUES + 1))
  const stepMs = Math.floor((subject.modifiedMs - subject.createdMs) / count)
  const entries: HistoryEntry[] = []
  for (let back = 0; back < count; back++) {
    const seed = back === 0 ? subject.seed : mix(subject.seed, back)
    const value = make(new Subject(subject, seed))
    if (value !== undefined && value !== entries.at(-1)?.value) {
      const sourceType = pick(mix(draw, back), SOURCES)
      entries.push({
        value,
        timestamp: isoInstant(subject.modifiedMs - back * stepMs),
        sourceType,
        ...(sourceType === 'CRM_UI' ? { sourceId: 'userId:5551001' } : {}),
      })
    }
  }
  return entries
}
