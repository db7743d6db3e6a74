import type { SyncEvent } from './events.ts'

/** An event as JSON for programs: the error of a finished run with its code, message, place and fix. */
export function plainEvent(event: SyncEvent): Readonly<Record<string, unknown>> {
  if (event.type !== 'run_finished') return { ...event }
  const { report, ...rest } = event
  const { error, ...numbers } = report
  if (error === null) return { ...rest, report }
  const { code, message, at, fix } = error
  return { ...rest, report: { ...numbers, error: { code, message, at, fix } } }
}
