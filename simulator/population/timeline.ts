import { DAY_MS } from './instant.ts'
import { below, mix } from './mix.ts'
import { Permutation } from './permutation.ts'

/** The last modification of the portal's own records; changes made later are newer. */
const PORTAL_STILL_SINCE_MS = Date.parse('2026-10-31T20:00:00Z')

const SPAN_MS = 1_340 * DAY_MS
/** Minimum distance of stamps, so that one can be rounded down to its full second. */
const LEAST_STEP_MS = 2_000
const BLOCK_RANKS = 64
/** An import modified this share of the records in a single millisecond. */
const IMPORT_FROM = 0.42
const IMPORT_SHARE = 0.015

/**
 * When records of an object type were created and modified. Records are ranked by modified stamp: rank and
 * index are a permutation of each other, and stamps never decrease as ranks increase. Most stamps are
 * distinct; every eighth block of ranks shares one millisecond, and so does one larger import.
 */
export class Timeline {
  readonly size: number
  readonly #salt: number
  readonly #ranks: Permutation
  readonly #startMs: number
  readonly #stepMs: number
  readonly #importFrom: number
  readonly #importUntil: number

  constructor(size: number, salt: number) {
    this.size = size
    this.#salt = salt
    this.#ranks = new Permutation(size, mix(salt, 21))
    this.#stepMs = Math.max(LEAST_STEP_MS, Math.floor(SPAN_MS / Math.max(1, size)))
    this.#startMs = PORTAL_STILL_SINCE_MS - this.#stepMs * size
    this.#importFrom = Math.floor(size * IMPORT_FROM)
    this.#importUntil = this.#importFrom + Math.floor(size * IMPORT_SHARE)
  }

  rankOfIndex(index: number): number {
    return this.#ranks.forward(index)
  }

  indexOfRank(rank: number): number {
    return this.#ranks.backward(rank)
  }

  /** Modified stamp in ms of the record at a rank; never decreases as the rank increases. */
  modifiedMs(rank: number): number {
    const leader = this.#leader(rank)
    const draw = mix(this.#salt, leader)
    const jitter = 1_000 + below(draw, this.#stepMs - 1_000)
    const stamp = this.#startMs + leader * this.#stepMs + jitter
    return draw % 20 === 0 ? stamp - (stamp % 1_000) : stamp
  }

  /** The lowest rank with a stamp of at least this; `size` if there is none. */
  firstRankFrom(ms: number): number {
    let [low, high] = [0, this.size]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.modifiedMs(middle) < ms) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low
  }

  /**
   * When the record at an index was created: increasing with the index overall, out of order by hours
   * between neighbours, and never after its modified stamp.
   */
  createdMs(index: number, modifiedMs: number): number {
    const draw = mix(this.#salt, index ^ 0x5bd1e995)
    const steady = this.#startMs - 200 * DAY_MS + index * this.#stepMs
    const jitter = below(draw, 3 * 3_600_000) - 5_400_000
    const created = Math.min(steady + jitter, modifiedMs - below(mix(draw, 3), 90_000))
    return draw % 25 === 0 ? created - (created % 1_000) : created
  }

  /** Ranks that share a millisecond use the stamp of the first of them. */
  #leader(rank: number): number {
    if (rank >= this.#importFrom && rank < this.#importUntil) {
      return this.#importFrom
    }
    const block = Math.floor(rank / BLOCK_RANKS)
    const first = block * BLOCK_RANKS
    const touchesImport = first < this.#importUntil && first + BLOCK_RANKS > this.#importFrom
    return block % 8 === 5 && !touchesImport ? first : rank
  }
}
