import { HubgenError } from '../errors.ts'
import { asObject } from './answer-body.ts'

/** One record as HubSpot returns it. */
export interface HubSpotRecord {
  /** Digits; may be larger than 2^53. */
  readonly id: string
  /** By property name; null where the property is not set. */
  readonly properties: Readonly<Record<string, string | null>>
  /** ISO; without a fraction when there are no milliseconds. */
  readonly createdAt: string
  readonly updatedAt: string
  readonly archived: boolean
  readonly archivedAt?: string
}

/**
 * The records in the `results` of an answer, checked: an answer of another shape is ANSWER_MALFORMED,
 * a record of another shape is RECORD_MALFORMED and named by its place in the page.
 */
export function readRecords(body: unknown, at: string): HubSpotRecord[] {
  const { results } = asObject(body)
  if (!Array.isArray(results)) {
    throw new HubgenError('ANSWER_MALFORMED', 'HubSpot answered without a list of `results`', {
      at,
      fix: 'check that HUBSPOT_API_URL is the address of HubSpot or of `hubgen simulate`',
    })
  }
  return results.map((result, index) => readRecord(result, index, at))
}

function readRecord(result: unknown, index: number, at: string): HubSpotRecord {
  const { id, properties, createdAt, updatedAt, archived, archivedAt } = asObject(result)
  const malformed = (what: string) =>
    new HubgenError('RECORD_MALFORMED', `record ${index + 1} of a page ${what}`, {
      at,
      fix: 'run the command again; if it stays, report it together with the API version in use',
    })
  if (typeof id !== 'string' || !/^\d{1,19}$/.test(id)) throw malformed('has no `id` of digits')
  if (typeof properties !== 'object' || properties === null || Array.isArray(properties)) {
    throw malformed('has no `properties`')
  }
  if (!isInstant(updatedAt)) throw malformed('has no `updatedAt` that is a time')
  return {
    id,
    properties: withTextValues(properties as Record<string, unknown>),
    createdAt: isInstant(createdAt) ? createdAt : updatedAt,
    updatedAt,
    archived: archived === true,
    ...(isInstant(archivedAt) && { archivedAt }),
  }
}

function isInstant(value: unknown): value is string {
  return typeof value === 'string' && !Number.isNaN(Date.parse(value))
}

/** Every value is text or null today; should HubSpot ever send another, its JSON text stands for it. */
function withTextValues(properties: Record<string, unknown>): Record<string, string | null> {
  for (const name of Object.keys(properties)) {
    const value = properties[name]
    if (typeof value !== 'string' && value !== null) properties[name] = JSON.stringify(value)
  }
  return properties as Record<string, string | null>
}
