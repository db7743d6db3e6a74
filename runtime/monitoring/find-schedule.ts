import type { Schedule } from './copy-status.ts'

/** A run that reads records, of any outcome. */
export interface RecentRun {
  readonly startedAt: Date
  /** The interval of `hubgen sync --every`; null for a run that was started alone. */
  readonly everySeconds: number | null
  /** `host, process 4711`; null if unknown. */
  readonly holder: string | null
  /** Until then, the rounds after this run write nothing unless something is new; null if they do. */
  readonly quietUntil: Date | null
}

/** Fewer intervals may be a coincidence. */
const fewestIntervals = 3
/** A rhythm that a person sees in the times: most intervals are about as long as the median. */
const regularShare = 0.6
const tolerance = 0.25
/** Runs of a person who tries something come closer together. */
const shortestSeconds = 60
/** A round may begin late: by its jitter, by the runs before, or because the machine is busy. */
const graceSeconds = 120

/** From the newest run back; null if no rhythm shows. `isRunning`: nothing is missed while a run is active. */
export function findSchedule(
  runs: readonly RecentRun[],
  { now, isRunning }: { readonly now: Date; readonly isRunning: boolean },
): Schedule | null {
  // A run that a person starts meanwhile does not end the quiet of a watcher.
  const newest = runs.find(({ quietUntil }) => quietUntil !== null && quietUntil > now) ?? runs[0]
  if (newest === undefined) return null
  const stated = newest.everySeconds
  const everySeconds = stated ?? inferInterval(runs)
  if (everySeconds === null) return null
  const lastAt = newest.startedAt
  const everyMs = everySeconds * 1000
  const isQuiet = stated !== null && newest.quietUntil !== null && newest.quietUntil > now
  // A quiet watcher leaves no trace; one that has died misses the round that should have left one.
  const silentMs = Math.max(lastAt.getTime(), (stated && newest.quietUntil?.getTime()) || 0)
  const passed = (now.getTime() - silentMs) / 1000 - graceSeconds
  const roundsMs = Math.floor((now.getTime() - lastAt.getTime()) / everyMs) * everyMs
  return {
    source: stated === null ? 'runs' : 'every',
    everySeconds,
    lastAt,
    nextAt: new Date((isQuiet ? lastAt.getTime() + roundsMs : silentMs) + everyMs),
    quietUntil: isQuiet ? newest.quietUntil : null,
    missed: isRunning ? 0 : Math.max(0, Math.floor(passed / everySeconds)),
    machine: newest.holder?.replace(/, process \d+$/, '') ?? null,
  }
}

/** Cron and CI leave no schedule, but their runs come in regular intervals. */
function inferInterval(runs: readonly RecentRun[]): number | null {
  const intervals = runs.slice(1).flatMap(({ startedAt }, index) => {
    const later = runs[index]
    return later === undefined ? [] : (later.startedAt.getTime() - startedAt.getTime()) / 1000
  })
  if (intervals.length < fewestIntervals) return null
  const median = intervals.toSorted((one, other) => one - other)[Math.floor(intervals.length / 2)]
  if (median === undefined || median < shortestSeconds) return null
  const regular = intervals.filter((one) => Math.abs(one - median) <= median * tolerance)
  return regular.length >= intervals.length * regularShare ? median : null
}
