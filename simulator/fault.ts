import type { RatePolicy } from './limits.ts'
import type { Store } from './store.ts'

/** What an answer can suffer. */
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

/** What can happen to the portal between two pages of a list. */
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

export const faultKinds = [...answerFaultKinds, ...pageChangeKinds, 'index_lag'] as const

export type FaultKind = (typeof faultKinds)[number]
type PageChangeKind = (typeof pageChangeKinds)[number]

/** Something that goes wrong on request. Everything but `kind` may be left out. */
export interface Fault {
  readonly kind: FaultKind
  /** Only calls of this route; its name is in the README and in `GET /`. */
  readonly route?: string
  /** Only calls about this object type, under any of its names. */
  readonly objectType?: string
  /** Matching calls that pass first; for a change between pages, the list page it follows (default 1). */
  readonly after?: number
  /** How often it may strike: once unless `rate` is given, then without end. */
  readonly times?: number
  /** Share of matching calls it strikes, 0 to 1, drawn from the seed. */
  readonly rate?: number
  /** `slow`: how long (default 2,000); `index_lag`: how far search trails (default 5,000). */
  readonly ms?: number
  /** `index_lag`: trails by this many searches instead. */
  readonly calls?: number
  /** `rate_limited_429` (default: no header) and `migration_477` (default 30). */
  readonly retryAfterSeconds?: number
  /** `rate_limited_429`: which budget is used up (default TEN_SECONDLY_ROLLING). */
  readonly policy?: RatePolicy
  /** `record_*`: which record; see the README for the ones chosen without it. */
  readonly id?: string
  /** `record_merged`: the record that goes. */
  readonly mergedId?: string
  /** `record_merged`: the survivor gets an id of its own. */
  readonly newId?: boolean
  /** `record_created`, `record_updated`: values to set. */
  readonly properties?: Readonly<Record<string, string>>
  /** `property_*`: its name. */
  readonly property?: string
  /** `property_added`, `property_retyped`. */
  readonly type?: string
  readonly fieldType?: string
  /** `change`, in the same process only: what to do to the portal. */
  readonly change?: (store: Store) => void
}

export interface PlannedFault {
  readonly id: string
  readonly fault: Fault
  /** Calls it could have struck, and calls it did strike. */
  readonly seen: number
  readonly fired: number
}

export function isPageChange(kind: FaultKind): kind is PageChangeKind {
  return pageChangeKinds.some((change) => change === kind)
}
