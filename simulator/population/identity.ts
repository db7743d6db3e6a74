import { below, mix } from './mix.ts'

/** Distance between neighbouring ids; the gaps contain merged ids and some created ones. */
const ID_STRIDE = 4_099
const MARGIN = 64
/** Minimum room below and above an id for the ids near it, in ranges with few numbers. */
const ROOM_BELOW = 6
const ROOM_ABOVE = 8
const LEAST_STRIDE = 20
/** Object types that share one numbering have each a remainder of their own. */
const LANES = 8
/** Id lengths of which an old portal has few records: each has this share of them, within these bounds. */
const RARE_DIGITS = [1, 2, 3, 4, 5, 6, 7, 8]
const RARE_SHARE = 0.01
const MOST_RARE = 40
/** Shares of the other lengths; the rest has the last length but one. */
const COMMON_SHARES: readonly (readonly [digits: number, share: number])[] = [
  [9, 0.05],
  [10, 0.13],
  [11, 0.62],
]
const NEWEST_DIGITS = [12, 13]
const NEWEST_SHARE = 0.06

/** Ids of one length: a cluster of neighbours somewhere among the numbers of that length. */
interface Crowd {
  readonly firstIndex: number
  readonly base: number
  readonly stride: number
}

/**
 * Record ids of one object type: ascending in the index, with uneven gaps, and computable in both
 * directions. They have one to thirteen digits, as in a portal that is older than HubSpot's current
 * numbers. Records of one length lie close together, with large gaps in between.
 */
export class Identity {
  readonly #crowds: readonly Crowd[]
  readonly #salt: number
  readonly #lane: number | undefined
  readonly size: number

  /** With a lane from 0 to 7, no id is one of another lane, whatever the sizes and salts. */
  constructor(size: number, salt: number, lane?: number) {
    this.size = size
    this.#salt = salt
    this.#lane = lane
    this.#crowds = crowdsOf(size, salt)
  }

  /** The id of the record at an index; beyond the last one, ids that are not in use yet. */
  id(index: number): number {
    const { firstIndex, base, stride } = this.#crowdOf((crowd) => crowd.firstIndex <= index)
    const isWide = stride > 4 * MARGIN
    const room = stride - (isWide ? 2 * MARGIN : ROOM_BELOW + ROOM_ABOVE)
    const start = base + (index - firstIndex) * stride + (isWide ? MARGIN : ROOM_BELOW)
    const lane = this.#lane
    if (lane === undefined) return start + below(mix(this.#salt, index), room)
    const lowest = isWide ? start + below(mix(this.#salt, index), room) : start
    return lowest + ((((lane - lowest) % LANES) + LANES) % LANES)
  }

  /** The id of a record that was created later than its neighbours, in the gap above the one at this index. */
  idInGap(index: number): number {
    return this.id(index) + (this.#lane === undefined ? 7 : LANES)
  }

  /** The index of an id; undefined if no record of the population has it. */
  index(id: number): number | undefined {
    const index = this.slot(id)
    return index >= 0 && index < this.size && this.id(index) === id ? index : undefined
  }

  /** The lowest index whose id is at least this; `size` if there is none. */
  firstIndexFrom(id: number): number {
    const slot = this.slot(id)
    if (slot < 0) {
      return 0
    }
    if (slot >= this.size) {
      return this.size
    }
    return this.id(slot) >= id ? slot : slot + 1
  }

  /**
   * The index of the slot that contains this id: ids closer than a stride belong to the same slot. In a gap
   * between clusters, the index after it.
   */
  slot(id: number): number {
    const { firstIndex, base, stride } = this.#crowdOf((crowd) => crowd.base <= id)
    const slot = firstIndex + Math.floor((id - base) / stride)
    const next = this.#crowds.find((crowd) => crowd.base > id)
    return next === undefined ? slot : Math.min(slot, next.firstIndex)
  }

  #crowdOf(begins: (crowd: Crowd) => boolean): Crowd {
    const crowd = this.#crowds.findLast(begins) ?? this.#crowds[0]
    if (crowd === undefined) {
      throw new Error('there are no ids')
    }
    return crowd
  }
}

/** The last cluster always exists, because new records are added to it. */
function crowdsOf(size: number, salt: number): readonly Crowd[] {
  const crowds: Crowd[] = []
  let firstIndex = 0
  for (const [digits, count] of countsOf(size)) {
    const isLast = digits === NEWEST_DIGITS.at(-1)
    if (count > 0 || isLast) {
      const [lowest, end] = numbersOf(digits)
      const stride = Math.min(ID_STRIDE, Math.floor((end - lowest) / Math.max(1, count)))
      // Leaves room after the newest ids for new ones.
      const spare = Math.floor((end - lowest - count * stride) / (isLast ? 2 : 1))
      const base = lowest + Math.floor(spare * (below(mix(salt, digits), 1_000) / 1_000))
      crowds.push({ firstIndex, base, stride })
    }
    firstIndex += count
  }
  return crowds
}

/** The numbers with this many digits; one-digit ids share a range with two-digit ids. */
function numbersOf(digits: number): readonly [lowest: number, end: number] {
  const lowest = digits <= 1 ? 0 : digits === 2 ? LEAST_STRIDE : 10 ** (digits - 1)
  return [lowest, digits === 1 ? LEAST_STRIDE : 10 ** digits]
}

/** Number of records with ids of each length, ascending. */
function countsOf(size: number): readonly (readonly [digits: number, count: number])[] {
  const counts = new Map<number, number>()
  let rest = size
  const take = (digits: number, wanted: number) => {
    const [lowest, end] = numbersOf(digits)
    const stride = digits < 9 ? LEAST_STRIDE : ID_STRIDE
    const count = Math.max(0, Math.min(rest, Math.floor((end - lowest) / stride), wanted))
    counts.set(digits, count)
    rest -= count
  }
  const rare = Math.min(MOST_RARE, Math.ceil(size * RARE_SHARE))
  for (const digits of RARE_DIGITS) {
    take(digits, Math.min(rare, Math.floor(size / 2) - (size - rest)))
  }
  const common = rest
  for (const [digits, share] of COMMON_SHARES) {
    take(digits, Math.floor(common * share))
  }
  const newest = Math.ceil(common * NEWEST_SHARE)
  take(12, rest - newest)
  counts.set(13, rest)
  return [...counts]
}
