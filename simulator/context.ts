import type { ChangeLog } from './change-log.ts'
import type { Clock } from './clock.ts'
import type { BehaviourKind } from './fault.ts'
import type { Access } from './http/access.ts'
import type { OAuthApp } from './http/oauth-app.ts'
import type { RateLimits } from './limits.ts'
import type { Definitions } from './records/definitions.ts'
import type { RecordCache } from './records/record-cache.ts'
import type { Resources } from './resources/resources.ts'
import type { MatchCache } from './search/match-cache.ts'
import type { ObjectType, Store } from './store.ts'

/** The dependencies of all routes. */
export interface Context {
  /** Records every change; see `observeStore`. */
  readonly store: Store
  readonly definitions: Definitions
  /** Lists, forms, e-mails and whatever else is no record of the CRM. */
  readonly resources: Resources
  readonly access: Access
  /** Null: every refresh token gets the one token. */
  readonly oauth: OAuthApp | null
  readonly changes: ChangeLog
  readonly limits: RateLimits
  readonly matches: MatchCache
  /** Rendered records. */
  readonly kept: RecordCache
  readonly clock: Clock
  /**
   * Linked records per input in one answer of an association batch read. HubSpot does not document its
   * number.
   */
  readonly associationPageSize: number
  /** Characters of a search body; longer ones are refused. */
  readonly searchBodyLimit: number
  /** Address of the simulator, without a trailing slash. */
  readonly url: string
  /** Whether a fault switches this behaviour on; asked only where it changes the answer. */
  isOn(kind: BehaviourKind): boolean
  /** Called with every list page before it is sent, because the portal may change between pages. */
  afterPage(page: ListPage): void
}

/** The list page that was just built. */
export interface ListPage {
  readonly type: ObjectType
  readonly ids: readonly string[]
  /** The first id of the next page; undefined on the last one. */
  readonly nextId: string | undefined
}
