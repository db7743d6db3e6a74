import type { Context } from 'hono'
import type { AllChecks } from './all-checks.ts'
import type { DashboardEntity, DashboardOptions } from './dashboard-options.ts'
import type { LiveHub } from './live-hub.ts'
import type { PageReader } from './read-pages.ts'
import type { RunStarter } from './start-runs.ts'
import type { Html } from './words.ts'

/** The dependencies of all routes. */
export interface Site {
  readonly options: DashboardOptions
  readonly reader: PageReader
  readonly starter: RunStarter
  readonly checks: AllChecks
  readonly hub: LiveHub
  /** By name; undefined for an entity that is not generated. */
  find(entity: string): DashboardEntity | undefined
  /** A page of the dashboard with this body. */
  page(
    context: Context,
    page: {
      readonly title: string
      readonly section: string
      readonly live?: string
      readonly body: Html
      readonly status?: 200 | 400 | 404 | 409 | 500 | 503
    },
  ): Response | Promise<Response>
}
