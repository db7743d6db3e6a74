/**
 * A permutation of 0…size-1, computable in both directions: `position → (a·position + b) mod size`, with
 * `a` coprime to `size`. Exact for sizes below 2^26.
 */
export class Permutation {
  readonly size: number
  readonly #factor: number
  readonly #inverse: number
  readonly #shift: number

  constructor(size: number, salt: number) {
    this.size = size
    const near = Math.max(1, Math.floor(size * 0.618034))
    this.#factor = size < 3 ? 1 : nextCoprime(near, size)
    this.#inverse = size < 3 ? 1 : modularInverse(this.#factor, size)
    this.#shift = size === 0 ? 0 : salt % size
  }

  forward(position: number): number {
    return (this.#factor * position + this.#shift) % this.size
  }

  backward(image: number): number {
    return (this.#inverse * ((image - this.#shift + this.size) % this.size)) % this.size
  }
}

function nextCoprime(from: number, size: number): number {
  let candidate = from
  while (greatestCommonDivisor(candidate, size) !== 1) {
    candidate += 1
  }
  return candidate % size
}

function greatestCommonDivisor(left: number, right: number): number {
  return right === 0 ? left : greatestCommonDivisor(right, left % right)
}

/** Extended Euclidean algorithm. */
function modularInverse(factor: number, size: number): number {
  let [previous, current] = [factor, size]
  let [inverse, next] = [1, 0]
  while (current !== 0) {
    const quotient = Math.floor(previous / current)
    ;[previous, current] = [current, previous - quotient * current]
    ;[inverse, next] = [next, inverse - quotient * next]
  }
  return ((inverse % size) + size) % size
}
