import type { RunCounts } from '../postgres/state/run-counts.ts'
import type { ProgressBody } from '../sync/journal.ts'

/** What is known about the copy from the database alone; times by the server's clock. */
export interface CopyStatus {
  readonly at: Date
  /** In the order in which they were asked for. */
  readonly entities: readonly EntityStatus[]
  readonly api: ApiUse
  /** Of files that all entities share; null: nobody has looked yet. */
  readonly sharedDrift: DriftCounts | null
  readonly totals: StatusTotals
}

/** An entity to report on: its generated facts will do. */
export interface WatchedEntity {
  readonly name: string
  /** Schema and table, unquoted: `hubspot.deal`. */
  readonly table: `${string}.${string}`
  /** What people call it, by its analysis; text of HubSpot's. The name unless given. */
  readonly label?: string | undefined
  /** When values that did not fit are too many; 5 % and 20 unless given. */
  readonly quarantine?: QuarantineBounds | undefined
}

/** A property has too many values that do not fit above this percentage, and at least this many of them. */
export interface QuarantineBounds {
  readonly percent: number
  readonly values: number
}

/**
 * `never`: not all records were ever read, and no full or incremental run has failed. `running`: a run gives signs
 * of life. `failed`: the last full or incremental run could not begin, or met what it could not do.
 * `interrupted`: it ended unexpectedly, or was cancelled before anything was ever complete. `stale`: the
 * columns are as HubSpot had them longer ago than is allowed. `ok`: none of these.
 */
export const copyStates = ['never', 'running', 'ok', 'stale', 'failed', 'interrupted'] as const

export type CopyState = (typeof copyStates)[number]

export interface EntityStatus extends Pick<WatchedEntity, 'table'> {
  readonly entity: string
  readonly label: string
  readonly state: CopyState
  /** Null where they were not counted, or there is no table. */
  readonly rows: RowCount | null
  /** Null: none gives signs of life. */
  readonly running: RunningRun | null
  /** The newest that is over, whatever its mode. */
  readonly lastRun: PastRun | null
  /** The newest full or incremental one that is over: it decides the state. */
  readonly lastSync: PastRun | null
  /** The newest full or incremental one that did all it should. */
  readonly lastSuccess: PastRun | null
  /** Null: no part was completed yet. */
  readonly freshness: Freshness | null
  /** Median of the last ten that succeeded; null: none did. */
  readonly expectedSeconds: { readonly full: number | null; readonly incremental: number | null }
  readonly quarantine: QuarantineCounts
  /** Properties of which too many values did not fit, most first. */
  readonly misfits: readonly Misfit[]
  /** Parts that runs have begun and none has ever completed, or that are refused by now, by name. */
  readonly incomplete: readonly IncompletePart[]
  /** Records that HubSpot has not given since the last run that is over, or that cannot be read at all. */
  readonly unread: number
  /** Records that were written to the table and are not in it, because it has a trigger or rule that drops them. */
  readonly dropped: number
  /** The newest comparison by value and link; null: none yet. */
  readonly audit: AuditResult | null
  /** Null: nobody has looked yet. */
  readonly drift: DriftCounts | null
  /** Null: nothing was checked yet. */
  readonly checks: CheckCounts | null
  /** By name; what the table has of them stays as it was. */
  readonly unanswered: readonly UnansweredSince[]
}

/** A property that HubSpot's answers lack. */
export interface UnansweredSince {
  readonly property: string
  /** When a run missed it first. */
  readonly since: Date
}

export interface RowCount {
  readonly live: number
  readonly deleted: number
  /** By the planner, because counting takes long; else exact. */
  readonly estimated: boolean
}

export interface PastRun extends RunCounts {
  readonly id: string
  /** `full`, `incremental`, `repair`, `test`. */
  readonly mode: string
  /**
   * `succeeded`, `partial`, `failed`, `cancelled`, `not_started`, or `interrupted`, also where its process
   * ended unexpectedly and no run has come since.
   */
  readonly outcome: string
  readonly startedAt: Date
  /** Null where nobody knows. */
  readonly finishedAt: Date | null
  readonly seconds: number | null
  readonly calls: number
  /** One line, no values of records. */
  readonly error: string | null
}

export interface RunningRun {
  readonly id: string
  readonly mode: string
  readonly startedAt: Date
  /** `host, process 4711`. */
  readonly holder: string
  readonly signOfLifeAt: Date
  /** Somebody wants it to end; null: nobody does. */
  readonly cancelRequestedAt: Date | null
  /** Null until its first second is over. */
  readonly progress: RunProgress | null
}

/** Where a run has got to by its journal, and its pace; the rest of the time is the pass's. */
export interface RunProgress extends Omit<ProgressBody, 'daily'> {
  readonly at: Date
  /** Of the last ten seconds or so; null until that can be said. */
  readonly recordsPerSecond: number | null
  readonly callsPerSecond: number | null
  /** Null where the total or the pace is not known. */
  readonly secondsLeft: number | null
}

export interface Freshness {
  /**
   * HubSpot's state of then, or a later one, is in the columns whose changes move the modified stamp; null:
   * not all records were ever read.
   */
  readonly asOf: Date | null
  readonly ageSeconds: number | null
  /** The part that is behind most; some are read again once a day or once a week only. */
  readonly oldest: FreshPart | null
  /** By name, those that were completed at least once. */
  readonly parts: readonly FreshPart[]
}

export interface FreshPart {
  /** `stamped`, `calculated`, `associations:deal_contact`, … */
  readonly part: string
  readonly asOf: Date
  readonly ageSeconds: number
}

export interface QuarantineCounts {
  readonly values: number
  /** Whole ones. */
  readonly records: number
}

/** A property, and how many of the values that a run met did not fit its column. */
export interface Misfit {
  /** HubSpot's name. */
  readonly property: string
  /** Those in the quarantine. */
  readonly values: number
  /** Those, and the ones that fitted since that run began. */
  readonly of: number
  /** Whether `of` is estimated by a part of the table. */
  readonly estimated: boolean
  /** Why they did not fit; where there are several reasons, one of them. */
  readonly reason: string
  readonly since: Date
}

export interface IncompletePart {
  /** As in `Freshness`. */
  readonly part: string
  readonly begunAt: Date
  /** As of when it is here; null: it was never completed. */
  readonly asOf: Date | null
  /** Why it could not be read, in HubSpot's words; null where nobody knows. */
  readonly refusal: string | null
}

export interface AuditResult {
  readonly at: Date
  /** Those that were compared value by value. */
  readonly records: number
  /** Of them, those that differed. */
  readonly differing: number
  /** Columns, and tables of links, with differences that no change explains, most first. */
  readonly unexplained: readonly AuditedDifference[]
}

export interface AuditedDifference {
  /** A column, or a table of links without its schema. */
  readonly subject: string
  readonly records: number
  readonly differing: number
  /** Those of them that no change explains. */
  readonly unexplained: number
  readonly mended: number
  readonly exampleId: string | null
}

export interface DriftCounts {
  readonly lookedAt: Date
  /** Columns and files. */
  readonly grave: number
  /** What only people read. */
  readonly lesser: number
}

export interface CheckCounts {
  readonly checkedAt: Date
  readonly passed: number
  readonly failed: number
  /** Without a bound, or with nothing to count. */
  readonly unjudged: number
}

export interface ApiUse {
  /** By runs of these entities that began since `since`, those of running ones included. */
  readonly callsToday: number
  /** The last midnight in `timeZone`, when HubSpot's limit started again. */
  readonly since: Date
  /** The portal's; `UTC` where it is not known. */
  readonly timeZone: string
  /** As HubSpot told it last, for everything that calls this portal; null: it tells none. */
  readonly daily: DailyQuota | null
}

export interface DailyQuota {
  readonly permitted: number
  /** Null: it was told before midnight, and nobody knows today's. */
  readonly remaining: number | null
  readonly toldAt: Date
}

export interface StatusTotals {
  readonly states: Readonly<Record<CopyState, number>>
  /** Null where not all tables were counted. */
  readonly rows: RowCount | null
  readonly quarantine: QuarantineCounts
  /** Shared files included. */
  readonly drift: Omit<DriftCounts, 'lookedAt'>
  readonly checks: Omit<CheckCounts, 'checkedAt'>
}

export interface StatusOptions {
  /** As `countRows` gives them; without it rows are null. */
  readonly rows?: ReadonlyMap<string, RowCount> | undefined
  /** IANA name of the portal's; its midnight is HubSpot's. */
  readonly timeZone?: string | null | undefined
  /** From which age on a copy is stale; a day and two hours unless given. */
  readonly maxAgeSeconds?: number | undefined
  /** Instead of the server's clock. */
  readonly now?: Date | undefined
}

/** A daily sync takes its time and may be late: less would raise a false alarm. */
export const defaultMaxAgeSeconds = 26 * 3_600
