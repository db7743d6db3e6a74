import { systemClock } from '../hubspot/limits/clock.ts'
import type { Patience } from '../postgres/state/commit.ts'
import type { Emit } from './events.ts'
import type { SyncOptions } from './sync-options.ts'

/** Waits for the database until the run ends, and emits an event for each retry. */
export function patienceOf({
  options,
  emit,
  signal,
}: {
  readonly options: SyncOptions
  readonly emit: Emit
  readonly signal?: AbortSignal | undefined
}): Patience {
  const { clock = systemClock } = options.connect ?? {}
  return {
    sleep: (delayMs) => clock.sleep(delayMs, signal),
    onRetry: (retry) => emit({ type: 'database_retry', ...retry }),
  }
}
