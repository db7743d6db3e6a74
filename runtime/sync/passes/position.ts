import { asObject } from '../../hubspot/answer-body.ts'
import type { RecordSpan } from '../../postgres/load/record-ids.ts'

/** A pass that goes through the table by id has read everything up to this one. */
export interface IdPosition {
  readonly last: string
}

/** Null at the start, and for what no pass of ours has written. */
export function readIdPosition(position: unknown): string | null {
  const { last } = asObject(position)
  return isId(last) ? last : null
}

/**
 * A word for `reads`: copies that were filled by a hubgen that went through the ids as text are short of most
 * records, so they are read from the start once.
 */
export const byNumber = 'ids in numeric order'

/** Everything from `start` on, round behind the highest id, is read up to `last`; 0 unless given. */
export interface CirclePosition extends IdPosition {
  readonly start?: string
}

/**
 * The way of a pass that reads every record, of which no stamp tells what changed meanwhile. One that goes on
 * begins behind the last record, goes round to where it once began, which completes it, and then reads
 * again what others than this run have read: so one undisturbed run leaves nothing stale, and runs that are
 * interrupted time and again still complete it.
 */
export class IdCircle {
  readonly readsAll = true
  readonly #start: string
  readonly #last: string

  constructor(start: string, last: string) {
    this.#start = start
    this.#last = last
  }

  static restore(position: unknown): IdCircle {
    const { start } = asObject(position)
    return new IdCircle(isId(start) ? start : '0', readIdPosition(position) ?? '0')
  }

  /** In the order in which they are to be read. */
  spansLeft(): readonly RecordSpan[] {
    const [start, last] = [BigInt(this.#start), BigInt(this.#last)]
    if (last < start) return [{ after: this.#last, upTo: this.#start, changedSince: null }]
    const behind = { after: this.#last, upTo: null, changedSince: null }
    return start === 0n ? [behind] : [behind, { after: '0', upTo: this.#start, changedSince: null }]
  }

  positionAt(last: string): CirclePosition {
    return this.#start === '0' ? { last } : { start: this.#start, last }
  }

  /** What is left to be read again once this way is completed. */
  rest(): CirclePosition {
    return { start: this.#last, last: this.#start }
  }
}

/**
 * What a pass by "changed since" reads: what changed since `since`, and where it goes on, of what it has read,
 * what changed since it was begun.
 */
export function changedSpans(
  last: string | null,
  { begunAt, since }: { readonly begunAt: Date; readonly since: Date | null },
): readonly RecordSpan[] {
  const behind = { after: last ?? '0', upTo: null, changedSince: since }
  return last === null ? [behind] : [{ after: '0', upTo: last, changedSince: begunAt }, behind]
}

/** The higher one: what is read again moves no position back. */
export function laterId(one: string | null, other: string): string {
  return one !== null && BigInt(one) > BigInt(other) ? one : other
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && /^\d{1,19}$/.test(value)
}
