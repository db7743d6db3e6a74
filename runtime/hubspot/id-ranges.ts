/** A range of ids that one reader reads from start to end. */
export interface IdRange {
  /** Everything below this id was returned. */
  position: bigint
  /** The first id of the next reader's range; null for the range with an open end. */
  end: bigint | null
  /** Average distance between ids on the last page; null before the first page. */
  spacing: number | null
}

/** A range with fewer records than this is not worth splitting. */
const leastSplitRecords = 4 * 100

/**
 * Distributes ids among readers. Ranges never overlap and leave no gaps: a split range ends exactly where
 * the new one begins.
 */
export class IdRanges {
  readonly #open = new Set<IdRange>()
  /** Ranges that no reader has taken yet. */
  readonly #waiting: IdRange[]
  /** The last known id; new records may still appear after it. */
  readonly #lastId: bigint

  constructor(ranges: readonly IdRange[], lastId: bigint) {
    this.#waiting = [...ranges]
    this.#lastId = lastId
  }

  /** Takes one of the initial ranges; null if all are taken. */
  take(): IdRange | null {
    const range = this.#waiting.shift() ?? null
    if (range !== null) this.#open.add(range)
    return range
  }

  /**
   * Takes the upper half of what is left of the largest range, estimated from the density of its records;
   * null if no range is worth splitting.
   */
  split(recordsLeft: number): IdRange | null {
    if (recordsLeft < leastSplitRecords) return null
    let range: IdRange | null = null
    let most = leastSplitRecords
    for (const [candidate, records] of this.#estimates(recordsLeft)) {
      if (records <= most) continue
      most = records
      range = candidate
    }
    if (range === null) return null
    // The owner keeps the page that it is reading.
    const half = 100 + (most - 100) / 2
    // Slightly less than whole pages: records of the owner's last page that lie in the new range are read
    // twice.
    const kept = Math.floor(half / 100) * 100 - 15
    const begin = range.position + BigInt(Math.ceil(kept * (range.spacing ?? 1)))
    const taken: IdRange = { position: begin, end: range.end, spacing: null }
    range.end = begin
    this.#open.add(taken)
    return taken
  }

  close(range: IdRange): void {
    this.#open.delete(range)
  }

  /**
   * Estimated records of each open range. Ids are clustered with large gaps in between. If the density of
   * the last page suggests more than twice a fair share of all remaining records, the cluster probably ends
   * earlier; such ranges share what the others leave.
   */
  #estimates(recordsLeft: number): ReadonlyMap<IdRange, number> {
    const estimates = new Map<IdRange, number>()
    const bound = (2 * recordsLeft) / this.#open.size
    const beyond: IdRange[] = []
    let rest = recordsLeft
    for (const range of this.#open) {
      const records = this.#recordsAtItsDensity(range)
      if (records > bound) beyond.push(range)
      else rest -= records
      estimates.set(range, records)
    }
    const share = Math.max(leastSplitRecords + 1, rest / beyond.length)
    for (const range of beyond) {
      estimates.set(range, Math.min(estimates.get(range) ?? share, share))
    }
    return estimates
  }

  /** Records between position and end, at the density of the last page. */
  #recordsAtItsDensity({ position, end, spacing }: IdRange): number {
    if (spacing === null) return 0
    return Number((end ?? this.#lastId + 1n) - position) / spacing
  }
}
