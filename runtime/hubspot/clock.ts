import { machine } from '../machine.ts'

/** Time as the reader sees it; tests bring their own, so that none of them has to wait. */
export interface Clock {
  /** Milliseconds since 1970; never goes backwards. */
  now(): number
  /** Rejects with the signal's reason as soon as the signal aborts. */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>
}

export const systemClock: Clock = {
  now: () => machine.steadyMs(),
  async sleep(durationMs, signal) {
    try {
      await machine.pause(durationMs, signal)
    } catch (error) {
      signal?.throwIfAborted()
      throw error
    }
  },
}
