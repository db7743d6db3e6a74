import { spansOfDay } from './history-bounds.ts'
import type { RunHistory, RunSpan } from './read-run-history.ts'

/** The copy of an entity during one span or day. */
export interface HistoryPoint extends RunSpan {
  /** Live rows at the end; null before the first run, in the future, and if the rows are not counted. */
  readonly rows: number | null
  /** The highest age of the columns at the end of a span; null before the first success and in the future. */
  readonly ageSeconds: number | null
}

/** The facts that the past is computed from: the live rows of today, and the time. */
export interface Present {
  readonly rows: number | null
  readonly now: Date
}

/**
 * The spans with rows and ages. Rows are those of today less what later runs inserted, plus what they marked as
 * deleted; a restored record counts as live for the time before, too.
 */
export function pointsOf(history: RunHistory, present: Present): readonly HistoryPoint[] {
  const rows = rowsOf(history, present)
  const ages = agesOf(history, present)
  return history.spans.map((span, index) => ({
    ...span,
    rows: rows[index] ?? null,
    ageSeconds: ages[index] ?? null,
  }))
}

/** One point per day. */
export function daysOf(points: readonly HistoryPoint[]): readonly HistoryPoint[] {
  const days = Map.groupBy(points.keys(), (index) => Math.floor(index / spansOfDay))
  return [...days.values()]
    .map((indexes) =>
      indexes.map((index) => points[index]).reduce<HistoryPoint | undefined>(merge, undefined),
    )
    .filter((day) => day !== undefined)
}

function merge(day: HistoryPoint | undefined, point: HistoryPoint | undefined) {
  if (day === undefined || point === undefined) return day ?? point
  return {
    from: day.from,
    until: point.until,
    outcomes: sumOutcomes([day, point]),
    longestSeconds: highest(day.longestSeconds, point.longestSeconds),
    calls: day.calls + point.calls,
    setAside: day.setAside + point.setAside,
    growth: day.growth + point.growth,
    success: point.success ?? day.success,
    rows: point.rows ?? day.rows,
    ageSeconds: highest(day.ageSeconds, point.ageSeconds),
  }
}

/** The number of runs of all spans, by outcome. */
export function sumOutcomes(
  spans: readonly Pick<RunSpan, 'outcomes'>[],
): Readonly<Record<string, number>> {
  const sums = new Map<string, number>()
  for (const [outcome, runs] of spans.flatMap(({ outcomes }) => Object.entries(outcomes))) {
    sums.set(outcome, (sums.get(outcome) ?? 0) + runs)
  }
  return Object.fromEntries(sums)
}

function highest(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other
  return Math.max(one, other)
}

/** The number of runs that began within a span. */
export function runsOf({ outcomes }: Pick<RunSpan, 'outcomes'>): number {
  return Object.values(outcomes).reduce((sum, runs) => sum + runs, 0)
}

function rowsOf({ spans, ranBefore }: RunHistory, { rows, now }: Present): (number | null)[] {
  const first = ranBefore ? 0 : spans.findIndex((span) => runsOf(span) > 0)
  if (rows === null || first < 0) return []
  let live = rows
  const found: (number | null)[] = []
  for (const [index, span] of [...spans.entries()].toReversed()) {
    const isKnown = index >= first && span.from <= now
    found.unshift(isKnown ? Math.max(0, live) : null)
    live -= span.growth
  }
  return found
}

function agesOf({ spans, freshBefore }: RunHistory, { now }: Present): (number | null)[] {
  let fresh = freshBefore
  let late: RunSpan['success'] = null
  return spans.map(({ from, until, success }) => {
    if (from > now) return null
    const end = until < now ? until : now
    // A run counts once it has finished, which may be in a later span.
    for (const one of [late, success]) {
      if (one !== null && one.finishedAt <= end) fresh = one.startedAt
    }
    late = [late, success].find((one) => one !== null && one.finishedAt > end) ?? null
    return fresh === null ? null : Math.max(0, (end.getTime() - fresh.getTime()) / 1000)
  })
}
