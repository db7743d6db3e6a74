/**
 * Notices when the cursors of a list come round again, however many lie between, in the memory of two cursors
 * (Brent's method): a list that goes round is read two or three times before that is known, never for ever.
 */
export class CursorTrail {
  #last: string | null = null
  /** A cursor of before; the next ones are compared with it, for as many steps as led to it. */
  #mark: string | null = null
  #steps = 0
  #stepsToMark = 1

  /** Follows a cursor; false where the list has given it before, so that following it would not end. */
  follow(next: string): boolean {
    if (next === this.#last || next === this.#mark) return false
    this.#last = next
    this.#steps++
    if (this.#steps === this.#stepsToMark) {
      this.#mark = next
      this.#stepsToMark *= 2
    }
    return true
  }
}
