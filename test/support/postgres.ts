import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import pg from 'pg'
import { inject } from 'vitest'
import { startOlderServer } from './older-postgres.ts'

export { olderVersion, postgres15Missing } from './older-postgres.ts'

/** An empty database of one test (file), dropped at the end of `await using`. */
export interface TestDatabase extends AsyncDisposable {
  readonly name: string
  /** The value for `DATABASE_URL`; its user is a superuser. */
  readonly url: string
  /** Rows as `pg` gives them (bigint and numeric as text). */
  query<Row extends pg.QueryResultRow>(sql: string, values?: readonly unknown[]): Promise<Row[]>
  close(): Promise<void>
}

export interface Postgres15 extends AsyncDisposable {
  /** Superuser URL, for `createDatabase(url)`. */
  readonly url: string
}

/** On the run's Postgres 18, or on the server of the URL. */
export async function createDatabase(
  serverUrl: string = inject('postgresUrl'),
): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`
  // Copies files instead of pages through the WAL: a fifth of the work, as nothing here waits for a disk.
  await runOnce(serverUrl, `CREATE DATABASE ${name} STRATEGY FILE_COPY`)
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  const pool = new pg.Pool({ connectionString: url.href, max: 2 })
  // Dropping the database ends connections that the pool has not closed yet.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  const close = async () => {
    await pool.end()
    await runOnce(serverUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
  }
  return {
    name,
    url: url.href,
    query: async (sql, values) => (await pool.query(sql, values?.slice())).rows,
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** A Postgres 15 of its own; ask `postgres15Missing` first. */
export async function startPostgres15(): Promise<Postgres15> {
  const server = await startOlderServer()
  return {
    url: server.url,
    async [Symbol.asyncDispose]() {
      await server.stop()
      await rm(server.directory, { recursive: true, force: true })
    },
  }
}

async function runOnce(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}
