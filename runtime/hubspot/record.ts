import { HubgenError } from '../errors.ts'
import { asObject, readId } from './client/answer-body.ts'
import { type Page, restOfPage, type UnreadRecord } from './page.ts'

/** A record as HubSpot returns it. */
export interface HubSpotRecord {
  /** Digits; may exceed 2^53. */
  readonly id: string
  /** By property name; null if the property is not set. */
  readonly properties: Readonly<Record<string, string | null>>
  /** ISO; without a fraction if there are no milliseconds. */
  readonly createdAt: string
  readonly updatedAt: string
  readonly archived: boolean
  readonly archivedAt?: string
}

/**
 * Reads the records in the `results` of an answer. An answer of another shape fails with ANSWER_MALFORMED;
 * a malformed record affects only itself.
 */
export function readRecords(body: unknown, at: string): Page<HubSpotRecord> {
  const { results, ...rest } = asObject(body)
  if (!Array.isArray(results)) {
    throw new HubgenError('ANSWER_MALFORMED', 'HubSpot answered without a list of `results`', {
      at,
      fix: 'check that HUBSPOT_API_URL is the address of HubSpot or of `hubgen simulate`',
    })
  }
  const records: HubSpotRecord[] = []
  const unread: UnreadRecord[] = []
  let nameless = 0
  for (const result of results) {
    const record = readRecord(asObject(result))
    if (record === null) nameless += 1
    else if ('reason' in record) unread.push(record)
    else records.push(record)
  }
  return { records, unread, nameless, ...restOfPage(rest) }
}

/** Whether the id fits into Postgres's bigint. */
export function fitsBigint(id: string): boolean {
  return id.length < 19 || BigInt(id) <= largestId
}

const largestId = 9_223_372_036_854_775_807n

function readRecord(facts: Record<string, unknown>): HubSpotRecord | UnreadRecord | null {
  const { properties, createdAt, archived, archivedAt } = facts
  const id = readId(facts['id'])
  if (id === null) return null
  if (!fitsBigint(id)) return { id, reason: 'id_out_of_range' }
  if (typeof properties !== 'object' || properties === null || Array.isArray(properties)) {
    return { id, reason: 'no_properties' }
  }
  const values = withTextValues(properties as Record<string, unknown>)
  const updatedAt = stampOf(facts, values)
  if (updatedAt === null) return { id, reason: 'no_time' }
  const archivedTime = readInstant(archivedAt)
  return {
    id,
    properties: values,
    createdAt: readInstant(createdAt) ?? updatedAt,
    updatedAt,
    archived: archived === true,
    ...(archivedTime !== null && { archivedAt: archivedTime }),
  }
}

/** Contacts use the first one, all other objects the second; HubSpot sends them unasked. */
const modifiedProperties = ['lastmodifieddate', 'hs_lastmodifieddate']

function stampOf(
  { updatedAt }: Record<string, unknown>,
  values: Readonly<Record<string, string | null>>,
): string | null {
  const stamps = [updatedAt, ...modifiedProperties.map((name) => values[name])]
  return stamps.map(readInstant).find((stamp) => stamp !== null) ?? null
}

const isoInstant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(Z|[+-]\d\d:?\d\d)?$/
const epochMs = /^[1-9]\d{11,13}$/

/** An instant that JavaScript and Postgres parse alike, as ISO; null for anything else. */
function readInstant(value: unknown): string | null {
  if (typeof value !== 'string') return null
  if (epochMs.test(value)) return new Date(Number(value)).toISOString()
  const written = isoInstant.exec(value)
  // HubSpot's times are UTC if they have no offset.
  const instant = written?.[1] === undefined ? `${value}Z` : value
  if (written === null || Number.isNaN(Date.parse(instant)) || value.startsWith('0000')) return null
  // JavaScript turns February 30 into a day in March, which Postgres refuses.
  const day = value.slice(0, 10)
  const isDay = new Date(`${day}T00:00:00Z`).toISOString().startsWith(day)
  return isDay ? instant : null
}

/** Every value is text or null today; any other value would be stored as its JSON text. */
function withTextValues(properties: Record<string, unknown>): Record<string, string | null> {
  for (const name of Object.keys(properties)) {
    const value = properties[name]
    if (typeof value !== 'string' && value !== null) properties[name] = JSON.stringify(value)
  }
  return properties as Record<string, string | null>
}
