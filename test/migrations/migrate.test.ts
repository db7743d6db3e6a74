import { setImmediate } from 'node:timers/promises'
import { CompiledQuery } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { retypeColumn } from '../../generator/model/retype-column.ts'
import { type Database, openDatabase } from '../../runtime/postgres/connection/database.ts'
import { readDatabaseSettings } from '../../runtime/postgres/connection/settings.ts'
import {
  type MigrationFile,
  migrate,
  migrateWithLabels,
} from '../../runtime/postgres/schema/migrate.ts'
import { holdMigrationLock } from '../../runtime/postgres/schema/migration-lock.ts'
import { planMigrate } from '../../runtime/postgres/schema/plan-migrate.ts'
import { deals, dealTableSql } from '../support/deal-table.ts'
import {
  creationOf,
  labelsOf,
  listMigrationCases,
  migrationsTo,
} from '../support/migration-cases.ts'
import { createDatabase, type TestDatabase } from '../support/postgres.ts'

const create: MigrationFile = { name: '0001_deals_create.sql', sql: dealTableSql }
const alone = (name: string, ...statements: readonly string[]): MigrationFile => ({
  name,
  sql: `-- hubgen: no transaction\n${statements.join('\n')}\n`,
})
const ownerIndex =
  'CREATE INDEX CONCURRENTLY IF NOT EXISTS "Owner ON" ON hubspot.deal USING btree (property_hubspot_owner_id);'
const index = alone('0002_deals_index.sql', '-- Lock: none', ownerIndex)

let scratch: TestDatabase
let database: Database
let second: Database

beforeEach(async () => {
  scratch = await createDatabase()
  database = await open()
  second = await open()
})

afterEach(async () => {
  await second.close()
  await database.close()
  await scratch.close()
})

const raw = (sql: string) => CompiledQuery.raw(sql)
const open = () => openDatabase(readDatabaseSettings({ DATABASE_URL: scratch.url }, '.'))
const indexes = () =>
  scratch.query(
    `SELECT relname AS name, indisvalid AS valid, indisunique AS "unique"
     FROM pg_index JOIN pg_class ON oid = indexrelid
     WHERE indrelid = 'hubspot.deal'::regclass AND NOT indisprimary ORDER BY 1`,
  )
const closedate = { name: 'idx_hubspot_deal_closedate', valid: true, unique: false }
const owner = { name: 'Owner ON', valid: true, unique: false }

describe('a file outside of a transaction', () => {
  test('makes an index CONCURRENTLY, once', async () => {
    await migrate(database, [create, index])
    expect(await indexes()).toEqual([owner, closedate])
    expect(await migrate(database, [create, index])).toEqual({
      applied: [],
      alreadyApplied: [create.name, index.name],
    })
  })

  test('recreates an index that an interrupted CONCURRENTLY left invalid', async () => {
    await migrate(database, [create])
    await scratch.query(`INSERT INTO hubspot.deal (id, portal_id, updated_at, property_hubspot_owner_id)
      VALUES (1, 1, now(), 7), (2, 1, now(), 7)`)
    await expect(
      scratch.query(
        'CREATE UNIQUE INDEX CONCURRENTLY "Owner ON" ON hubspot.deal (property_hubspot_owner_id)',
      ),
    ).rejects.toMatchObject({ code: '23505' })
    expect(await indexes()).toEqual([{ ...owner, valid: false, unique: true }, closedate])
    await migrate(database, [create, index])
    expect(await indexes()).toEqual([owner, closedate])
  })

  test('resumes where it stopped', async () => {
    const halfway = alone(
      '0002_deals_indexes.sql',
      ownerIndex,
      'CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_later ON hubspot.deal USING btree (property_later);',
    )
    await expect(migrate(database, [create, halfway])).rejects.toMatchObject({
      code: 'MIGRATION_FAILED',
      at: '0002_deals_indexes.sql:3',
      message: expect.stringContaining('the statements before it stay'),
    })
    expect(await indexes()).toEqual([owner, closedate])
    await scratch.query('ALTER TABLE hubspot.deal ADD property_later text')
    expect((await migrate(database, [create, halfway])).applied).toEqual([halfway.name])
    expect(await indexes()).toHaveLength(3)
  })

  test('leaves an index alone that another connection is still building', async () => {
    await migrate(database, [create])
    // CREATE INDEX CONCURRENTLY waits for every transaction that wrote to the table before it.
    await using writer = await open()
    let building: Promise<void> | undefined
    await writer.kysely.transaction().execute(async (transaction) => {
      await transaction.executeQuery(
        raw('INSERT INTO hubspot.deal (id, portal_id, updated_at) VALUES (1, 1, now())'),
      )
      building = second.runAlone(ownerIndex)
      while ((await indexes()).length < 2) await setImmediate()
      await expect(migrate(database, [create, index])).rejects.toMatchObject({
        code: 'INDEX_BUSY',
        at: '0002_deals_index.sql:3',
        fix: expect.stringContaining('pg_cancel_backend'),
      })
    })
    await building
    expect((await migrate(database, [create, index])).applied).toEqual([index.name])
  })
})

describe('two machines', () => {
  test('share the work, indexes included', async () => {
    const files = [
      create,
      index,
      alone('0003_deals_index.sql', ownerIndex.replace('Owner', 'Other')),
    ]
    const reports = await Promise.all([database, second].map((one) => migrate(one, files)))
    expect(reports.flatMap(({ applied }) => applied).toSorted()).toEqual(
      files.map(({ name }) => name),
    )
    expect(await indexes()).toHaveLength(3)
  })

  test('the one that has to wait says so, and does not hold up an index that is being built', async () => {
    await migrate(database, [create])
    const waiting = Promise.withResolvers<void>()
    let other: Promise<unknown> | undefined
    await holdMigrationLock(
      database,
      async () => {
        other = migrate(second, [create, index], { onWait: waiting.resolve })
        await waiting.promise
        await database.runAlone(ownerIndex)
      },
      () => {},
    )
    expect(await other).toMatchObject({ applied: [index.name] })
  })

  test('a machine that dies gives the lock up', async () => {
    const held = holdMigrationLock(
      database,
      () =>
        scratch.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND state = 'idle in transaction'`),
      () => {},
    )
    await expect(held).rejects.toMatchObject({ code: 'DATABASE_UNREACHABLE' })
    expect((await migrate(second, [create])).applied).toEqual([create.name])
  })

  test('no session state is left behind, as a transaction-mode pooler demands', async () => {
    await migrate(database, [create, index])
    const [state] = await scratch.query<{ locks: number }>(`
      SELECT count(*)::int AS locks FROM pg_locks WHERE locktype = 'advisory' AND database =
        (SELECT oid FROM pg_database WHERE datname = current_database())`)
    expect(state).toEqual({ locks: 0 })
    const shown = await Promise.all(
      Array.from({ length: 4 }, () =>
        database.kysely.executeQuery<object>(raw('SHOW lock_timeout')),
      ),
    )
    expect(shown.flatMap(({ rows }) => rows)).toEqual(Array(4).fill({ lock_timeout: '0' }))
  })
})

test("somebody's view on a view that has to be made again is named, and all else is brought", async () => {
  const [first] = listMigrationCases().filter(({ name }) => name === 'column_retyped')
  if (first === undefined) throw new Error('the case is gone')
  const analysis = first.after
  const files = creationOf(analysis)
  await migrateWithLabels(database, files, [labelsOf(analysis)])
  await scratch.query('CREATE VIEW public.mine AS SELECT property_amount FROM hubspot.deal_current')
  const retyped = {
    ...analysis,
    properties: analysis.properties.map((property) =>
      property.name === 'amount' ? retypeColumn(property, 'bigint', '', new Set()) : property,
    ),
  }
  const all = [...files, ...migrationsTo(retyped, files)]
  const migrateAll = () => migrateWithLabels(database, all, [labelsOf(retyped)])
  await expect(migrateAll()).rejects.toMatchObject({
    code: 'VIEW_IN_USE',
    message: expect.stringContaining('view public.mine depends on view hubspot.deal_current'),
    fix: 'drop these objects, run `hubgen migrate`, and create them again',
  })
  expect(await scratch.query('SELECT property_amount__bigint FROM hubspot.deal')).toEqual([])
  expect(await scratch.query('SELECT * FROM public.mine')).toEqual([])
  await scratch.query('DROP VIEW public.mine')
  expect(await migrateAll()).toMatchObject({ applied: [], views: ['hubspot.deal_current'] })
})

describe('the plan', () => {
  test('names pending files, their locks and the size of their tables, and changes nothing', async () => {
    expect(await planMigrate(database, [index, create])).toMatchObject([
      { name: create.name, tables: [], locks: [] },
      { name: index.name, tables: [], locks: ['none'] },
    ])
    expect(await scratch.query(`SELECT to_regnamespace('hubgen') AS schema`)).toEqual([
      { schema: null },
    ])
    await migrate(database, [create])
    await scratch.query(`INSERT INTO ${deals.table} (id, portal_id, updated_at)
      SELECT number, 1, now() FROM generate_series(1, 1000) AS number`)
    await scratch.query(`ANALYZE ${deals.table}`)
    const [planned, ...more] = await planMigrate(database, [create, index])
    expect(more).toEqual([])
    expect(planned).toMatchObject({ name: index.name, sql: index.sql })
    expect(planned?.tables).toMatchObject([{ table: 'hubspot.deal', rows: 1000 }])
    expect(planned?.tables[0]?.bytes).toBeGreaterThan(50_000)
  })
})

const together = listMigrationCases().flatMap(({ name, before, after, unusedParts }) =>
  migrationsTo(after, creationOf(before), unusedParts)
    .filter(({ sql }) => !sql.includes('-- hubgen: no transaction'))
    .map(({ sql }) => ({ name, before, sql })),
)

test.each(together)(
  '$name takes the locks that it says, and no stronger ones',
  async ({ before, sql }) => {
    await migrate(database, creationOf(before))
    const taken = await database.kysely.transaction().execute(async (transaction) => {
      await transaction.executeQuery(raw(sql))
      const { rows } = await transaction.executeQuery<{ mode: string }>(
        raw(`SELECT DISTINCT mode FROM pg_locks
           WHERE relation = 'hubspot.deal'::regclass AND pid = pg_backend_pid()`),
      )
      return rows.map(({ mode }) => spellLock(mode))
    })
    const said = [...sql.matchAll(/^-- Lock: ([A-Z ]+) on hubspot\.deal\b/gm)].map(
      ([, mode = '']) => mode,
    )
    expect(strongest(taken)).toBe(strongest(said))
  },
)

/** `AccessExclusiveLock` of pg_locks is `ACCESS EXCLUSIVE` in the documentation. */
function spellLock(mode: string): string {
  return mode
    .replace(/Lock$/, '')
    .replace(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .toUpperCase()
}

/** Locks that `-- Lock` may name, weakest first; every query takes ACCESS SHARE. */
const strengths = ['ACCESS SHARE', 'SHARE UPDATE EXCLUSIVE', 'SHARE', 'ACCESS EXCLUSIVE']

function strongest(modes: readonly string[]): string | undefined {
  return modes.toSorted((a, b) => strengths.indexOf(a) - strengths.indexOf(b)).at(-1)
}
