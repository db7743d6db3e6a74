/**
 * Deterministic randomness. A record has a 32-bit seed, a purpose has a 32-bit salt, and a draw is a mix of
 * both. There is no state, so any value of any record can be computed alone and in any order.
 */

/** Hashes two integers to a well-distributed 32-bit unsigned integer. */
export function mix(seed: number, salt: number): number {
  let bits = (seed ^ salt) | 0
  bits = Math.imul(bits ^ (bits >>> 16), 0x7feb352d)
  bits = Math.imul(bits ^ (bits >>> 15), 0x846ca68b)
  return (bits ^ (bits >>> 16)) >>> 0
}

/** The salt of a purpose, from its name (FNV-1a, then mixed). */
export function saltOf(text: string): number {
  let bits = 0x811c9dc5
  for (let at = 0; at < text.length; at++) {
    bits = Math.imul(bits ^ text.charCodeAt(at), 0x01000193)
  }
  return mix(bits, 0x9e3779b9)
}

/** A number in [0, limit), limit up to 2^32. */
export function below(draw: number, limit: number): number {
  return Math.floor((draw / 0x1_0000_0000) * limit)
}

/** An item of a non-empty list. */
export function pick<Item>(draw: number, items: readonly Item[]): Item {
  const item = items[below(draw, items.length)]
  if (item === undefined) {
    throw new Error('nothing to pick from')
  }
  return item
}
