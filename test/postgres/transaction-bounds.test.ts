import { sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Database, openDatabase } from '../../runtime/postgres/connection/database.ts'
import { readDatabaseSettings } from '../../runtime/postgres/connection/settings.ts'
import { holdMigrationLock } from '../../runtime/postgres/schema/migration-lock.ts'
import { beginRun, proveLease } from '../../runtime/postgres/state/lease.ts'
import { ensureState } from '../../runtime/postgres/state/state.ts'
import {
  createDatabase,
  olderVersion,
  postgres15Missing,
  startPostgres15,
  type TestDatabase,
} from '../support/postgres.ts'
import { pgBouncerMissing, startPgBouncer } from '../support/start-pgbouncer.ts'

const facts = { entity: 'deals', mode: 'full', portalId: 8100142 }

describe.each([
  { name: 'Postgres 18', missing: undefined },
  { name: 'Postgres 15', missing: postgres15Missing },
  { name: 'PgBouncer', missing: pgBouncerMissing },
])('transactions on $name', ({ name, missing }) => {
  const stack = new AsyncDisposableStack()
  let scratch: TestDatabase
  let url: string

  beforeAll(async () => {
    if (missing !== undefined) return
    const server = name === 'Postgres 15' ? stack.use(await startPostgres15()) : undefined
    scratch = stack.use(await createDatabase(server?.url))
    url = scratch.url
    if (name === 'PgBouncer') url = stack.use(await startPgBouncer(url)).url
    await using database = await open()
    await ensureState(database)
  })

  afterAll(() => stack.disposeAsync())

  beforeEach(async ({ skip }) => {
    if (missing !== undefined) return skip(missing)
    await scratch.query('TRUNCATE hubgen.run CASCADE')
  })

  const open = (waits?: Parameters<typeof openDatabase>[1]) =>
    openDatabase(readDatabaseSettings({ DATABASE_URL: url }, '.'), waits)

  /** In a transaction, and what the connection has after it. */
  async function settings(database: Database): Promise<readonly object[]> {
    const read = sql<object>`SELECT current_setting('idle_in_transaction_session_timeout') AS idle,
      current_setting('lock_timeout') AS lock, current_setting('transaction_timeout', true) AS whole`
    const within = await database.kysely
      .transaction()
      .execute(async (transaction) => (await read.execute(transaction)).rows)
    return [...within, ...(await read.execute(database.kysely)).rows]
  }

  test('have bounds of their own, which end with them', async () => {
    await using database = await open()
    const newer = name !== 'Postgres 15' || olderVersion >= 17
    expect(await settings(database)).toEqual([
      { idle: '30s', lock: '35s', whole: newer ? '15min' : null },
      { idle: '0', lock: '0', whole: newer ? '0' : null },
    ])
  })

  test('give up their locks when their client has frozen, and write nothing more', async () => {
    await using database = await open({ idleMs: 200, lockMs: 60_000 })
    await using other = await open()
    const run = await beginRun(database, facts)
    const frozen = database.kysely.transaction().execute(async (transaction) => {
      await proveLease(transaction, run)
      await sql`UPDATE hubgen.run SET read = 99 WHERE id = ${run.id}`.execute(transaction)
      // A process that waits for the lease gets it, although this transaction is not over.
      await sql`UPDATE hubgen.lease SET expires_at = now()`.execute(other.kysely)
      await proveLease(transaction, run)
    })
    await expect(frozen).rejects.toThrow()
    const next = await beginRun(other, facts)
    await expect(
      database.kysely.transaction().execute((transaction) => proveLease(transaction, run)),
    ).rejects.toMatchObject({ code: 'LEASE_LOST' })
    const [row] = await scratch.query('SELECT read FROM hubgen.run WHERE id = $1', [run.id])
    expect(row).toEqual({ read: '0' })
    expect(next.id).not.toBe(run.id)
  })

  test('of a holder that nothing ends are reported as ENTITY_BUSY', async () => {
    await using database = await open({ idleMs: 60_000, lockMs: 200 })
    const run = await beginRun(database, facts)
    await scratch.query('UPDATE hubgen.lease SET expires_at = now()')
    const holder = new pg.Client({ connectionString: scratch.url })
    await holder.connect()
    try {
      await holder.query('BEGIN')
      await holder.query('UPDATE hubgen.lease SET heartbeat_at = now()')
      await expect(beginRun(database, facts)).rejects.toMatchObject({
        code: 'ENTITY_BUSY',
        message: expect.stringMatching(new RegExp(`run ${run.id}, .* has stopped within`)),
        fix: expect.stringContaining('pg_terminate_backend'),
      })
    } finally {
      await holder.end()
    }
    await beginRun(database, facts)
  })

  test('of migrations wait as long as their work takes', async () => {
    await using database = await open({ idleMs: 100, lockMs: 60_000 })
    const result = await holdMigrationLock(
      database,
      async () => {
        await database.runAlone('SELECT pg_sleep(0.3)')
        return 'done'
      },
      () => {},
    )
    expect(result).toBe('done')
  })
})
