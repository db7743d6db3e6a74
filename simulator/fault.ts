import type { RatePolicy } from './limits.ts'
import type { Store } from './store.ts'

/** Faults of answers. */
const answerFaultKinds = [
  'html_502',
  'html_504',
  'html_524',
  'error_500',
  'truncated_json',
  'reset_mid_body',
  'empty_404',
  'locked_423',
  'migration_477',
  'rate_limited_429',
  'expired_401',
  'forbidden_403',
  'error_in_200',
  'redirect_302',
  'slow',
  'hang',
] as const

/** Changes of the portal between two pages of a list. */
const pageChangeKinds = [
  'record_created',
  'record_updated',
  'record_deleted',
  'record_merged',
  'property_added',
  'property_archived',
  'property_retyped',
  'change',
] as const

/** Ways in which some portals behave and others do not; on from `add` to `remove`, they strike no single call. */
const behaviourKinds = [
  'index_lag',
  'search_since_1970_500',
  'lists_all_missing',
  'list_count_refused',
  'join_order_descending',
  'submissions_without_id',
  'statistics_omit_an_email',
  'offsets_expire',
  'automation_v4_gone',
] as const

export const faultKinds = [...answerFaultKinds, ...pageChangeKinds, ...behaviourKinds] as const

export type FaultKind = (typeof faultKinds)[number]
type PageChangeKind = (typeof pageChangeKinds)[number]
export type BehaviourKind = (typeof behaviourKinds)[number]

/** A requested fault. All fields except `kind` are optional. */
export interface Fault {
  readonly kind: FaultKind
  /** Only calls of this route; route names are in the README and in `GET /`. */
  readonly route?: string
  /** Only calls about this object type, under any of its names. */
  readonly objectType?: string
  /**
   * Number of matching calls to let pass first; for a change between pages, the list page it follows
   * (default 1).
   */
  readonly after?: number
  /** How often it occurs: once by default, or without limit if `rate` is set. */
  readonly times?: number
  /** Share of matching calls that fail, 0 to 1, drawn from the seed. */
  readonly rate?: number
  /** `slow`: duration (default 2,000); `index_lag`: how far search lags (default 5,000). */
  readonly ms?: number
  /** `index_lag`: the lag as a number of searches. */
  readonly calls?: number
  /** `rate_limited_429` (default: no header) and `migration_477` (default 30). */
  readonly retryAfterSeconds?: number
  /** `rate_limited_429`: the exhausted budget (default TEN_SECONDLY_ROLLING). */
  readonly policy?: RatePolicy
  /** `record_*`: the record; see the README for the default choice. */
  readonly id?: string
  /** `record_merged`: the record that is merged away. */
  readonly mergedId?: string
  /** `record_merged`: the survivor gets a new id. */
  readonly newId?: boolean
  /** `record_created`, `record_updated`: values to set. */
  readonly properties?: Readonly<Record<string, string>>
  /** `property_*`: the property's name. */
  readonly property?: string
  /** `property_added`, `property_retyped`. */
  readonly type?: string
  readonly fieldType?: string
  /** `change`, in the same process only: the change to make. */
  readonly change?: (store: Store) => void
}

export interface PlannedFault {
  readonly id: string
  readonly fault: Fault
  /** Number of matching calls, and of those that failed. */
  readonly seen: number
  readonly fired: number
}

export function isBehaviour(kind: FaultKind): kind is BehaviourKind {
  return behaviourKinds.some((behaviour) => behaviour === kind)
}

export function isPageChange(kind: FaultKind): kind is PageChangeKind {
  return pageChangeKinds.some((change) => change === kind)
}
