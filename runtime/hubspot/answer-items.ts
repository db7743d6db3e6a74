import { asObject } from './client/answer-body.ts'

/** An entry of a list in an answer; only its id is certain. */
export interface AnswerItem {
  readonly id: string
  readonly facts: Readonly<Record<string, unknown>>
}

export interface AnswerItems {
  /** The first entry for each id. */
  readonly items: readonly AnswerItem[]
  /** Number of entries without an id. If there are any, ids that are not among the items may still exist. */
  readonly nameless: number
}

/** Reads a list of entries; anything that is not a list counts as one entry without an id. */
export function readItems(list: unknown): AnswerItems {
  const items = new Map<string, AnswerItem>()
  let nameless = 0
  for (const entry of Array.isArray(list) ? list : [null]) {
    const facts = asObject(entry)
    const id = idOf(facts)
    if (id === null) nameless += 1
    else if (!items.has(id)) items.set(id, { id, facts })
  }
  return { items: [...items.values()], nameless }
}

/** Ids are text; a whole number is converted to text. */
function idOf({ id }: Readonly<Record<string, unknown>>): string | null {
  if (typeof id === 'number') return Number.isSafeInteger(id) ? String(id) : null
  return typeof id === 'string' && id !== '' ? id : null
}

/** Text as HubSpot sent it; null for anything else. */
export function textFact(fact: unknown): string | null {
  return typeof fact === 'string' ? fact : null
}

/** A whole number, sent as a number or as digits, as digits; null for anything else. */
export function wholeFact(fact: unknown): string | null {
  const digits = typeof fact === 'number' ? String(fact) : fact
  return typeof digits === 'string' && wholeNumber.test(digits) ? digits : null
}

/** An instant in ISO form; null unless it is valid and within the range that ISO and Postgres share. */
export function instantFact(fact: unknown): string | null {
  const ms = typeof fact === 'string' ? Date.parse(fact) : Number.NaN
  if (Number.isNaN(ms) || ms < firstMs || ms > lastMs) return null
  return new Date(ms).toISOString()
}

/** HubSpot's ids have at most 13 digits; bigint holds any number of 18 digits. */
const wholeNumber = /^\d{1,18}$/
const firstMs = Date.parse('0001-01-01T00:00:00Z')
const lastMs = Date.parse('9999-12-31T23:59:59Z')
