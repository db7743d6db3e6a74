import { below, mix } from './mix.ts'

/** Room between two neighbouring ids; gaps hold merged-away ids and, in part, created ones. */
const ID_STRIDE = 4_099
const MARGIN = 64

/**
 * Record ids of one object type: ascending in the index, with uneven gaps, eleven or twelve digits,
 * and computable both ways.
 */
export class Identity {
  readonly #base: number
  readonly #salt: number
  readonly size: number

  constructor(size: number, salt: number) {
    this.size = size
    this.#salt = salt
    this.#base = 15_000_000_000 + below(mix(salt, 11), 480_000) * 1_000_000
  }

  /** The id of the record at an index. */
  id(index: number): number {
    const room = ID_STRIDE - 2 * MARGIN
    return this.#base + index * ID_STRIDE + MARGIN + below(mix(this.#salt, index), room)
  }

  /** The index of an id; undefined when no record of the population has it. */
  index(id: number): number | undefined {
    const index = this.slot(id)
    return index >= 0 && index < this.size && this.id(index) === id ? index : undefined
  }

  /** The lowest index whose id is at least this; `size` when there is none. */
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

  /** The index around whose id this one lies: ids closer than a stride belong to the same slot. */
  slot(id: number): number {
    return Math.floor((id - this.#base) / ID_STRIDE)
  }
}
