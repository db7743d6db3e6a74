import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Database, openDatabase } from '../../runtime/postgres/connection/database.ts'
import { readDatabaseSettings } from '../../runtime/postgres/connection/settings.ts'
import { applyLabels } from '../../runtime/postgres/schema/apply-labels.ts'
import { type MigrationFile, migrate } from '../../runtime/postgres/schema/migrate.ts'
import { dealTableSql } from '../support/deal-table.ts'
import { copyDatabase, type TestDatabase } from '../support/postgres.ts'
import { pgBouncerMissing, startPgBouncer } from '../support/start-pgbouncer.ts'
import { createMigrationState } from '../support/state-database.ts'

const create: MigrationFile = { name: '0001_deals_create.sql', sql: dealTableSql }
const change: MigrationFile = {
  name: '0002_deals_add_x.sql',
  sql: 'ALTER TABLE hubspot.deal ADD COLUMN x text;\n',
}

let scratch: TestDatabase
let database: Database
let reader: pg.Client

beforeEach(async () => {
  scratch = await copyDatabase('migration state', createMigrationState)
  database = await openDatabase(readDatabaseSettings({ DATABASE_URL: scratch.url }, '.'))
  reader = new pg.Client({ connectionString: scratch.url })
  await reader.connect()
})

afterEach(async () => {
  await reader.end()
  await database.close()
  await scratch.close()
})

/** A user's long-running query. */
async function readForLong(): Promise<void> {
  await reader.query('BEGIN; SELECT FROM hubspot.deal')
}

async function untilSomebodyWaits(): Promise<void> {
  for (;;) {
    const [row] = await scratch.query<{ waiting: number }>(
      'SELECT count(*)::int AS waiting FROM pg_locks WHERE NOT granted',
    )
    if (row?.waiting === 1) return
  }
}

test('a change that waits for a busy table soon lets other queries pass, and comes when it is free', async () => {
  await migrate(database, [create])
  await readForLong()
  const migrated = migrate(database, [create, change])
  await untilSomebodyWaits()
  await scratch.query(`BEGIN; SET LOCAL lock_timeout = '4s'; SELECT FROM hubspot.deal; COMMIT`)
  await reader.query('COMMIT')
  expect((await migrated).applied).toEqual([change.name])
})

test('a table that stays busy is named as that, after some tries', async () => {
  await migrate(database, [create])
  await readForLong()
  const patience = { attempts: 2, mostPauseMs: 1 }
  await expect(migrate(database, [create, change], { patience })).rejects.toMatchObject({
    code: 'TABLE_BUSY',
    at: change.name,
    fix: expect.stringContaining('pg_blocking_pids'),
  })
  await reader.query('COMMIT')
  expect((await migrate(database, [create, change])).applied).toEqual([change.name])
})

test('a busy labelled view is made as soon as it is free', async () => {
  await migrate(database, [create])
  const files = (query: string) => [
    { entity: 'deals', labels: '', labelled: `CREATE OR REPLACE VIEW hubspot.one AS\n${query};\n` },
  ]
  await applyLabels(database, files('SELECT 1 AS one'))
  await reader.query('BEGIN; SELECT FROM hubspot.one')
  const applied = applyLabels(database, files('SELECT 2 AS one'))
  await untilSomebodyWaits()
  await scratch.query(`BEGIN; SET LOCAL lock_timeout = '4s'; SELECT FROM hubspot.one; COMMIT`)
  await reader.query('COMMIT')
  expect(await applied).toMatchObject({ views: ['hubspot.one'] })
})

test.skipIf(pgBouncerMissing)(
  `a pooler with one connection is named as that ${pgBouncerMissing ?? ''}`.trim(),
  async () => {
    await using pooler = await startPgBouncer(scratch.url, 1)
    const settings = readDatabaseSettings({ DATABASE_URL: pooler.url }, '.')
    await using pooled = await openDatabase(settings)
    await expect(migrate(pooled, [create])).rejects.toMatchObject({
      code: 'DATABASE_BUSY',
      message: expect.stringContaining('no second connection'),
      fix: expect.stringContaining('`default_pool_size`'),
    })
  },
)
