export interface CodeFacts {
  /**
   * The scope of a failure with this code. `pass`: one pass; the run continues with the others. `run`: the
   * run of one entity; other entities are still synced. `everything`: the command, because every other
   * entity would fail for the same reason. `nothing`: the code of a notice, which is reported and not
   * thrown.
   */
  readonly ends: 'nothing' | 'pass' | 'run' | 'everything'
  readonly kind: HubgenErrorKind
  /** A sync that cannot start for this reason leaves no `not_started` run in the database. */
  readonly unrecorded?: true | undefined
}

/** The subject of a failure. */
export type HubgenErrorKind =
  | 'busy'
  | 'cancelled'
  | 'configuration'
  | 'data'
  | 'database_connection'
  | 'database_permission'
  | 'database_room'
  | 'file'
  | 'hubspot_answer'
  | 'hubspot_connection'
  | 'hubspot_permission'
  | 'limit'
  | 'machine'
  | 'portal'
  | 'schema'
  | 'settings'
  | 'usage'

/** All codes of hubgen. A code is stable: it is never renamed and never changes its meaning. */
const codes = {
  // Command line.
  USAGE: { ends: 'everything', kind: 'usage' },
  UNKNOWN_COMMAND: { ends: 'everything', kind: 'usage' },
  UNKNOWN_ENTITY: { ends: 'everything', kind: 'usage' },
  UNKNOWN_PORTAL: { ends: 'everything', kind: 'usage' },
  LIMIT_INVALID: { ends: 'everything', kind: 'usage' },
  SINCE_INVALID: { ends: 'everything', kind: 'usage' },
  RECORD_LIVE: { ends: 'run', kind: 'usage' },
  RECORD_UNKNOWN: { ends: 'run', kind: 'usage' },
  SCHEMA_UNKNOWN: { ends: 'everything', kind: 'usage' },
  // The environment, `.env` and `hubgen.config.ts`.
  ALERT_NOT_SENT: { ends: 'everything', kind: 'settings' },
  ALERTS_NOT_SET: { ends: 'everything', kind: 'settings' },
  DASHBOARD_TOKEN_MISSING: { ends: 'everything', kind: 'settings' },
  DASHBOARD_TOKEN_SHORT: { ends: 'everything', kind: 'settings' },
  DATABASE_SETTINGS_INCOMPLETE: { ends: 'everything', kind: 'settings' },
  DATABASE_SETTINGS_INVALID: { ends: 'everything', kind: 'settings' },
  DATABASE_TLS_REQUIRED: { ends: 'everything', kind: 'settings' },
  CERTIFICATES_UNREADABLE: { ends: 'everything', kind: 'settings' },
  ENVIRONMENT_UNREADABLE: { ends: 'everything', kind: 'settings' },
  HUBSPOT_URL_INVALID: { ends: 'everything', kind: 'settings' },
  HUBSPOT_VERSION_INVALID: { ends: 'everything', kind: 'settings' },
  QUEUE_NOT_SET: { ends: 'everything', kind: 'settings' },
  PORTALS_NOT_LISTED: { ends: 'nothing', kind: 'settings' },
  PROXY_INVALID: { ends: 'everything', kind: 'settings' },
  REFRESH_TOKEN_CHANGED: { ends: 'nothing', kind: 'settings' },
  SECRET_MISSING: { ends: 'everything', kind: 'settings' },
  TOKEN_MALFORMED: { ends: 'everything', kind: 'settings' },
  TOKEN_MISSING: { ends: 'everything', kind: 'settings' },
  CONFIG_INVALID: { ends: 'everything', kind: 'configuration' },
  CONFIG_UNREADABLE: { ends: 'everything', kind: 'configuration' },
  DATABASE_SHARED: { ends: 'everything', kind: 'configuration' },
  PORTALS_FILE_MISSING: { ends: 'everything', kind: 'configuration' },
  // The machine and its tools.
  EMBEDDED_POSTGRES_FAILED: { ends: 'everything', kind: 'machine' },
  EMBEDDED_POSTGRES_MISSING: { ends: 'everything', kind: 'machine' },
  EMBEDDED_POSTGRES_VERSION: { ends: 'everything', kind: 'machine' },
  GIT_FAILED: { ends: 'everything', kind: 'machine' },
  GIT_MISSING: { ends: 'everything', kind: 'machine' },
  GIT_NOT_CLEAN: { ends: 'everything', kind: 'machine' },
  NODE_TOO_OLD: { ends: 'everything', kind: 'machine' },
  NOT_A_GIT_REPOSITORY: { ends: 'everything', kind: 'machine' },
  PACKAGE_NOT_ESM: { ends: 'everything', kind: 'machine' },
  PORTAL_PAGES_ENDED: { ends: 'everything', kind: 'machine' },
  PORTALS_OPEN: { ends: 'everything', kind: 'machine' },
  PORT_UNAVAILABLE: { ends: 'everything', kind: 'machine' },
  RUNTIME_UNSUPPORTED: { ends: 'everything', kind: 'machine' },
  // Files of the project.
  ANALYSIS_CONFLICT: { ends: 'everything', kind: 'file' },
  ANALYSIS_INVALID: { ends: 'everything', kind: 'file' },
  ANALYSIS_MISSING: { ends: 'everything', kind: 'file' },
  EXPLORE_FILE_INVALID: { ends: 'everything', kind: 'file' },
  EXPLORE_FILE_UNREADABLE: { ends: 'everything', kind: 'file' },
  FILE_EDITED: { ends: 'everything', kind: 'file' },
  FILE_UNREADABLE: { ends: 'everything', kind: 'file' },
  FILE_UNWRITABLE: { ends: 'everything', kind: 'file' },
  GENERATED_FILES_DIFFER: { ends: 'everything', kind: 'file' },
  GENERATED_MISSING: { ends: 'everything', kind: 'file' },
  GENERATED_OUTDATED: { ends: 'everything', kind: 'file' },
  GENERATED_UNUSABLE: { ends: 'everything', kind: 'file' },
  LOG_WRITE_FAILED: { ends: 'nothing', kind: 'file' },
  MIGRATIONS_MISSING: { ends: 'everything', kind: 'file' },
  OUTPUT_UNWRITABLE: { ends: 'everything', kind: 'file' },
  QUALITY_SQL_UNUSABLE: { ends: 'everything', kind: 'file' },
  // HubSpot, its limits and its answers.
  HUBSPOT_FORBIDDEN: { ends: 'pass', kind: 'hubspot_permission' },
  SCOPE_MISSING: { ends: 'pass', kind: 'hubspot_permission' },
  INSTALLATION_REVOKED: { ends: 'everything', kind: 'hubspot_permission' },
  OAUTH_APP_REJECTED: { ends: 'everything', kind: 'hubspot_permission' },
  TOKEN_REJECTED: { ends: 'everything', kind: 'hubspot_permission' },
  HUBSPOT_FAILED: { ends: 'pass', kind: 'hubspot_connection' },
  HUBSPOT_PAUSED: { ends: 'everything', kind: 'hubspot_connection' },
  HUBSPOT_UNREACHABLE: { ends: 'everything', kind: 'hubspot_connection' },
  DAILY_LIMIT_REACHED: { ends: 'everything', kind: 'limit' },
  MAX_CALLS_REACHED: { ends: 'everything', kind: 'limit', unrecorded: true },
  SLICE_OVER: { ends: 'everything', kind: 'limit', unrecorded: true },
  ANSWER_MALFORMED: { ends: 'pass', kind: 'hubspot_answer' },
  ASSOCIATION_OUT_OF_RANGE: { ends: 'nothing', kind: 'hubspot_answer' },
  ASSOCIATIONS_REFUSED: { ends: 'pass', kind: 'hubspot_answer' },
  ASSOCIATIONS_UNANSWERED: { ends: 'nothing', kind: 'hubspot_answer' },
  CURSOR_STUCK: { ends: 'pass', kind: 'hubspot_answer' },
  DELETES_NOT_COUNTED: { ends: 'nothing', kind: 'hubspot_answer' },
  HISTORY_TIME_UNREADABLE: { ends: 'nothing', kind: 'hubspot_answer' },
  HUBSPOT_NOT_FOUND: { ends: 'pass', kind: 'hubspot_answer' },
  HUBSPOT_REJECTED: { ends: 'pass', kind: 'hubspot_answer' },
  LIST_UNORDERED: { ends: 'pass', kind: 'hubspot_answer' },
  OBJECT_TYPE_GONE: { ends: 'run', kind: 'hubspot_answer' },
  OWNERS_EMPTY: { ends: 'nothing', kind: 'hubspot_answer' },
  OWNERS_INCOMPLETE: { ends: 'nothing', kind: 'hubspot_answer' },
  PIPELINES_EMPTY: { ends: 'nothing', kind: 'hubspot_answer' },
  PIPELINES_INCOMPLETE: { ends: 'nothing', kind: 'hubspot_answer' },
  PROPERTY_NOT_ANSWERED: { ends: 'nothing', kind: 'hubspot_answer' },
  RECORDS_NAMELESS: { ends: 'nothing', kind: 'hubspot_answer' },
  RECORDS_UNANSWERED: { ends: 'pass', kind: 'hubspot_answer' },
  RECORDS_UNREAD: { ends: 'nothing', kind: 'hubspot_answer' },
  SEARCH_NOT_SUPPORTED: { ends: 'pass', kind: 'hubspot_answer' },
  PORTAL_MISMATCH: { ends: 'run', kind: 'portal' },
  PORTAL_UNKNOWN: { ends: 'run', kind: 'portal' },
  STATE_OF_ANOTHER_PROJECT: { ends: 'run', kind: 'portal', unrecorded: true },
  // The database and its tables.
  DATABASE_BUSY: { ends: 'pass', kind: 'database_connection' },
  DATABASE_LOGIN_REJECTED: { ends: 'everything', kind: 'database_connection' },
  DATABASE_MISSING: { ends: 'everything', kind: 'database_connection' },
  DATABASE_STATEMENT_ENDED: { ends: 'pass', kind: 'database_connection' },
  DATABASE_TLS_REJECTED: { ends: 'everything', kind: 'database_connection' },
  DATABASE_UNREACHABLE: { ends: 'everything', kind: 'database_connection', unrecorded: true },
  DATABASE_PERMISSION_DENIED: { ends: 'pass', kind: 'database_permission' },
  DATABASE_READ_ONLY: { ends: 'everything', kind: 'database_permission' },
  STATE_NOT_OURS: { ends: 'everything', kind: 'database_permission' },
  DISK_FULL: { ends: 'everything', kind: 'database_room' },
  TABLE_FULL: { ends: 'everything', kind: 'database_room' },
  ASSOCIATIONS_TABLE_MISSING: { ends: 'nothing', kind: 'schema' },
  COLUMN_NAMED: { ends: 'everything', kind: 'schema' },
  COLUMN_RETYPED: { ends: 'everything', kind: 'schema' },
  HISTORY_TABLE_MISSING: { ends: 'nothing', kind: 'schema' },
  LABELS_REFUSED: { ends: 'everything', kind: 'schema' },
  MIGRATIONS_CLASH: { ends: 'everything', kind: 'schema' },
  MIGRATION_BLOCKED: { ends: 'everything', kind: 'schema' },
  MIGRATION_CONFLICT: { ends: 'everything', kind: 'file' },
  MIGRATION_CHANGED: { ends: 'everything', kind: 'schema' },
  MIGRATION_FAILED: { ends: 'everything', kind: 'schema' },
  MIGRATION_MISSING: { ends: 'everything', kind: 'schema' },
  MIGRATIONS_NOT_RUN: { ends: 'everything', kind: 'schema' },
  OWNERS_TABLE_MISSING: { ends: 'nothing', kind: 'schema' },
  PIPELINES_TABLE_MISSING: { ends: 'nothing', kind: 'schema' },
  QUEUE_NOT_READY: { ends: 'everything', kind: 'schema' },
  SCHEMA_CHANGED: { ends: 'everything', kind: 'schema' },
  TABLE_MISSING: { ends: 'run', kind: 'schema' },
  TABLE_NOT_ADOPTED: { ends: 'everything', kind: 'schema' },
  TABLE_NOT_OURS: { ends: 'run', kind: 'schema' },
  TABLE_OUTDATED: { ends: 'run', kind: 'schema' },
  TABLE_REMADE: { ends: 'nothing', kind: 'schema' },
  VIEW_IN_USE: { ends: 'everything', kind: 'schema' },
  // Records.
  AUDIT_DIFFERS: { ends: 'nothing', kind: 'data' },
  BATCH_REFUSED: { ends: 'pass', kind: 'data' },
  CHANGES_MISSED: { ends: 'nothing', kind: 'data' },
  DELETES_BRAKED: { ends: 'pass', kind: 'data' },
  ROWS_DROPPED: { ends: 'nothing', kind: 'data' },
  EVERY_RECORD_REFUSED: { ends: 'pass', kind: 'data' },
  // Other processes, and cancellation.
  CANCELLED: { ends: 'everything', kind: 'cancelled', unrecorded: true },
  DATABASE_LOCKED: { ends: 'pass', kind: 'busy' },
  ENTITY_BUSY: { ends: 'run', kind: 'busy', unrecorded: true },
  INDEX_BUSY: { ends: 'everything', kind: 'busy' },
  LEASE_LOST: { ends: 'run', kind: 'busy' },
  PASS_OVERTAKEN: { ends: 'pass', kind: 'busy' },
  PARENT_NOT_READ: { ends: 'nothing', kind: 'usage' },
  TABLE_BUSY: { ends: 'everything', kind: 'busy' },
} as const satisfies Readonly<Record<string, CodeFacts>>

/** A stable name of a failure or a notice, e.g. `TOKEN_MISSING`. */
export type HubgenCode = keyof typeof codes

/** Every code, in table order. */
export const hubgenCodes: ReadonlyMap<string, CodeFacts> = new Map(Object.entries(codes))

/**
 * A failure that a user can fix: printed without a stack, exit code 1. Anything else that is thrown is a
 * bug. Messages never contain a token, a connection string or record values.
 */
export class HubgenError extends Error {
  /** Stable: scripts and tests compare the code, never the text. */
  readonly code: HubgenCode
  /** Where it happened: a path, a URL without query, a table. */
  readonly at: string | undefined
  /** The command or setting that fixes it, in the imperative. */
  readonly fix: string | undefined

  constructor(
    code: HubgenCode,
    message: string,
    details: { at?: string | undefined; fix?: string | undefined; cause?: unknown } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'HubgenError'
    this.code = code
    this.at = details.at
    this.fix = details.fix
  }

  /** The scope of the failure: a pass, the run of an entity, or the whole command. */
  get ends(): CodeFacts['ends'] {
    return codes[this.code].ends
  }

  get kind(): HubgenErrorKind {
    return codes[this.code].kind
  }

  /** Whether a sync that cannot start for this reason is recorded in the database as `not_started`. */
  get isRecorded(): boolean {
    return hubgenCodes.get(this.code)?.unrecorded !== true
  }
}

/**
 * The text of a failure as shown in the terminal: `error[CODE]: message`, followed by `  at   …` and `
 * fix: …` if known.
 */
export function formatError(error: HubgenError): string {
  const lines = [`error[${error.code}]: ${error.message}`]
  if (error.at !== undefined) lines.push(`  at   ${error.at}`)
  if (error.fix !== undefined) lines.push(`  fix: ${error.fix}`)
  return lines.join('\n')
}
