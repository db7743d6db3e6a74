/** A range of ids that one reader reads from start to end. */
export interface IdRange {
  /** Everything below this id was returned. */
  position: bigint
  /** The first id of the next reader's range; null for the range with an open end. */
  end: bigint | null
  /** Average distance between ids on the last page; null before the first page. */
  spacing: number | null
  /** Its records probably end before this id, because an upper part of it was empty; null if unknown. */
  probableEnd: bigint | null
}

/** A range with fewer records than this is not worth splitting. */
const leastSplitRecords = 4 * 100

/** If the upper part of a range was empty, its records probably end at one N-th of the rest. */
const probableShare = 4n

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
    // twice. The further ahead the split is, the less exact is the density of one page.
    const kept = Math.floor(half / 100) * 100 - 15 - Math.round(half / 100)
    const begin = range.position + BigInt(Math.ceil(kept * (range.spacing ?? 1)))
    const { end, probableEnd } = range
    const taken: IdRange = { position: begin, end, spacing: null, probableEnd }
    range.end = begin
    range.probableEnd = null
    this.#open.add(taken)
    return taken
  }

  /**
   * Closes a range, given the number of records on its last page. If there were none, the range below was split
   * beyond the end of its records. It is split much lower the next time: repeated halving would cost an empty
   * page each time.
   */
  close(range: IdRange, records: number): void {
    this.#open.delete(range)
    if (records > 0) return
    for (const below of this.#open) {
      if (below.end !== range.position) continue
      below.probableEnd = below.position + (range.position - below.position) / probableShare
    }
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
  #recordsAtItsDensity({ position, end, spacing, probableEnd }: IdRange): number {
    if (spacing === null) return 0
    const isPassed = probableEnd === null || probableEnd <= position
    const last = isPassed ? (end ?? this.#lastId + 1n) : probableEnd
    return Number(last - position) / spacing
  }
}
