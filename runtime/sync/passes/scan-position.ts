import { asObject } from '../../hubspot/answer-body.ts'
import { allIds, type IdSpan, subtractSpan } from '../../hubspot/id-spans.ts'
import type { ReadingPosition, SpanPage } from '../../hubspot/side-by-side.ts'
import { countOf, formatCount } from '../../words/numbers-as-text.ts'

/** How far a full scan is, as `hubgen.pass` keeps it: ids as text, they may be larger than 2^53. */
interface SavedPosition {
  /** Ascending; the second of a pair is the first id that is not left, null where there is none. */
  readonly left: readonly (readonly [string, string | null])[]
  readonly lastId: string | null
  readonly read: number
  readonly total: number | null
}

/** A scan's way through the ids: what pages covered, and what is left to be read. */
export class ScanPosition {
  /** Of the whole scan, by HubSpot's search; null until it is known. */
  total: number | null = null
  #left: readonly IdSpan[] = [allIds]
  #lastId: bigint | null = null
  #read = 0

  /** From what `saved` gave once; from the start where that cannot be understood. */
  static restore(position: unknown): ScanPosition {
    const restored = new ScanPosition()
    const data = parsePosition(position)
    if (data === null) return restored
    restored.#left = data.left.map(([from, to]) => ({
      from: BigInt(from),
      to: to === null ? null : BigInt(to),
    }))
    restored.#lastId = data.lastId === null ? null : BigInt(data.lastId)
    restored.#read = data.read
    restored.total = data.total
    return restored
  }

  get reading(): ReadingPosition {
    return { left: this.#left, lastId: this.#lastId, read: this.#read }
  }

  /** The page is read and written; one that does not say what it covers is read again another time. */
  cover({ records, covered, lastId }: SpanPage<unknown>): void {
    if (covered === null) return
    this.#left = subtractSpan(this.#left, covered)
    this.#lastId = lastId ?? this.#lastId
    this.#read += records.length
  }

  saved(): SavedPosition {
    return {
      left: this.#left.map(({ from, to }) => [String(from), to === null ? null : String(to)]),
      lastId: this.#lastId === null ? null : String(this.#lastId),
      read: this.#read,
      total: this.total,
    }
  }
}

/** `42% of 50,000 records were read; 3 ranges of ids are left`; null where it cannot be understood. */
export function describeScanPosition(position: unknown): string | null {
  const data = parsePosition(position)
  if (data === null) return null
  const { read, total, left } = data
  const share =
    total === null || total === 0
      ? `${countOf(read, 'record')} were read`
      : `${Math.min(99, Math.floor((100 * read) / total))}% of ${formatCount(total)} records were read`
  return `${share}; ${left.length === 1 ? '1 range of ids is' : `${left.length} ranges of ids are`} left`
}

/** Null where it is something else. */
function parsePosition(position: unknown): SavedPosition | null {
  const { left, lastId, read, total } = asObject(position)
  const valid =
    Array.isArray(left) &&
    left.every((span) => Array.isArray(span) && isId(span[0]) && isIdOrNull(span[1])) &&
    isIdOrNull(lastId) &&
    typeof read === 'number' &&
    (total === null || typeof total === 'number')
  return valid ? (position as SavedPosition) : null
}

function isId(value: unknown): boolean {
  return typeof value === 'string' && /^\d{1,19}$/.test(value)
}

function isIdOrNull(value: unknown): boolean {
  return value === null || isId(value)
}
