import { type AnswerFormat, asObject } from './client/answer-body.ts'

/** Why an answer does not contain a record; stable words for the state and logs. */
export type UnreadReason =
  /** Answers neither contained it nor said that it does not exist. */
  | 'unanswered'
  /** HubSpot fails or refuses whenever the request includes this record. */
  | 'unreadable'
  /** It came without a modified stamp. */
  | 'no_time'
  /** It came without an object of properties. */
  | 'no_properties'
  /** Its id does not fit into a bigint. */
  | 'id_out_of_range'

/** A record that exists or may exist but that HubSpot's answers did not contain. */
export interface UnreadRecord {
  /** Digits. */
  readonly id: string
  readonly reason: UnreadReason
}

/** One answer of a list, a search or a batch read, in its order. */
export interface Page<R> {
  readonly records: readonly R[]
  /** Records that exist but that the answer does not contain. */
  readonly unread: readonly UnreadRecord[]
  /** Number of entries without a numeric id. */
  readonly nameless: number
  /** The cursor of the next page; null on the last one. */
  readonly next: string | null
  /** Ids that HubSpot says do not exist; null for one that it does not name. */
  readonly notFound: readonly (string | null)[]
}

/** Parses an answer's body into a page of records. */
export type RecordFormat<R extends { readonly id: string }> = AnswerFormat<Page<R>>

/** The parts of an answer other than its records. */
export function restOfPage(body: { readonly paging?: unknown; readonly errors?: unknown }) {
  return { next: nextCursor(body.paging), notFound: notFoundIds(body.errors) }
}

/** Of `paging`; null where nothing follows. Its link, which is never followed, names the same cursor. */
export function nextCursor(paging: unknown): string | null {
  const { after, link } = asObject(asObject(paging)['next'])
  if (typeof after === 'number') return String(after)
  if (typeof after === 'string' && after !== '') return after
  if (typeof link !== 'string') return null
  return URL.parse(link, 'https://api.hubapi.com')?.searchParams.get('after') || null
}

/** Only this category means that a record does not exist; other errors of a 207 are temporary. */
const notFoundCategory = 'OBJECT_NOT_FOUND'

function notFoundIds(errors: unknown): Page<never>['notFound'] {
  if (!Array.isArray(errors)) return []
  return errors.map(asObject).flatMap(({ category, context }) => {
    if (category !== notFoundCategory) return []
    const { ids, id = ids } = asObject(context)
    if (Array.isArray(id)) return id.map(String)
    return [id === undefined ? null : String(id)]
  })
}
