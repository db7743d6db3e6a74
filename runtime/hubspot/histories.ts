import { HubgenError } from '../errors.ts'
import { type BatchAnswer, readBatch } from './batch-read.ts'
import { asObject, readId } from './client/answer-body.ts'
import type { HubSpot } from './client/client.ts'
import { type Page, restOfPage } from './page.ts'

/** Former values of one record's properties. */
export interface RecordHistory {
  /** Digits. */
  readonly id: string
  /** Per property newest first, as HubSpot sends them. */
  readonly versions: readonly ValueVersion[]
  /** Properties for which the answer has a list of versions, even an empty one. */
  readonly answered: readonly string[]
  /** Properties whose current value is in the answer. */
  readonly values: ReadonlySet<string>
  /** Properties without such a list that have a value or are missing from the answer entirely. */
  readonly lacking: readonly string[]
}

interface ValueVersion {
  readonly property: string
  /** Null if the value was cleared. */
  readonly value: string | null
  /** As HubSpot sends it: ISO, or an epoch in ms; "" if missing. */
  readonly timestamp: string
  /** The origin of the value: `CRM_UI`, `IMPORT`, … */
  readonly source: string | null
  readonly sourceId: string | null
}

export interface HistoryNames {
  /** Properties whose former values are read. */
  readonly former: readonly string[]
  /** Further properties, only to see whether HubSpot answers them. */
  readonly values?: readonly string[]
}

/**
 * Histories of these records, whose ids must be distinct. Also requests current values: only they
 * distinguish a property that never had a value from one whose former values HubSpot does not return.
 */
export function readHistories(
  hubspot: HubSpot,
  objectType: string,
  { former, values = [] }: HistoryNames,
  ids: readonly string[],
): Promise<BatchAnswer<RecordHistory>> {
  const properties = [...new Set([...values, ...former])]
  const request = { objectType, properties, propertiesWithHistory: former }
  return readBatch(hubspot, request, { read: (body, at) => readAnswer(body, at, former) }, ids)
}

/** Properties for which no record has former values although at least one should. */
export function unansweredHistories(records: readonly RecordHistory[]): readonly string[] {
  const answered = new Set(records.flatMap((record) => record.answered))
  const lacking = new Set(records.flatMap((record) => record.lacking))
  return [...lacking].filter((name) => !answered.has(name))
}

function readAnswer(body: unknown, at: string, wanted: readonly string[]): Page<RecordHistory> {
  const { results, ...rest } = asObject(body)
  if (!Array.isArray(results)) throw malformed('answered without a list of `results`', at)
  const records: RecordHistory[] = []
  const silent: RecordHistory[] = []
  let nameless = 0
  for (const result of results) {
    const { id: found, properties, propertiesWithHistory } = asObject(result)
    const id = readId(found)
    if (id === null) nameless += 1
    else {
      const record = readHistory(id, { properties, propertiesWithHistory }, wanted)
      if (isObject(propertiesWithHistory)) records.push(record)
      else silent.push(record)
    }
  }
  // If current values are missing as well, HubSpot does not answer these properties, and asking again would
  // not help.
  const isLost =
    records.length === 0 &&
    silent.every(
      ({ lacking, values }) =>
        lacking.length === wanted.length && !wanted.some((name) => values.has(name)),
    )
  if (isLost) return { records: silent, unread: [], nameless, ...restOfPage(rest) }
  // Without the object, the answer does not say whether there are former values.
  const unread = silent.map(({ id }) => ({ id, reason: 'unanswered' as const }))
  return { records, unread, nameless, ...restOfPage(rest) }
}

function readHistory(
  id: string,
  sent: { readonly properties: unknown; readonly propertiesWithHistory: unknown },
  wanted: readonly string[],
): RecordHistory {
  const lists = Object.entries(asObject(sent.propertiesWithHistory))
  const present = asObject(sent.properties)
  const answered = lists.flatMap(([name, list]) => (Array.isArray(list) ? name : []))
  const isCleared = (name: string) =>
    Object.hasOwn(present, name) && textOrNull(present[name]) === null
  return {
    id,
    versions: lists.flatMap(([name, list]) => readVersions(name, list)),
    answered,
    values: new Set(Object.keys(present)),
    lacking: wanted.filter((name) => !answered.includes(name) && !isCleared(name)),
  }
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * Anything that is not a list counts as no versions. A version without a time gets "", which is later
 * reported as unreadable.
 */
function readVersions(property: string, list: unknown): ValueVersion[] {
  if (!Array.isArray(list)) return []
  return list.map((entry) => {
    const { value, timestamp, sourceType, sourceId } = asObject(entry)
    return {
      property,
      value: textOrNull(value),
      timestamp: textOrNull(timestamp) ?? '',
      source: textOrNull(sourceType),
      sourceId: textOrNull(sourceId),
    }
  })
}

/** Cleared values are null or "". */
function textOrNull(value: unknown): string | null {
  if (value === undefined || value === null || value === '') return null
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function malformed(what: string, at: string): HubgenError {
  return new HubgenError('ANSWER_MALFORMED', `HubSpot ${what}`, {
    at,
    fix: 'run the command again; if the error persists, report it together with the API version in use',
  })
}
