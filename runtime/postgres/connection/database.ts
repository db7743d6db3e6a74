import { readFileSync } from 'node:fs'
import { Kysely } from 'kysely'
import pg from 'pg'
import { HubgenError } from '../../errors.ts'
import { type ConnectionLabel, explainingErrors } from '../database-error.ts'
import type { HubgenTables } from '../hubgen-tables.ts'
import { openEmbedded } from '../server/embedded.ts'
import {
  BoundedDialect,
  type TransactionWaits,
  transactionBounds,
  usualWaits,
} from './bounded-dialect.ts'
import { CopyingClient } from './copying-client.ts'
import { readScript } from './read-script.ts'
import type { ScriptResult } from './script-result.ts'
import type { DatabaseSettings, ServerSettings } from './settings.ts'
import { getTypeParser } from './value-parsers.ts'

/** An open database; the code that opened it closes it. */
export interface Database extends AsyncDisposable {
  readonly kysely: Kysely<HubgenTables>
  readonly embedded: boolean
  /** `host:port/database`, never the password. */
  readonly description: string
  /** For error messages. */
  readonly label: ConnectionLabel
  /** Runs one statement outside of any transaction, without a timeout. */
  runAlone(statement: string): Promise<void>
  /** Runs read-only statements in one transaction and returns the result of each. */
  readScript(text: string): Promise<readonly ScriptResult[]>
  /** False if a pooler such as PgBouncer sits in between. */
  reachesServer(): Promise<boolean>
  /** Includes the password; only for a person who wants to connect. */
  url(): string
  close(): Promise<void>
}

/** Neon suspends a compute after 300 s, so idle connections must close well before that. */
const idleTimeoutMs = 60_000
/** A suspended compute wakes up within one or two seconds; 5 s is the slowest observed. */
const connectTimeoutMs = 15_000
/** Longer than any statement of hubgen, shorter than a person waits for a dead network. */
const queryTimeoutMs = 300_000
/** Building an index on a large table reads it twice and waits for all earlier transactions. */
const aloneTimeoutMs = 86_400_000
/** Two batches, one checkpoint and a person's query. */
const poolConnections = 4

/**
 * Connects and runs a query to verify the connection. Wakes a suspended Neon compute or starts the embedded
 * server.
 */
export async function openDatabase(
  settings: DatabaseSettings,
  waits: TransactionWaits = usualWaits,
): Promise<Database> {
  if (settings.kind === 'server')
    return connect(
      settings,
      { embedded: false, Client: CopyingClient, release: async () => {} },
      waits,
    )
  const server = await openEmbedded(settings.directory)
  return connect(
    {
      kind: 'server',
      host: '127.0.0.1',
      port: server.port,
      database: server.database,
      user: server.user,
      password: server.password,
      tls: { mode: 'off' },
    },
    { embedded: true, Client: returningClient(server.stay), release: server.release },
    waits,
  )
}

async function connect(
  settings: ServerSettings,
  origin: {
    readonly embedded: boolean
    readonly Client: typeof CopyingClient
    readonly release: () => Promise<void>
  },
  waits: TransactionWaits,
): Promise<Database> {
  const description = describe(settings)
  const label = { ...settings, description }
  const pool = createPool(settings, origin.Client)
  let bounds = ''
  const kysely = new Kysely<HubgenTables>({ dialect: new BoundedDialect({ pool }, () => bounds) })
  let closing: Promise<void> | undefined
  const close = () => {
    // Kysely ends a pool only if it has used it.
    closing ??= pool.end().then(origin.release)
    return closing
  }
  try {
    bounds = transactionBounds(await explainingErrors(label, () => readVersion(pool)), waits)
  } catch (error) {
    await pool.end()
    await origin.release()
    throw error
  }
  return {
    kysely,
    embedded: origin.embedded,
    description,
    label,
    runAlone: async (text) => {
      const statement: pg.QueryConfig & { query_timeout: number } = {
        text,
        query_timeout: aloneTimeoutMs,
      }
      await pool.query(statement)
    },
    readScript: (text) => readScript(pool, text, bounds),
    reachesServer: () => explainingErrors(label, () => reachesServer(pool)),
    url: () => connectionUrl(settings),
    close,
    [Symbol.asyncDispose]: close,
  }
}

/**
 * Nothing set here outlives a transaction on the server: no SET, no prepared statement names, and only
 * startup parameters that PgBouncer forwards. Neon's pooled host therefore works as well as the direct one.
 */
function createPool(settings: ServerSettings, Client: typeof CopyingClient): pg.Pool {
  const pool = new pg.Pool({
    Client,
    host: settings.host,
    port: settings.port,
    database: settings.database,
    user: settings.user,
    password: settings.password,
    ssl: tlsOptions(settings),
    application_name: 'hubgen',
    max: poolConnections,
    idleTimeoutMillis: idleTimeoutMs,
    connectionTimeoutMillis: connectTimeoutMs,
    query_timeout: queryTimeoutMs,
    keepAlive: true,
    types: { getTypeParser },
  })
  // A connection that the server closes leaves the pool automatically, and queries on it reject. Without
  // these listeners (on the pool for idle connections, on each client for those in use), the process would
  // exit.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}

/** `170006` for 17.6. */
async function readVersion(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ version: number }>(
    "SELECT current_setting('server_version_num')::int AS version",
  )
  return rows[0]?.version ?? 0
}

/** A pooler assigns its own cancel keys, so the client's process id differs from the backend's. */
async function reachesServer(pool: pg.Pool): Promise<boolean> {
  const client: pg.PoolClient & { readonly processID?: unknown } = await pool.connect()
  try {
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
    return rows[0]?.pid === client.processID
  } finally {
    client.release()
  }
}

interface DriverTls {
  readonly rejectUnauthorized: boolean
  readonly ca?: string
}

/** How a driver of Postgres is to encrypt. */
export function tlsOptions({ tls, variable = 'DATABASE_URL' }: ServerSettings): DriverTls | false {
  if (tls.mode === 'off') return false
  if (tls.mode === 'unverified') return { rejectUnauthorized: false }
  const path = tls.rootCertificatePath
  if (path === undefined || path === 'system') return { rejectUnauthorized: true }
  try {
    return { rejectUnauthorized: true, ca: readFileSync(path, 'utf8') }
  } catch (cause) {
    throw new HubgenError('DATABASE_SETTINGS_INVALID', 'the root certificate cannot be read', {
      at: path,
      fix: `correct \`sslrootcert\` in ${variable}`,
      cause,
    })
  }
}

function describe({ host, port, database }: ServerSettings): string {
  const address = host.includes(':') ? `[${host}]` : host
  return host.startsWith('/') ? `${host} ${database}` : `${address}:${port}/${database}`
}

function connectionUrl(settings: ServerSettings): string {
  const { host, port, database, user, password, tls } = settings
  const login = `${encodeURIComponent(user)}${password === undefined ? '' : `:${encodeURIComponent(password)}`}`
  const address = host.startsWith('/') ? '' : `${host.includes(':') ? `[${host}]` : host}:${port}`
  const parameters = new URLSearchParams()
  if (host.startsWith('/')) parameters.set('host', host)
  if (tls.mode !== 'off') parameters.set('sslmode', 'require')
  const query = parameters.size === 0 ? '' : `?${parameters}`
  return `postgres://${login}@${address}/${encodeURIComponent(database)}${query}`
}

/** Clients that call `stay` before they connect; it brings the server back and returns its port. */
function returningClient(stay: () => Promise<number>): typeof CopyingClient {
  return class extends CopyingClient {
    override connect = ((done: (error?: Error) => void) => {
      stay().then((port) => {
        this.port = port
        Reflect.apply(pg.Client.prototype.connect, this, [done])
      }, done)
    }) as pg.Client['connect']
  }
}
