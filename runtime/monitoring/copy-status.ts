import type { RunCounts } from '../postgres/state/run-counts.ts'
import type { UnansweredPart } from '../postgres/state/unanswered-part.ts'
import type { AuditedSubject } from '../postgres/state/write-audit.ts'
import type { ProgressBody } from '../sync/journal.ts'

/** The state of the copy according to the database alone; times are by the server's clock. */
export interface CopyStatus {
  readonly at: Date
  /** In the requested order. */
  readonly entities: readonly EntityStatus[]
  readonly api: ApiUse
  /** Drift of files that all entities share; null if `hubgen diff` never ran. */
  readonly sharedDrift: DriftCounts | null
  readonly totals: StatusTotals
}

/** An entity to report on; generated facts satisfy this type. Its label is its name by default. */
export interface WatchedEntity {
  readonly name: string
  /** Schema and table, unquoted: `hubspot.deal`. */
  readonly table: `${string}.${string}`
  /** The column of rows that are gone in HubSpot; `is_deleted` by default, null if the table keeps all rows. */
  readonly deletedColumn?: 'is_deleted' | '_fivetran_deleted' | null | undefined
  readonly label?: string | undefined
  /** It has neither properties nor checks, and is neither audited nor compared for drift. */
  readonly isResource?: boolean | undefined
  /** From when values that did not fit count as too many; 5 % and 20 values by default. */
  readonly quarantine?: QuarantineBounds | undefined
}

/** A property has too many unfitting values if both their percentage and their number reach these bounds. */
export interface QuarantineBounds {
  readonly percent: number
  readonly values: number
}

/**
 * `never`: no full read ever completed, and no full or incremental run has failed. `running`: a run is
 * active. `failed`: the last full or incremental run could not start or hit an error. `interrupted`: it
 * ended unexpectedly, or was cancelled before any full read completed. `stale`: the columns are older than
 * allowed. `ok`: none of these.
 */
export const copyStates = ['never', 'running', 'ok', 'stale', 'failed', 'interrupted'] as const

export type CopyState = (typeof copyStates)[number]

/** When an entity is synced, from its recent runs. */
export interface Schedule {
  /** `every`: from `hubgen sync --every`. `runs`: inferred from the intervals, as of runs that cron starts. */
  readonly source: 'every' | 'runs'
  readonly everySeconds: number
  /** The start of the newest run. */
  readonly lastAt: Date
  /** When the next run is due; in the past if it is late. */
  readonly nextAt: Date
  /** Whole intervals without a run that should have left one. */
  readonly missed: number
  /**
   * Rounds of `hubgen sync --every` write nothing while HubSpot has nothing new, but one at about this time does.
   * Null if every round writes.
   */
  readonly quietUntil: Date | null
  /** The machine of the newest run; null if unknown. */
  readonly machine: string | null
}

export interface EntityStatus extends Pick<WatchedEntity, 'table'> {
  readonly entity: string
  readonly label: string
  readonly isResource: boolean
  readonly state: CopyState
  /** Null if they were not counted or there is no table. */
  readonly rows: RowCount | null
  /** Null if no run is active. */
  readonly running: RunningRun | null
  /** The newest finished run of any mode. */
  readonly lastRun: PastRun | null
  /** The newest finished full or incremental run; it decides the state. */
  readonly lastSync: PastRun | null
  /** The newest successful full or incremental run. */
  readonly lastSuccess: PastRun | null
  /** Null if no rhythm is known. */
  readonly schedule: Schedule | null
  /** Null if no part ever completed. */
  readonly freshness: Freshness | null
  /** Median of the last ten successful runs; null if there is none. */
  readonly expectedSeconds: { readonly full: number | null; readonly incremental: number | null }
  readonly quarantine: QuarantineCounts
  /** Properties with too many unfitting values, most first. */
  readonly misfits: readonly Misfit[]
  /** Parts that runs have begun but never completed, or that are currently refused, by name. */
  readonly incomplete: readonly IncompletePart[]
  /** Records that HubSpot has not returned as of the last finished run, or that cannot be read at all. */
  readonly unread: number
  /** Records that were written to the table but are not in it, because a trigger or rule discards them. */
  readonly dropped: number
  /** Live rows for which HubSpot listed no record as of the last finished run. */
  readonly unlisted: UnlistedRows
  /** The newest comparison by value and link; null if there is none. */
  readonly audit: AuditResult | null
  /** Null if `hubgen diff` never ran. */
  readonly drift: DriftCounts | null
  /** Null if `hubgen check` never ran. */
  readonly checks: CheckCounts | null
  /** By name; their columns keep their values. */
  readonly unanswered: readonly UnansweredSince[]
}

/** A property that HubSpot's answers lack. */
export interface UnansweredSince extends UnansweredPart {
  /** When a run first missed it. */
  readonly since: Date
}

/** They wait to be read by id, or for a person, because the brake limits the number of rows that one run marks. */
export interface UnlistedRows {
  readonly records: number
  readonly exampleId: string | null
}

export interface RowCount {
  readonly live: number
  readonly deleted: number
  /** True if the planner estimated the number because counting would take long. */
  readonly estimated: boolean
}

export interface PastRun extends RunCounts {
  readonly id: string
  /** `full`, `incremental`, `repair`, `test`. */
  readonly mode: string
  /**
   * `succeeded`, `partial`, `failed`, `cancelled`, `limited`, `not_started`, or `interrupted`; the latter also if its
   * process ended unexpectedly and no later run has recorded that.
   */
  readonly outcome: string
  readonly startedAt: Date
  /** Null if unknown. */
  readonly finishedAt: Date | null
  readonly seconds: number | null
  readonly calls: number
  /** One line, without record values. */
  readonly error: string | null
  /** How to resolve the error; null if unknown. */
  readonly fix: string | null
  /** `host, process 4711`; null for runs of an older hubgen. */
  readonly holder: string | null
}

export interface RunningRun {
  readonly id: string
  readonly mode: string
  readonly startedAt: Date
  /** `host, process 4711`. */
  readonly holder: string
  readonly signOfLifeAt: Date
  /** When the run was asked to stop; null if it was not. */
  readonly cancelRequestedAt: Date | null
  /** Null during its first second. */
  readonly progress: RunProgress | null
}

/** The progress of a run from its journal, and its pace; the remaining time is that of the pass. */
export interface RunProgress extends Omit<ProgressBody, 'daily'> {
  readonly at: Date
  /** Over about the last ten seconds; null until it is known. */
  readonly recordsPerSecond: number | null
  readonly callsPerSecond: number | null
  /** Null if the total or the pace is unknown. */
  readonly secondsLeft: number | null
}

export interface Freshness {
  /**
   * The columns whose changes move the modified stamp have HubSpot's state of this time or later; null if
   * no full read ever completed.
   */
  readonly asOf: Date | null
  readonly ageSeconds: number | null
  /** The oldest part; some parts are reread only daily or weekly. */
  readonly oldest: FreshPart | null
  /** Parts that completed at least once, by name. */
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
  /** Whole records. */
  readonly records: number
}

/** A property, and how many of its values in a run did not fit its column. */
export interface Misfit {
  /** HubSpot's name. */
  readonly property: string
  /** Values in the quarantine. */
  readonly values: number
  /** Those values plus the ones that fitted since that run began. */
  readonly of: number
  /** Whether `of` is estimated from a part of the table. */
  readonly estimated: boolean
  /** Why they did not fit; one of the reasons if there are several. */
  readonly reason: string
  readonly since: Date
}

export interface IncompletePart {
  /** As in `Freshness`. */
  readonly part: string
  readonly begunAt: Date
  /** The age of its data; null if it never completed. */
  readonly asOf: Date | null
  /** HubSpot's reason for refusing the part; null if unknown. */
  readonly refusal: string | null
}

export interface AuditResult {
  readonly at: Date
  /** Records compared value by value. */
  readonly records: number
  /** Those of them that differed. */
  readonly differing: number
  /** Columns and tables of links with unexplained differences, most first. */
  readonly unexplained: readonly AuditedSubject[]
}

export interface DriftCounts {
  readonly lookedAt: Date
  /** Drift of columns and files. */
  readonly grave: number
  /** Drift of texts such as labels. */
  readonly lesser: number
}

export interface CheckCounts {
  readonly checkedAt: Date
  readonly passed: number
  readonly failed: number
  /** Checks without a bound or with nothing to count. */
  readonly unjudged: number
}

export interface ApiUse {
  /** Calls of runs of these entities that began since `since`, including active ones. */
  readonly callsToday: number
  /** The last midnight in `timeZone`, when HubSpot's limit was reset. */
  readonly since: Date
  /** The portal's time zone; `UTC` if unknown. */
  readonly timeZone: string
  /** As last reported by HubSpot for all callers of this portal; null if HubSpot reports none. */
  readonly daily: DailyQuota | null
}

export interface DailyQuota {
  readonly permitted: number
  /** Null if it was reported before midnight, since today's value is unknown then. */
  readonly remaining: number | null
  readonly reportedAt: Date
}

export interface StatusTotals {
  readonly states: Readonly<Record<CopyState, number>>
  /** Null if not all tables were counted. */
  readonly rows: RowCount | null
  readonly quarantine: QuarantineCounts
  /** Includes shared files. */
  readonly drift: Omit<DriftCounts, 'lookedAt'>
  readonly checks: Omit<CheckCounts, 'checkedAt'>
}
