/**
 * Detects when the cursors of a list repeat, at any distance, while remembering only two cursors (Brent's
 * algorithm). A list that repeats is read two or three times until that is detected, but not forever.
 */
export class CursorTrail {
  #last: string | null = null
  /** An earlier cursor; the next ones are compared with it, for as many steps as led to it. */
  #mark: string | null = null
  #steps = 0
  #stepsToMark = 1

  /** Records a cursor; false if the list has returned it before, so that following it would never end. */
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
