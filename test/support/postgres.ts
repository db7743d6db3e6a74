import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'
import { administer } from './administer.ts'
import { askShared } from './vitest/ask-shared.ts'

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

/** On the run's Postgres 18, or on the server of the URL; empty, or a copy of a template. */
export async function createDatabase(
  serverUrl: string = inject('postgresUrl'),
  template?: string,
): Promise<TestDatabase> {
  const name = await createNamed('test', serverUrl, template)
  const database = openNamed(name, serverUrl)
  const close = async () => {
    await database.close()
    await administer(serverUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
  }
  return { ...database, close, [Symbol.asyncDispose]: close }
}

/**
 * A database for `createDatabase` to copy, which ends with the server. `fill` must leave no connection open:
 * Postgres copies only a database that nobody uses.
 */
export async function createTemplate(
  fill: (database: TestDatabase) => Promise<void>,
  serverUrl: string = inject('postgresUrl'),
  template?: string,
): Promise<string> {
  const name = await createNamed('template', serverUrl, template)
  await using database = openNamed(name, serverUrl)
  await fill(database)
  return name
}

const filled = new Map<string, Promise<string>>()

/** A copy of the database that `fill` filled once for all tests of this worker that give this name. */
export async function copyDatabase(
  named: string,
  fill: (database: TestDatabase) => Promise<void>,
  serverUrl: string = inject('postgresUrl'),
): Promise<TestDatabase> {
  const key = `${named} on ${serverUrl}`
  const template = filled.get(key) ?? createTemplate(fill, serverUrl)
  filled.set(key, template)
  return createDatabase(serverUrl, await template)
}

async function createNamed(kind: string, serverUrl: string, template?: string): Promise<string> {
  const name = `${kind}_${randomBytes(6).toString('hex')}`
  const source = template === undefined ? '' : `TEMPLATE ${template}`
  // Copies files instead of pages through the WAL: a fifth of the work, as nothing here waits for a disk.
  await administer(serverUrl, `CREATE DATABASE ${name} ${source} STRATEGY FILE_COPY`)
  return name
}

/** Closing it leaves the database. */
function openNamed(name: string, serverUrl: string): TestDatabase {
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  const pool = new pg.Pool({ connectionString: url.href, max: 2 })
  // Dropping the database ends connections that the pool has not closed yet.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  const close = () => pool.end()
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
  return { url: await askShared('postgres15'), [Symbol.asyncDispose]: async () => {} }
}
