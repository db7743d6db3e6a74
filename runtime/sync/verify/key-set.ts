import { hash } from 'node:crypto'

const firstSlots = 1_024

/** Keys of rows that were seen, as hashes of eight bytes: a million keys take sixteen to thirty-two megabytes. */
export class KeySet {
  /** 0 is an empty slot. */
  #slots = new BigUint64Array(firstSlots)
  #size = 0

  get size(): number {
    return this.#size
  }

  has(key: string): boolean {
    const hashed = hashOf(key)
    return this.#slots[this.#slotOf(hashed)] === hashed
  }

  /** False if it was there before. */
  add(key: string): boolean {
    const hashed = hashOf(key)
    const slot = this.#slotOf(hashed)
    if (this.#slots[slot] === hashed) return false
    this.#slots[slot] = hashed
    this.#size += 1
    if (this.#size * 2 > this.#slots.length) this.#grow()
    return true
  }

  #slotOf(hashed: bigint): number {
    const last = this.#slots.length - 1
    let slot = Number(hashed & BigInt(last))
    while (this.#slots[slot] !== 0n && this.#slots[slot] !== hashed) slot = (slot + 1) & last
    return slot
  }

  #grow(): void {
    const before = this.#slots
    this.#slots = new BigUint64Array(before.length * 2)
    for (const hashed of before) if (hashed !== 0n) this.#slots[this.#slotOf(hashed)] = hashed
  }
}

function hashOf(key: string): bigint {
  return hash('sha1', key, 'buffer').readBigUInt64LE() || 1n
}
