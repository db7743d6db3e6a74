import { asObject } from '../../hubspot/client/answer-body.ts'
import type { RecordSpan } from '../../postgres/load/record-ids.ts'

/** The position of a pass that reads the table in id order: everything up to this id is read. */
export interface IdPosition {
  readonly last: string
}

/** Null at the start, or if the saved position is not an `IdPosition`. */
export function readIdPosition(position: unknown): string | null {
  const { last } = asObject(position)
  return isId(last) ? last : null
}

/**
 * An entry of `reads`. An earlier hubgen ordered ids as text and skipped most records; this entry makes
 * such copies read everything once.
 */
export const byNumber = 'ids in numeric order'

/**
 * Everything from `start` upwards, wrapping around at the highest id, is read up to `last`. `start` is 0 by
 * default.
 */
export interface CirclePosition extends IdPosition {
  readonly start?: string
}

/**
 * The order in which a pass reads every record if no stamp shows what changed meanwhile. A resumed pass
 * starts after the last record, wraps around to where it first began, which completes it, and then reads
 * again what earlier runs had read. One uninterrupted run therefore leaves nothing stale, and runs that are
 * interrupted again and again still complete the pass.
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

  /** In reading order. */
  spansLeft(): readonly RecordSpan[] {
    const [start, last] = [BigInt(this.#start), BigInt(this.#last)]
    if (last < start) return [{ after: this.#last, upTo: this.#start, changedSince: null }]
    const behind = { after: this.#last, upTo: null, changedSince: null }
    return start === 0n ? [behind] : [behind, { after: '0', upTo: this.#start, changedSince: null }]
  }

  positionAt(last: string): CirclePosition {
    return this.#start === '0' ? { last } : { start: this.#start, last }
  }

  /** The part that must be read again once the circle is complete. */
  rest(): CirclePosition {
    return { start: this.#last, last: this.#start }
  }
}

/**
 * The spans of a pass that reads records changed since a time. A resumed pass also reads, in the part
 * already read, records that changed since it began.
 */
export function changedSpans(
  last: string | null,
  { begunAt, since }: { readonly begunAt: Date; readonly since: Date | null },
): readonly RecordSpan[] {
  const behind = { after: last ?? '0', upTo: null, changedSince: since }
  return last === null ? [behind] : [{ after: '0', upTo: last, changedSince: begunAt }, behind]
}

/** Returns the higher id: reading again does not move the position back. */
export function laterId(one: string | null, other: string): string {
  return one !== null && BigInt(one) > BigInt(other) ? one : other
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && /^\d{1,19}$/.test(value)
}
