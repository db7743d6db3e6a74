import { expect } from 'vitest'
import type { ConnectOptions, Retry } from '../../../runtime/hubspot/client/client.ts'
import { connectHubSpot } from '../../../runtime/hubspot/client/client.ts'
import { HubSpotError } from '../../../runtime/hubspot/client/hubspot-error.ts'
import { createRateLimiter } from '../../../runtime/hubspot/limits/rate-limiter.ts'
import { createInstantClock } from './instant-clock.ts'
import type { ScriptedHubSpot } from './scripted-hubspot.ts'

/** A client that waits without delay, and for the maximum time: its jitter is always the upper bound. */
export function connectScripted(server: ScriptedHubSpot, options: ConnectOptions = {}) {
  const clock = createInstantClock()
  const retries: Retry[] = []
  const hubspot = connectHubSpot(server.settings, {
    clock,
    rateLimiter: createRateLimiter(clock),
    random: () => 1,
    onRetry: (retry) => retries.push(retry),
    ...options,
  })
  return { hubspot, clock, retries }
}

/** The error that a call fails with; fails itself if that is not a HubSpotError. */
export async function failureOf(work: Promise<unknown>): Promise<HubSpotError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(HubSpotError)
  return error as HubSpotError
}
