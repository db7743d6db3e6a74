import { HubgenError } from '../errors.ts'
import { asObject } from './answer-body.ts'

/** One of the things that an answer lists; nothing about it is certain but its id. */
export interface AnswerItem {
  readonly id: string
  readonly facts: Readonly<Record<string, unknown>>
}

/**
 * What is under `results`, each id once: the first of several is kept. Fails with ANSWER_MALFORMED, which
 * names the endpoint, where there is no list or something in it has no id.
 */
export function readItems(body: unknown, path: string): readonly AnswerItem[] {
  const { results } = asObject(body)
  return itemsOf(results, path)
}

/** The same of a list inside an answer; none where HubSpot leaves the list out. */
export function readInnerItems(list: unknown, path: string): readonly AnswerItem[] {
  return list === undefined || list === null ? [] : itemsOf(list, path)
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

function itemsOf(list: unknown, path: string): readonly AnswerItem[] {
  if (!Array.isArray(list)) throw malformed('it lists nothing', path)
  const items = new Map<string, AnswerItem>()
  for (const entry of list) {
    const facts = asObject(entry)
    const { id } = facts
    if (typeof id !== 'string' || id === '') throw malformed('something in it has no id', path)
    if (!items.has(id)) items.set(id, { id, facts })
  }
  return [...items.values()]
}

function malformed(what: string, path: string): HubgenError {
  return new HubgenError(
    'ANSWER_MALFORMED',
    `HubSpot's answer has another shape than expected: ${what}`,
    { at: `GET ${path}`, fix: 'try again; if it stays, report it with the API version in use' },
  )
}
