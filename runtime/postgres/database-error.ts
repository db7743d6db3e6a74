import pg from 'pg'
import { HubgenError } from '../errors.ts'
import { quoteIdentifier } from './identifier.ts'

/** The parts of a connection that error messages may show. */
export interface ConnectionLabel {
  /** `host:port/database` */
  readonly description: string
  readonly host: string
  readonly port: number
  readonly database: string
  readonly user: string
  /** The variable of the URL, if one variable has it. */
  readonly variable?: string | undefined
  /** Undefined for the tables of a copy. */
  readonly tables?: OtherTables | undefined
}

/** Tables of hubgen that are no copy. */
export interface OtherTables {
  readonly schema: string
  /** The command that makes them. */
  readonly madeBy: string
}

type Explain = (label: ConnectionLabel, error: pg.DatabaseError) => HubgenError

/** The setting to check: a part of the one URL, or else the variables in which it may be. */
function settingOf({ variable }: ConnectionLabel, part: string, names: string): string {
  if (variable !== undefined) return part === '' ? variable : `${part} ${variable}`
  return `${names} (or ${part === '' ? '' : `${part} `}DATABASE_URL)`
}

const loginRejected: Explain = (label, cause) =>
  new HubgenError(
    'DATABASE_LOGIN_REJECTED',
    `the database rejects the login of \`${label.user}\``,
    {
      at: label.description,
      fix: `check ${settingOf(label, 'the user and password in', 'NEON_USER and NEON_PASSWORD')}`,
      cause,
    },
  )

const explanations: Readonly<Record<string, Explain>> = {
  '28P01': loginRejected,
  '28000': loginRejected,
  '3D000': (label, cause) =>
    new HubgenError('DATABASE_MISSING', `there is no database \`${label.database}\``, {
      at: label.description,
      fix: `check ${settingOf(label, 'the end of', 'NEON_DATABASE')}, or create the database`,
      cause,
    }),
  '25006': ({ description }, cause) =>
    new HubgenError('DATABASE_READ_ONLY', 'the database is read-only', {
      at: description,
      fix: 'connect to the primary, not to a read replica, and check `default_transaction_read_only`',
      cause,
    }),
  '42501': (label, cause) => {
    const { description, user, tables } = label
    const message = `\`${user}\` may not do this: ${cause.message}`
    return new HubgenError('DATABASE_PERMISSION_DENIED', message, {
      at: description,
      fix: `as the owner run ${rightsFix(cause, label)}, or use the role that ran \`${tables?.madeBy ?? 'hubgen migrate'}\` first`,
      cause,
    })
  },
  '53100': ({ description }, cause) =>
    new HubgenError('DISK_FULL', 'the database has no space left', {
      at: description,
      fix: 'free space or raise the storage limit of the project, then run the command again',
      cause,
    }),
  '55P03': ({ description }, cause) =>
    new HubgenError(
      'DATABASE_LOCKED',
      'another session holds a lock on rows that must be written',
      {
        at: description,
        fix: 'find it with `SELECT pid, pg_blocking_pids(pid), state, query FROM pg_stat_activity`, end it with `SELECT pg_terminate_backend(<pid>)`, then run the command again',
        cause,
      },
    ),
  '57014': (label, cause) => endedByServer(label, cause, 'statement_timeout'),
  '25P03': (label, cause) => endedByServer(label, cause, 'idle_in_transaction_session_timeout'),
  '25P04': (label, cause) => endedByServer(label, cause, 'transaction_timeout'),
  '53300': ({ description }, cause) =>
    new HubgenError('DATABASE_BUSY', 'the database accepts no more connections', {
      at: description,
      fix: "close other connections, or use Neon's pooled host (`-pooler`)",
      cause,
    }),
}

function endedByServer(
  { description, user }: ConnectionLabel,
  cause: pg.DatabaseError,
  setting: string,
): HubgenError {
  return new HubgenError(
    'DATABASE_STATEMENT_ENDED',
    `the database ended a statement that took too long: ${cause.message}`,
    {
      at: description,
      fix: `run the command again; if it persists, check whether a person or \`${setting}\` of ${quoteIdentifier(user)} ends it`,
      cause,
    },
  )
}

function rightsFix({ message, schema, table }: pg.DatabaseError, label: ConnectionLabel) {
  const role = quoteIdentifier(label.user)
  if (!message.includes('row-level security')) {
    return `\`${missingGrant(message, label)} TO ${role}\``
  }
  const [, named = '<table>'] = /for table "(.+)"/.exec(message) ?? []
  const name = quoteIdentifier(table ?? named)
  return `\`${createPolicy(`${quoteIdentifier(schema ?? 'hubspot')}.${name}`, role)}\``
}

/** The statement that lets a role read and write every row of a table; both names are quoted for SQL. */
export function createPolicy(table: string, role: string): string {
  return `CREATE POLICY hubgen_sync ON ${table} TO ${role} USING (true) WITH CHECK (true)`
}

/**
 * The missing right, derived from the server's message. If the message is in another language, it grants
 * all rights. For people only; no code depends on it.
 */
function missingGrant(sentence: string, { database, tables }: ConnectionLabel): string {
  const [, kind = '', name = ''] =
    / for (database|schema|table|view|sequence) "?(.+?)"?$/.exec(sentence) ?? []
  const schema = kind === 'schema' ? quoteIdentifier(name) : (tables?.schema ?? 'hubspot, hubgen')
  const create = `GRANT CREATE ON DATABASE ${quoteIdentifier(database)}`
  const use = `GRANT USAGE, CREATE ON SCHEMA ${schema}`
  const write = `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${schema}`
  if (kind === 'database') return create
  if (kind === 'schema') return use
  return write
}

// Classes 08 (connection) and 57P (operator intervention: shutdown, crash, starting up).
const connectionStates = /^(?:08|57P0[123])/

/** Whether the connection failed rather than the statement, so that a retry may succeed. */
export function isConnectionError(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) return connectionStates.test(error.code ?? '')
  // Errors that pg throws other than the server's are about the connection: refused, reset, timed out.
  return error instanceof Error && !(error instanceof HubgenError) && !isProgrammingError(error)
}

/** An error that a user can fix, with its place and fix; undefined for a bug in hubgen. */
export function explainDatabaseError(
  error: unknown,
  label: ConnectionLabel,
): HubgenError | undefined {
  if (error instanceof HubgenError) return error
  if (error instanceof pg.DatabaseError) {
    const explain = explanations[error.code ?? '']
    if (explain !== undefined) return explain(label, error)
  }
  if (!isConnectionError(error)) return undefined
  const { variable = 'DATABASE_URL' } = label
  if (isCertificateError(error)) {
    return new HubgenError(
      'DATABASE_TLS_REJECTED',
      `the certificate of \`${label.host}\` cannot be trusted: ${reasonOf(error)}`,
      {
        at: label.description,
        fix: `check the host; for a certificate of your own authority add \`sslrootcert=<file>\` to ${variable}`,
        cause: error,
      },
    )
  }
  // The words of pg, which has no codes for these.
  if (reasonOf(error).includes('does not support SSL')) {
    return new HubgenError('DATABASE_TLS_REQUIRED', `the server at \`${label.host}\` has no TLS`, {
      at: label.description,
      fix: `turn TLS on in the server; in a private network, add \`?sslmode=disable\` to ${variable}`,
      cause: error,
    })
  }
  if (reasonOf(error).includes('password must be')) {
    const { description, user } = label
    return new HubgenError(
      'DATABASE_LOGIN_REJECTED',
      `the database asks \`${user}\` for a password, and none is set`,
      {
        at: description,
        fix: `${label.variable === undefined ? 'set NEON_PASSWORD, or ' : ''}write \`postgres://user:password@host/database\` in ${variable}`,
        cause: error,
      },
    )
  }
  return new HubgenError(
    'DATABASE_UNREACHABLE',
    `no Postgres answers at \`${label.host}:${label.port}\`: ${reasonOf(error)}`,
    {
      at: label.description,
      fix: `check ${settingOf(label, '', 'NEON_HOST and NEON_PORT')}, the network, and that the database is running`,
      cause: error,
    },
  )
}

/** Runs `action`; converts errors that a user can fix to HubgenError and rethrows others unchanged. */
export async function explainingErrors<Result>(
  label: ConnectionLabel,
  action: () => Promise<Result>,
): Promise<Result> {
  try {
    return await action()
  } catch (error) {
    throw explainDatabaseError(error, label) ?? error
  }
}

function isProgrammingError(error: Error): boolean {
  return (
    error instanceof TypeError ||
    error instanceof RangeError ||
    error instanceof ReferenceError ||
    error instanceof SyntaxError
  )
}

function isCertificateError(error: unknown): boolean {
  const code = codeOf(error)
  return code.includes('CERT') || code.startsWith('ERR_TLS') || code.startsWith('UNABLE_TO_')
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : ''
}

/** Uses the errno if there is one, because an AggregateError of several addresses has no message. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : ''
  return message === '' ? codeOf(error) : message
}
