import { describe, expect, test } from 'vitest'
import { openDatabase } from '../../runtime/postgres/connection/database.ts'
import { readDatabaseSettings } from '../../runtime/postgres/connection/settings.ts'
import { createDatabase, postgres15Missing, startPostgres15 } from '../support/postgres.ts'
import { pgBouncerMissing, startPgBouncer } from '../support/start-pgbouncer.ts'
import { openSyncPortal } from '../support/sync-portal.ts'

/** Settings that a role may have; each changes how Postgres writes or finds something. */
const hostile = [
  "DateStyle TO 'SQL, DMY'",
  "DateStyle TO 'German'",
  "TimeZone TO 'Asia/Kolkata'",
  "IntervalStyle TO 'sql_standard'",
  "bytea_output TO 'escape'",
  'extra_float_digits TO -15',
  'quote_all_identifiers TO on',
  'array_nulls TO off',
  "search_path TO ''",
  'search_path TO evil, pg_catalog',
]

const roleOf = (url: string) => decodeURIComponent(new URL(url).username)
const moment = '2026-03-04T05:06:07.890Z'

describe.each([
  { name: 'Postgres 18', missing: undefined },
  { name: 'Postgres 15', missing: postgres15Missing },
  { name: 'PgBouncer', missing: pgBouncerMissing },
])('times through $name', ({ name, missing }) => {
  test('are the same whatever the role has set', async ({ skip }) => {
    if (missing !== undefined) return skip(missing)
    await using stack = new AsyncDisposableStack()
    const server = name === 'Postgres 15' ? stack.use(await startPostgres15()) : undefined
    const scratch = stack.use(await createDatabase(server?.url))
    const database = new URL(scratch.url).pathname.slice(1)
    for (const setting of hostile) {
      await scratch.query(
        `ALTER ROLE "${roleOf(scratch.url)}" IN DATABASE "${database}" SET ${setting}`,
      )
      const url =
        name === 'PgBouncer' ? stack.use(await startPgBouncer(scratch.url)).url : scratch.url
      await using opened = await openDatabase(readDatabaseSettings({ DATABASE_URL: url }, '.'))
      const [{ rows } = { rows: [] }] = await opened.readScript(
        `SELECT '${moment}'::timestamptz AS at, current_setting('TimeZone') AS zone, (date '2026-03-04')::text AS day`,
      )
      expect(rows).toEqual([{ at: new Date(moment), zone: 'UTC', day: '2026-03-04' }])
    }
  })
})

test('a copy is the same whatever the role has set', async () => {
  await using portal = await openSyncPortal('deals', { records: { deals: 60 } })
  await portal.sync()
  const rows = () =>
    portal.database.query(
      `SELECT to_jsonb(deal.*) - '_fivetran_synced' AS row FROM hubspot.deal ORDER BY id`,
    )
  const before = await rows()
  const url = new URL(portal.database.url)
  await portal.database.query('CREATE SCHEMA evil')
  await portal.database.query('CREATE TABLE evil.deal (id text); CREATE TABLE evil.pass (id text)')
  for (const setting of hostile) {
    await portal.database.query(
      `ALTER ROLE "${roleOf(url.href)}" IN DATABASE "${url.pathname.slice(1)}" SET ${setting}`,
    )
  }
  await using database = await openDatabase(
    readDatabaseSettings({ DATABASE_URL: url.href }, portal.directory),
  )
  await portal.database.query('DELETE FROM hubspot.deal')
  expect(await portal.sync({ database, full: true })).toMatchObject({ outcome: 'succeeded' })
  expect(await rows()).toEqual(before)
  const [id] = [...portal.simulator.store.scan('0-3', 0n, { archived: false })].map((one) => one.id)
  portal.simulator.store.update('0-3', id ?? '', { dealname: 'changed' })
  expect(await portal.sync({ database })).toMatchObject({ mode: 'incremental', updated: 1 })
})
