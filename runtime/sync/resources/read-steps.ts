import type { RequestConstants, Resource, ResourceVersion } from '../../resources/resource.ts'

/** One chain of pages: a variant of the request, within a time span. */
export interface ReadStep {
  readonly parameters: RequestConstants
}

export interface LastRead {
  readonly stamp: Date | null
  /** When the last read began that found whatever had changed. */
  readonly thoroughAt: Date | null
}

export interface ReadScope {
  /** Everything, so that rows which are not found were deleted. */
  readonly isWhole: boolean
  /** Everything that can still have changed; a whole read is one, too. */
  readonly isThorough: boolean
  /** Rows before this time are known; null: none are. */
  readonly since: Date | null
}

/** Rows that are deleted in HubSpot show only in a complete read, so one is made once a day. */
const wholeEveryMs = 24 * 3_600_000
const minuteMs = 60_000
const dayMs = 24 * 3_600_000
const tailEveryMs = { week: 7 * dayMs } as const
/** Everything before this is one span; no portal has much from then. */
const firstSpanEndsMs = Date.UTC(2014, 0, 1)

/** Whether a read that begins now reads everything, or only what is newer than the last one. */
export function scopeOf(
  { stamp, deletes }: Resource,
  last: LastRead | undefined,
  { begunAt, full }: { readonly begunAt: Date; readonly full: boolean },
): ReadScope {
  const whole: ReadScope = { isWhole: true, isThorough: true, since: null }
  if (full || stamp === undefined || last === undefined || last.stamp === null) return whole
  const { thoroughAt } = last
  const isOlderThan = (ms: number) =>
    thoroughAt === null || begunAt.getTime() - thoroughAt.getTime() >= ms
  if (deletes !== 'never' && isOlderThan(wholeEveryMs)) return whole
  const since = last.stamp.getTime() - stamp.overlapMinutes * minuteMs
  const { tail } = stamp
  if (tail === undefined || !isOlderThan(tailEveryMs[tail.every])) {
    return { isWhole: false, isThorough: false, since: new Date(since) }
  }
  // Rows that were older then cannot have changed since.
  const settled = (thoroughAt ?? last.stamp).getTime() - tail.days * dayMs
  return { isWhole: false, isThorough: true, since: new Date(Math.min(since, settled)) }
}

/** Where the next read begins, after one that began at this time by HubSpot's clock. */
export function nextStamp({ stamp }: Resource, begunAt: Date): Date | null {
  if (stamp === undefined) return null
  return new Date(begunAt.getTime() - stamp.lagMinutes * minuteMs)
}

/** The chains of one read, in order; the same whenever the read is resumed. */
export function stepsOf(
  { stamp }: Resource,
  { variants = [{}] }: ResourceVersion,
  { since }: ReadScope,
  begunAt: Date,
): readonly ReadStep[] {
  const filter = stamp?.filter
  if (filter === undefined) return variants.map((parameters) => ({ parameters }))
  const write = (ms: number) => (filter.as === 'ms' ? ms : new Date(ms).toISOString())
  const spans = spansOf(filter, since?.getTime() ?? null, begunAt.getTime())
  return variants.flatMap((variant) =>
    spans.map(([from, to]) => ({
      parameters: {
        ...variant,
        ...(from !== null && { [filter.from]: write(from) }),
        ...(to !== null && filter.to !== undefined && { [filter.to]: write(to) }),
      },
    })),
  )
}

type Span = readonly [from: number | null, to: number | null]

function spansOf(
  { to, days }: NonNullable<NonNullable<Resource['stamp']>['filter']>,
  since: number | null,
  begunAt: number,
): readonly Span[] {
  if (to === undefined || days === undefined) return [[since, to === undefined ? null : begunAt]]
  const spans: Span[] = since === null ? [[0, firstSpanEndsMs]] : []
  for (let from = since ?? firstSpanEndsMs; from < begunAt; from += days * dayMs) {
    spans.push([from, Math.min(from + days * dayMs, begunAt)])
  }
  return spans
}
