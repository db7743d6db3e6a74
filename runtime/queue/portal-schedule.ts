import { createHash } from 'node:crypto'
import { PgBoss } from 'pg-boss'

/** When a portal's rounds begin. */
type PortalSchedule =
  | { readonly kind: 'every'; readonly seconds: number }
  /** A cron expression of five fields. */
  | { readonly kind: 'at'; readonly cron: string; readonly timeZone: string }

/** A portal in the portals file, as the queue sees it. */
export interface QueuedPortal {
  readonly name: string
  readonly schedule: PortalSchedule
}

/** A schedule in the form that pg-boss keeps. */
export interface StoredSchedule {
  readonly expression: string
  readonly timeZone: string
  /** Whether a worker runs one round later if none was alive at its time. */
  readonly missed: 'once' | 'skip'
}

/** Every interval counts from here, so that applying a file again changes no phase. */
const epochMs = Date.UTC(2026, 0, 1)
/** pg-boss sends one job a minute at most. */
const shortestSeconds = 60

/**
 * An interval begins at a phase of the portal's own, which its name decides: the rounds of 500 portals spread over the
 * interval.
 */
export function storeSchedule({ name, schedule }: QueuedPortal): StoredSchedule {
  if (schedule.kind === 'at') {
    return { expression: schedule.cron, timeZone: schedule.timeZone, missed: 'once' }
  }
  const everySeconds = Math.max(shortestSeconds, schedule.seconds)
  const start = new Date(epochMs + phaseOf(name, everySeconds) * 1000)
  const stamp = start.toISOString().replace(/\.\d+|[-:]/g, '')
  const rule =
    everySeconds % 60 === 0
      ? `FREQ=MINUTELY;INTERVAL=${everySeconds / 60}`
      : `FREQ=SECONDLY;INTERVAL=${everySeconds}`
  return { expression: `DTSTART:${stamp}\nRRULE:${rule}`, timeZone: 'UTC', missed: 'skip' }
}

function phaseOf(name: string, everySeconds: number): number {
  return createHash('sha256').update(name).digest().readUIntBE(0, 6) % everySeconds
}

/** It connects to nothing until it is started. */
const calculator = new PgBoss({ host: 'localhost' })

/** When the portal's next round is due after a time; null for an expression without one. */
export function nextRound(portal: QueuedPortal, from: Date): Date | null {
  const { expression, timeZone } = storeSchedule(portal)
  return calculator.previewSchedule(expression, { tz: timeZone, from, count: 1 })[0] ?? null
}

/** Times between the rounds of a portal. */
export interface Rhythm {
  /** Until the next round. */
  readonly nextSeconds: number
  /** The longest time between two rounds, of those that follow. */
  readonly longestSeconds: number
}

/** Enough for some days of a round every minute. */
const mostPreviewed = 1000
/** Of a month that has few rounds, or a year. */
const fewestPreviewed = 3
/** A pattern of weekdays repeats within this time. */
const previewedMs = 8 * 24 * 3_600_000
/** Rounds that follow each other more quickly are asked for in pages. */
const closeMs = 3_600_000
const pageSize = 10

/** The rhythm of a portal from a time on: cron may leave out nights and weekends. */
export function rhythmOf({ schedule }: Pick<QueuedPortal, 'schedule'>, from: Date): Rhythm {
  if (schedule.kind === 'every') {
    return { nextSeconds: schedule.seconds, longestSeconds: schedule.seconds }
  }
  const rounds = previewRounds(schedule, from)
  const gaps = rounds.map(
    (at, index) => (at.getTime() - (rounds[index - 1] ?? from).getTime()) / 1000,
  )
  return { nextSeconds: gaps[0] ?? 0, longestSeconds: Math.max(0, ...gaps) }
}

/**
 * The rounds of the next days, and at least some. pg-boss gives up on a list that takes it a second, and needs long for
 * rounds that are far apart, but never gives up on a single one.
 */
function previewRounds(
  { cron, timeZone: tz }: Extract<PortalSchedule, { readonly kind: 'at' }>,
  from: Date,
): readonly Date[] {
  const untilMs = from.getTime() + previewedMs
  const rounds: Date[] = []
  for (;;) {
    const last = rounds.at(-1) ?? from
    const isEnough = rounds.length >= fewestPreviewed && last.getTime() > untilMs
    if (isEnough || rounds.length >= mostPreviewed) return rounds
    const gapMs = last.getTime() - (rounds.at(-2) ?? last).getTime()
    const count = gapMs > 0 && gapMs <= closeMs ? pageSize : 1
    const page = calculator.previewSchedule(cron, { tz, from: last, count })
    if (page.length === 0) return rounds
    rounds.push(...page)
  }
}
