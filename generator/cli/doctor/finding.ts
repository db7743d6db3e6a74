import { HubgenError } from '../../../runtime/errors.ts'

/**
 * `warning`: a sync works, and somebody should know. `failed`: something does not work. `skipped`: could not be
 * looked at, because of something that failed.
 */
const findingStates = ['ok', 'warning', 'failed', 'skipped'] as const

export type FindingState = (typeof findingStates)[number]

/** What `hubgen doctor` looks at. Names that stay: programs read them. */
export type Check =
  | 'node'
  | 'disk'
  | 'logs'
  | 'environment'
  | 'hubspot_settings'
  | 'database_settings'
  | 'config'
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
  | 'copy'

/** One thing that was looked at. */
export interface Finding {
  readonly check: Check
  /** Null where it is about none alone. */
  readonly entity: string | null
  readonly state: FindingState
  /** A sentence without the entity's name, of words that may be HubSpot's. */
  readonly found: string
  /** Where, when that helps to mend it. */
  readonly at: string | null
  /** What mends it; null where there is nothing to do. */
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

/** What an expected failure says of a check; anything else is a bug, and thrown on. */
export function findingOf(
  check: Check,
  error: unknown,
  { entity = null, state = 'failed' }: { entity?: string | null; state?: FindingState } = {},
): Finding {
  if (!(error instanceof HubgenError)) throw error
  const { message, at = null, fix = null } = error
  return finding(check, state, message, { entity, at, fix })
}

/** The same for several checks that stand on something that failed. */
export function skippedChecks(
  checks: readonly Check[],
  because: string,
  entity: string | null = null,
): readonly Finding[] {
  return checks.map((check) => finding(check, 'skipped', because, { entity }))
}

/** What was looked at together, under a heading. */
export interface Section {
  readonly title: string
  readonly findings: readonly Finding[]
}
