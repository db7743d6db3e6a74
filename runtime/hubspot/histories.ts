import { HubgenError } from '../errors.ts'
import { asObject } from './answer-body.ts'
import { type BatchAnswer, readBatch } from './batch-read.ts'
import type { HubSpot } from './client.ts'
import { type RecordFormat, restOfPage, type UnreadRecord } from './page.ts'
import { readId } from './record.ts'

/** The values that one record's properties had. */
export interface RecordHistory {
  /** Digits. */
  readonly id: string
  /** Of a property newest first, as HubSpot sends them. */
  readonly versions: readonly ValueVersion[]
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

/** Histories of these records, which must differ. */
export function readHistories(
  hubspot: HubSpot,
  objectType: string,
  properties: readonly string[],
  ids: readonly string[],
): Promise<BatchAnswer<RecordHistory>> {
  const request = { objectType, properties: [], propertiesWithHistory: properties }
  return readBatch(hubspot, request, histories, ids)
}

const histories: RecordFormat<RecordHistory> = {
  read(body, at) {
    const { results, ...rest } = asObject(body)
    if (!Array.isArray(results)) throw malformed('answered without a list of `results`', at)
    const records: RecordHistory[] = []
    const unread: UnreadRecord[] = []
    let nameless = 0
    for (const result of results) {
      const { id: found, propertiesWithHistory } = asObject(result)
      const id = readId(found)
      const versions = Object.entries(asObject(propertiesWithHistory)).flatMap(([name, list]) =>
        readVersions(name, list),
      )
      if (id === null) nameless += 1
      // Without the object nothing is said about former values, not even that there are none.
      else if (!isObject(propertiesWithHistory)) unread.push({ id, reason: 'unanswered' })
      else records.push({ id, versions })
    }
    return { records, unread, nameless, ...restOfPage(rest) }
  },
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
