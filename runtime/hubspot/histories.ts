import { HubgenError } from '../errors.ts'
import { asObject } from './answer-body.ts'
import { type BatchAnswer, readBatch } from './batch-read.ts'
import type { HubSpot } from './client.ts'
import { type Page, restOfPage } from './page.ts'
import { readId } from './record.ts'

/** The values that one record's properties had. */
export interface RecordHistory {
  /** Digits. */
  readonly id: string
  /** Of a property newest first, as HubSpot sends them. */
  readonly versions: readonly ValueVersion[]
  /** Properties that the answer has a list of versions for, an empty one included. */
  readonly answered: readonly string[]
  /** Properties whose present value the answer has. */
  readonly values: ReadonlySet<string>
  /** Properties without such a list that have a value, or that the answer does not have at all. */
  readonly lacking: readonly string[]
}

interface ValueVersion {
  readonly property: string
  /** Null where the value was cleared. */
  readonly value: string | null
  /** As HubSpot writes it: ISO, or an epoch in ms; "" where it sends none. */
  readonly timestamp: string
  /** Who set it: `CRM_UI`, `IMPORT`, … */
  readonly source: string | null
  readonly sourceId: string | null
}

export interface HistoryNames {
  /** Properties of which all values are wanted that they had. */
  readonly former: readonly string[]
  /** Properties of which it is asked besides whether they are answered. */
  readonly values?: readonly string[]
}

/**
 * Histories of these records, which must differ. Their present values are asked for too: only they tell a property
 * that never had a value from one whose former values HubSpot does not answer.
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

/** Properties that no record has former values of, although one of them should. */
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
  // Where present values are missing as well, nothing of these properties is answered: asking again changes nothing.
  const isLost =
    records.length === 0 &&
    silent.every(
      ({ lacking, values }) =>
        lacking.length === wanted.length && !wanted.some((name) => values.has(name)),
    )
  if (isLost) return { records: silent, unread: [], nameless, ...restOfPage(rest) }
  // Without the object nothing is said about former values, not even that there are none.
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

/** What is no list has no versions; a version without a time keeps "" in its place, which is told as unreadable. */
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
    fix: 'run the command again; if it stays, report it together with the API version in use',
  })
}
