import type { ChangeLog } from './change-log.ts'
import type { Clock } from './clock.ts'
import type { Access } from './http/access.ts'
import type { RateLimits } from './limits.ts'
import type { Definitions } from './records/definitions.ts'
import type { RecordCache } from './records/record-cache.ts'
import type { MatchCache } from './search/match-cache.ts'
import type { ObjectType, Store } from './store.ts'

/** What every route works with. */
export interface Context {
  /** Notes every change; see `observeStore`. */
  readonly store: Store
  readonly definitions: Definitions
  readonly access: Access
  readonly changes: ChangeLog
  readonly limits: RateLimits
  readonly matches: MatchCache
  /** Rendered records. */
  readonly kept: RecordCache
  readonly clock: Clock
  /** Linked records in one answer of a batch read of associations, per input. HubSpot does not say its own number. */
  readonly associationPageSize: number
  /** Address of the simulator, without a slash at the end. */
  readonly url: string
  /** To be called with every list page made, before it is sent: the portal may change between pages. */
  afterPage(page: ListPage): void
}

/** The list page that has just been made. */
export interface ListPage {
  readonly type: ObjectType
  readonly ids: readonly string[]
  /** Id the next page starts from; undefined on the last one. */
  readonly nextId: string | undefined
}
