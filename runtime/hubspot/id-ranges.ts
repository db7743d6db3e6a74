/** A part of the ids that one reader reads from its first to its last. */
export interface IdRange {
  /** Everything below was handed on. */
  position: bigint
  /** The first id that is another reader's; null for the range that takes whatever comes last. */
  end: bigint | null
  /** Ids from one record to the next on the page read last; null before the first page. */
  spacing: number | null
}

/** Fewer records than that in a range are read sooner by whoever has begun with it. */
const leastSplitRecords = 4 * 100

/**
 * Shares ids out among readers. Ranges never overlap and leave nothing out: a range that is split ends
 * exactly where the new one begins.
 */
export class IdRanges {
  readonly #open = new Set<IdRange>()
  /** Nobody reads them yet. */
  readonly #waiting: IdRange[]
  /** Where records are known to end; new ones may still appear behind it. */
  readonly #lastId: bigint

  constructor(ranges: readonly IdRange[], lastId: bigint) {
    this.#waiting = [...ranges]
    this.#lastId = lastId
  }

  /** One of those that it was made with; null when all of them are taken. */
  take(): IdRange | null {
    const range = this.#waiting.shift() ?? null
    if (range !== null) this.#open.add(range)
    return range
  }

  /**
   * Takes the upper half of what is left of the largest range, by how densely its records lie; null
   * when nothing is worth it.
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
    // The page that is under way is the owner's.
    const half = 100 + (most - 100) / 2
    // Just under whole pages: what the owner's last page has of the part that is taken is read twice.
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
   * Records of each open range. Ids come in crowds with deserts between: where the density of the last page
   * promises more than twice a fair share of the records that are left in all, the crowd will end before,
   * so such ranges share what the others leave.
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

  /** Records between the position and the end, at the density met last. */
  #recordsAtItsDensity({ position, end, spacing }: IdRange): number {
    if (spacing === null) return 0
    return Number((end ?? this.#lastId + 1n) - position) / spacing
  }
}
