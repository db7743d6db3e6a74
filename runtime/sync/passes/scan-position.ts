import { asObject } from '../../hubspot/client/answer-body.ts'
import { allIds, type IdSpan, subtractSpan } from '../../hubspot/id-spans.ts'
import type { ReadingPosition, SpanPage } from '../../hubspot/side-by-side.ts'
import { countOf, formatCount } from '../../words/numbers-as-text.ts'

/** The progress of a full scan as `hubgen.pass` stores it. Ids are text because they can exceed 2^53. */
interface SavedPosition {
  /**
   * Spans that are left, ascending: the first id, and the id after the last one or null if there is no
   * upper end.
   */
  readonly left: readonly (readonly [string, string | null])[]
  readonly lastId: string | null
  readonly read: number
  readonly total: number | null
}

/** The progress of a scan: the ids that pages covered, and those left to read. */
export class ScanPosition {
  /** Records of the whole scan, from HubSpot's search; null until it is known. */
  total: number | null = null
  #left: readonly IdSpan[] = [allIds]
  #lastId: bigint | null = null
  #read = 0

  /** Restores what `saved` returned; starts from the beginning if the position cannot be read. */
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

  /**
   * Called when the page is read and written. A page that does not say which ids it covers is read again
   * later.
   */
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

/** `42% of 50,000 records were read; 3 ranges of ids are left`; null if the position cannot be read. */
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

/** Null if it is not a scan position. */
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
