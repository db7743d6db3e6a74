import { HubgenError } from '../../../runtime/errors.ts'

/**
 * `warning`: a sync works, but something needs attention. `failed`: something does not work. `skipped`: could
 * not be checked because of another failure.
 */
const findingStates = ['ok', 'warning', 'failed', 'skipped'] as const

export type FindingState = (typeof findingStates)[number]

/** The checks of `hubgen doctor`. Programs read these names: keep them stable. */
export type Check =
  | 'node'
  | 'disk'
  | 'logs'
  | 'environment'
  | 'hubspot_settings'
  | 'proxy'
  | 'certificates'
  | 'database_settings'
  | 'config'
  | 'alerts'
  | 'portals_file'
  | 'portal_secrets'
  | 'portal_databases'
  | 'queue'
  | 'queue_schedules'
  | 'queue_workers'
  | 'queue_portals'
  | 'token'
  | 'daily_limit'
  | 'hubspot_clock'
  | 'package'
  | 'generated'
  | 'files'
  | 'modules'
  | 'portal'
  | 'records'
  | 'companion_records'
  | 'owners'
  | 'users'
  | 'database'
  | 'server'
  | 'encryption'
  | 'pooler'
  | 'database_clock'
  | 'rights'
  | 'migrations'
  | 'state_tables'
  | 'table'
  | 'companion_tables'
  | 'table_portal'
  | 'compat_views'
  | 'copy'

/** The result of one check. */
export interface Finding {
  readonly check: Check
  /** Null if it does not concern a single entity. */
  readonly entity: string | null
  readonly state: FindingState
  /** A sentence without the entity's name; may contain text from HubSpot. */
  readonly found: string
  /** The place of the problem, if it helps to fix it. */
  readonly at: string | null
  /** The fix; null if there is nothing to do. */
  readonly fix: string | null
}

export type Details = Partial<Pick<Finding, 'entity' | 'at' | 'fix'>>

export function finding(
  check: Check,
  state: FindingState,
  found: string,
  { entity = null, at = null, fix = null }: Details = {},
): Finding {
  return { check, entity, state, found, at, fix }
}

/** The finding for an expected failure; rethrows anything else as a bug. */
export function findingOf(
  check: Check,
  error: unknown,
  { entity = null, state = 'failed' }: { entity?: string | null; state?: FindingState } = {},
): Finding {
  if (!(error instanceof HubgenError)) throw error
  const { message, at = null, fix = null } = error
  return finding(check, state, message, { entity, at, fix })
}

/** Findings for checks that depend on something that failed. */
export function skippedChecks(
  checks: readonly Check[],
  because: string,
  entity: string | null = null,
): readonly Finding[] {
  return checks.map((check) => finding(check, 'skipped', because, { entity }))
}

/** Findings under a common heading. */
export interface Section {
  readonly title: string
  readonly findings: readonly Finding[]
}
