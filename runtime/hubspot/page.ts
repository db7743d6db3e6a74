import { type AnswerFormat, asObject } from './answer-body.ts'

/** Why an answer does not give a record; stable words for the state and logs. */
export type UnreadReason =
  /** Answers neither had it nor said that it does not exist. */
  | 'unanswered'
  /** HubSpot fails or refuses whenever the record is in the question. */
  | 'unreadable'
  /** It came without a time that it was changed at. */
  | 'no_time'
  /** It came without an object of properties. */
  | 'no_properties'
  /** Its id is larger than a bigint. */
  | 'id_out_of_range'

/** A record that exists or may exist, and that HubSpot's answers did not give. */
export interface UnreadRecord {
  /** Digits. */
  readonly id: string
  readonly reason: UnreadReason
}

/** One answer of a list, a search or a batch read, in its order. */
export interface Page<R> {
  readonly records: readonly R[]
  /** Records that are there and that the answer does not give. */
  readonly unread: readonly UnreadRecord[]
  /** Things without an id of digits: nobody can say which records they are. */
  readonly nameless: number
  /** The cursor of the page that follows; null on the last one. */
  readonly next: string | null
  /** Ids that HubSpot says do not exist; null stands for one that it does not name. */
  readonly notFound: readonly (string | null)[]
}

/** What the records of an answer become. */
export type RecordFormat<R extends { readonly id: string }> = AnswerFormat<Page<R>>

/** What an answer says besides its records. */
export function restOfPage(body: { readonly paging?: unknown; readonly errors?: unknown }) {
  return { next: nextCursor(body.paging), notFound: notFoundIds(body.errors) }
}

function nextCursor(paging: unknown): string | null {
  const { next } = asObject(paging)
  const { after } = asObject(next)
  if (typeof after === 'number') return String(after)
  return typeof after === 'string' && after !== '' ? after : null
}

/** Only this word says that a record does not exist; other errors of a 207 are about the moment. */
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
