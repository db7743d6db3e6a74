import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'

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

/** Its end is that of the run: other tests use it too. */
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

/** The run's Postgres 15, which the first test that asks for it starts; ask `postgres15Missing` first. */
export async function startPostgres15(): Promise<Postgres15> {
  const answer = await fetch(inject('postgres15Starter'))
  const url = await answer.text()
  if (!answer.ok) throw new Error(url)
  return { url, [Symbol.asyncDispose]: async () => {} }
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
