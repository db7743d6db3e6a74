/** What time the simulator believes it is: a test hands in its own, so that no window needs waiting for. */
export interface Clock {
  /** Milliseconds since 1970. */
  nowMs(): number
}

export const systemClock: Clock = { nowMs: () => Date.now() }
