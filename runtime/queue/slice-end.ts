import { type HubgenCode, type HubgenErrorKind, hubgenCodes } from '../errors.ts'

/** The event `slice_finished`, with which `hubgen sync --all --slice 10m --json` ends. */
export interface SliceReport {
  /** `more`: the time was over. `busy`: other runs hold the rest. `cut`: a signal or a failure ended it. */
  readonly left: 'nothing' | 'more' | 'busy' | 'cut'
  /** When the round began, which may take several slices; for HUBGEN_ROUND_SINCE of the next one. */
  readonly roundSince: string | null
  /** The failure that every other entity would have met; null if there was none. */
  readonly code: string | null
  /** The codes of entities that failed alone. */
  readonly failed: readonly string[]
  readonly entities: number
  /** When calls are permitted again; null if HubSpot did not say. */
  readonly resumeAt: string | null
  /** When the oldest part of the copy was read; null if a part was never read. */
  readonly oldestAt: string | null
  readonly verdict: string | null
  readonly pendingMigrations: number | null
}

/** How a slice's process ended. */
export interface SliceProcess {
  /** Null if it ended before it could state one. */
  readonly report: SliceReport | null
  /** The last `error[CODE]` on its standard error; null if there is none. */
  readonly errorCode: string | null
  readonly exitCode: number | null
  /** Whether its worker asked it to end; a signal that comes before it listens ends it without a report. */
  readonly isStopped: boolean
}

/**
 * `whole`: each entity was read. `away`: HubSpot or the database did not answer. `refused`: a person has to act.
 * `unmigrated`: a migration has to run first. `broken`: a bug, or the machine ended the process.
 */
export type SliceOutcome =
  | 'whole'
  | 'more'
  | 'busy'
  | 'limited'
  | 'away'
  | 'refused'
  | 'unmigrated'
  | 'broken'
  | 'stopped'

export interface SliceEnd {
  readonly outcome: SliceOutcome
  readonly code: string | null
  readonly report: SliceReport | null
}

const interruptedExitCode = 130

/** The outcome of a slice. One failed entity is no failed slice; a failure of all entities is. */
export function judgeSlice({ report, errorCode, exitCode, isStopped }: SliceProcess): SliceEnd {
  if (report === null) {
    if (errorCode !== null) return { outcome: outcomeOf(errorCode), code: errorCode, report }
    const ended = isStopped || exitCode === interruptedExitCode
    return { outcome: ended ? 'stopped' : 'broken', code: null, report }
  }
  if (report.code !== null) return { outcome: outcomeOf(report.code), code: report.code, report }
  const [first = null] = report.failed
  const isShared = report.entities > 0 && report.failed.length === report.entities
  if (first !== null && isShared && report.failed.every((code) => code === first)) {
    const outcome = outcomeOf(first)
    return { outcome: outcome === 'broken' ? 'whole' : outcome, code: first, report }
  }
  const outcomes = { nothing: 'whole', more: 'more', busy: 'busy', cut: 'stopped' } as const
  return { outcome: outcomes[report.left], code: first, report }
}

/** Failures that differ from others of their kind. */
const outcomesByCode: ReadonlyMap<string, SliceOutcome> = new Map<HubgenCode, SliceOutcome>([
  ['DATABASE_BUSY', 'away'],
  ['DATABASE_STATEMENT_ENDED', 'away'],
  ['DATABASE_UNREACHABLE', 'away'],
  ['DISK_FULL', 'away'],
  ['ENTITY_BUSY', 'busy'],
  ['HUBSPOT_PAUSED', 'limited'],
])

const outcomesByKind: Readonly<Record<HubgenErrorKind, SliceOutcome>> = {
  busy: 'away',
  cancelled: 'stopped',
  configuration: 'refused',
  data: 'broken',
  database_connection: 'refused',
  database_permission: 'refused',
  database_room: 'refused',
  file: 'refused',
  hubspot_answer: 'broken',
  hubspot_connection: 'away',
  hubspot_permission: 'refused',
  limit: 'limited',
  machine: 'refused',
  portal: 'refused',
  schema: 'unmigrated',
  settings: 'refused',
  usage: 'refused',
}

/** A code that this version of hubgen does not have counts as a bug. */
function outcomeOf(code: string): SliceOutcome {
  const facts = hubgenCodes.get(code)
  if (facts === undefined) return 'broken'
  return outcomesByCode.get(code) ?? outcomesByKind[facts.kind]
}

/** The step after a slice. `none`: the portal's schedule brings the next round. */
export type NextStep =
  | { readonly step: 'none' }
  | { readonly step: 'again'; readonly afterSeconds: number; readonly lane: 'first' | 'same' }
  | { readonly step: 'dead' }

/** After this number of attempts in a row the schedule alone tries again. */
const mostAttempts = 5
const busySeconds = 20
const firstDelaySeconds = 30
const longestDelaySeconds = 900
/** If HubSpot does not say when calls are permitted again. */
const limitedSeconds = 3_600

/** `attempts`: slices in a row that failed in this way, with this one. */
export function chooseNext(end: SliceEnd, attempts: number, now: Date): NextStep {
  const again = (afterSeconds: number, lane: 'first' | 'same' = 'same') =>
    ({ step: 'again', afterSeconds, lane }) as const
  switch (end.outcome) {
    case 'whole':
    case 'unmigrated':
      return { step: 'none' }
    case 'more':
      return again(0, 'first')
    case 'stopped':
      return again(0)
    case 'busy':
      return again(busySeconds)
    case 'limited':
      return again(secondsUntil(end.report?.resumeAt ?? null, now))
    case 'away':
    case 'broken':
      if (attempts > mostAttempts) return { step: 'dead' }
      return again(Math.min(longestDelaySeconds, firstDelaySeconds * 2 ** (attempts - 1)))
    case 'refused':
      return { step: 'dead' }
  }
}

function secondsUntil(at: string | null, now: Date): number {
  const ms = Date.parse(at ?? '') - now.getTime()
  return Number.isNaN(ms) ? limitedSeconds : Math.max(1, Math.ceil(ms / 1000))
}
