import { machine } from '../../machine.ts'

/** The time as seen by the connection; tests replace it so that they never wait. */
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
