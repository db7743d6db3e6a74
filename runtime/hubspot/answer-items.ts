import { asObject } from './answer-body.ts'

/** One of the things that an answer lists; only its id is certain. */
export interface AnswerItem {
  readonly id: string
  readonly facts: Readonly<Record<string, unknown>>
}

export interface AnswerItems {
  /** Each id once: the first of several is kept. */
  readonly items: readonly AnswerItem[]
  /** Entries without an id. Where there are any, an id that is not among the items may still be there. */
  readonly nameless: number
}

/** What a list has; what is no list is one entry without an id. */
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

/** Ids are text; a whole number is the text of its digits. */
function idOf({ id }: Readonly<Record<string, unknown>>): string | null {
  if (typeof id === 'number') return Number.isSafeInteger(id) ? String(id) : null
  return typeof id === 'string' && id !== '' ? id : null
}

/** Text as HubSpot sent it; null for what is no text. */
export function textFact(fact: unknown): string | null {
  return typeof fact === 'string' ? fact : null
}

/** A whole number that HubSpot sends as a number or as digits, as digits; null for anything else. */
export function wholeFact(fact: unknown): string | null {
  const digits = typeof fact === 'number' ? String(fact) : fact
  return typeof digits === 'string' && wholeNumber.test(digits) ? digits : null
}

/** Null where it is no instant that Postgres and ISO agree about. */
export function instantFact(fact: unknown): string | null {
  const ms = typeof fact === 'string' ? Date.parse(fact) : Number.NaN
  if (Number.isNaN(ms) || ms < firstMs || ms > lastMs) return null
  return new Date(ms).toISOString()
}

/** Ids of HubSpot's have 13 digits at most; bigint takes 18 whatever they are. */
const wholeNumber = /^\d{1,18}$/
const firstMs = Date.parse('0001-01-01T00:00:00Z')
const lastMs = Date.parse('9999-12-31T23:59:59Z')
