import type { QueueState } from '../../runtime/queue/read-queue.ts'
import type { PortalSteering } from '../../runtime/queue/steer-portals.ts'

/** The page of all portals, and the pages of each below `/p/<name>`. */
export interface PortalsOptions {
  /** In the order of the portals file. */
  readonly portals: readonly { readonly name: string; readonly portalId: number }[]
  /** Asks the queue and no portal's database; null if there is no queue. Rejects with a HubgenError. */
  readonly readQueue: () => Promise<QueueState | null>
  /** Does what `hubgen portals` does with one portal; null if there is no queue. Rejects with a HubgenError. */
  readonly steer: ((portal: string, action: PortalSteering) => Promise<void>) | null
  /**
   * The address of a process with the pages of one portal, which is started if there is none; rejects with a HubgenError. It
   * stays until `close` was called and some time has passed.
   */
  readonly openPages: (portal: string) => Promise<PortalPages>
  /** The path under which a proxy publishes the dashboard; "" for the root. */
  readonly basePath: string
  /** Null if only this machine can reach the pages. */
  readonly token: string | null
}

export interface PortalPages {
  /** Without a trailing slash. */
  readonly url: string
  /** Call it when the request was answered completely. */
  readonly close: () => void
}
