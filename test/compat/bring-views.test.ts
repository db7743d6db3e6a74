import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import type { Analysis } from '../../generator/model/analysis.ts'
import { buildAnalysis } from '../../generator/model/build-analysis.ts'
import { retypeColumn } from '../../generator/model/retype-column.ts'
import type { UnusedParts } from '../../generator/render/migrations/migration-sql.ts'
import { renderFiles } from '../../generator/render/render.ts'
import { type Database, openDatabase } from '../../runtime/postgres/connection/database.ts'
import { readDatabaseSettings } from '../../runtime/postgres/connection/settings.ts'
import { listOutdatedCompatViews } from '../../runtime/postgres/schema/compat-views.ts'
import { type MigrationFile, migrateWithLabels } from '../../runtime/postgres/schema/migrate.ts'
import { dealFacts, defineProperty } from '../support/entity-facts.ts'
import { creationOf, labelsOf, migrationsTo } from '../support/migration-cases.ts'
import {
  copyDatabase,
  type Postgres15,
  postgres15Missing,
  startPostgres15,
  type TestDatabase,
} from '../support/postgres.ts'
import { createMigrationState } from '../support/state-database.ts'

const [amount, dealname, stage] = [
  defineProperty('amount', 'number'),
  defineProperty('dealname'),
  defineProperty('closed_reason2'),
]

const analyze = (...definitions: Parameters<typeof dealFacts>[0]): Analysis => ({
  ...buildAnalysis(dealFacts(definitions), null, null).analysis,
  compat: 'fivetran',
})

const compatOf = (analysis: Analysis) => ({
  compat: renderFiles([analysis]).get('compat/fivetran.sql') ?? '',
})

const first = analyze(dealname, amount)

describe('on Postgres 18', () => {
  describeViews(() => inject('postgresUrl'))
})

describe.skipIf(postgres15Missing !== undefined)('on Postgres 15', () => {
  let server: Postgres15
  beforeAll(async () => {
    server = await startPostgres15()
  })
  afterAll(() => server[Symbol.asyncDispose]())
  describeViews(() => server.url)
})

function describeViews(serverUrl: () => string): void {
  let scratch: TestDatabase
  let database: Database
  let files: readonly MigrationFile[]

  beforeEach(async () => {
    scratch = await copyDatabase('migration state', createMigrationState, serverUrl())
    database = await openDatabase(readDatabaseSettings({ DATABASE_URL: scratch.url }, '.'))
    files = creationOf(first)
  })
  afterEach(async () => {
    await database.close()
    await scratch.close()
  })

  async function bring(analysis: Analysis, unusedParts: UnusedParts = 'kept') {
    files = [...files, ...migrationsTo(analysis, files, unusedParts)]
    const views = [labelsOf(analysis), compatOf(analysis)]
    return (await migrateWithLabels(database, files, views)).views
  }

  const columns = async () => {
    const rows = await scratch.query<{ name: string; type: string }>(`
      SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute
      WHERE attrelid = 'hubspot_fivetran.deal'::regclass AND attnum > 0 ORDER BY attnum`)
    return Object.fromEntries(rows.map(({ name, type }) => [name, type]))
  }

  /** As dbt makes one over every table that it reads. */
  const makeReader = () =>
    scratch.query(`CREATE SCHEMA analytics;
      CREATE VIEW analytics.stg_deal_tmp AS SELECT * FROM hubspot_fivetran.deal`)

  const readReader = () => scratch.query('SELECT * FROM analytics.stg_deal_tmp')

  test('migrate makes the views once, with the names and types that Fivetran has', async () => {
    expect(await bring(first)).toContain('hubspot_fivetran.deal')
    expect(await bring(first)).toEqual([])
    expect(await listOutdatedCompatViews(database, compatOf(first))).toEqual([])
    expect(Object.entries(await columns())).toEqual([
      ['deal_id', 'bigint'],
      ['id', 'bigint'],
      ['portal_id', 'bigint'],
      ['is_deleted', 'boolean'],
      ['_fivetran_deleted', 'boolean'],
      ['_fivetran_synced', 'timestamp with time zone'],
      ['owner_id', 'bigint'],
      ['deal_pipeline_id', 'text'],
      ['deal_pipeline_stage_id', 'text'],
      ['property_amount', 'numeric'],
      ['property_dealname', 'text'],
    ])
  })

  test('a new column comes last, and views that read the view stay', async () => {
    await bring(first)
    await makeReader()
    const after = analyze(stage, dealname, amount)
    expect(await listOutdatedCompatViews(database, compatOf(after))).toMatchObject([
      { view: { name: 'hubspot_fivetran.deal' }, state: 'changed' },
    ])
    expect(await bring(after)).toContain('hubspot_fivetran.deal')
    expect(Object.keys(await columns()).at(-1)).toBe('property_closed_reason_2')
    expect(await readReader()).toEqual([])
  })

  test('a column that no analysis has any more stays, without values', async () => {
    await bring(first)
    await makeReader()
    await scratch.query(
      `INSERT INTO hubspot.deal (id, updated_at, property_dealname) VALUES (1, now(), 'x')`,
    )
    const before = await columns()
    await bring(analyze(amount))
    expect(await columns()).toEqual(before)
    expect(await readReader()).toMatchObject([{ deal_id: '1', property_dealname: null }])
    expect(await bring(analyze(amount))).toEqual([])
  })

  test('--allow-destructive drops a column, unless another view reads it, which the error names', async () => {
    await bring(first)
    await makeReader()
    const mistaken = files
    await expect(bring(analyze(amount), 'dropped')).rejects.toMatchObject({
      code: 'MIGRATION_BLOCKED',
      message: expect.stringContaining('view analytics.stg_deal_tmp depends on view hubspot_fiv'),
    })
    expect(await columns()).toHaveProperty('property_dealname')
    await scratch.query('DROP VIEW analytics.stg_deal_tmp')
    files = mistaken
    await bring(analyze(amount), 'dropped')
    expect(await columns()).not.toHaveProperty('property_dealname')
  })

  test('a property with a new type keeps one column; a view that reads it is named', async () => {
    await bring(first)
    await makeReader()
    const [name = first.properties[0]] = first.properties.filter((one) => one.name === 'dealname')
    if (name === undefined) throw new Error('no property')
    const retyped = {
      ...first,
      properties: first.properties.map((property) =>
        property === name ? retypeColumn(name, 'bigint', 'Chosen.', new Set()) : property,
      ),
    }
    await expect(bring(retyped)).rejects.toMatchObject({
      code: 'VIEW_IN_USE',
      message: expect.stringContaining('view analytics.stg_deal_tmp depends on view hubspot_fiv'),
    })
    expect(await readReader()).toEqual([])
    await scratch.query(`DROP VIEW analytics.stg_deal_tmp;
      INSERT INTO hubspot.deal (id, updated_at, property_dealname) VALUES (1, now(), '12')`)
    expect(await bring(retyped)).toEqual(['hubspot_fivetran.deal'])
    expect(await columns()).toMatchObject({ property_dealname: 'bigint' })
    expect(
      await scratch.query('SELECT property_dealname FROM hubspot_fivetran.deal'),
    ).toMatchObject([{ property_dealname: '12' }])
  })

  test('keys of the overflow column are columns with their types', async () => {
    const wide = {
      ...first,
      properties: first.properties.map((property) => ({
        ...property,
        column: { ...property.column, overflow: 'The table is full.' },
      })),
    }
    files = creationOf(wide)
    await bring(wide)
    expect(await columns()).toMatchObject({ property_amount: 'numeric', property_dealname: 'text' })
    await scratch.query(`INSERT INTO hubspot.deal (id, updated_at, overflow)
      VALUES (1, now(), '{"property_amount": "12.50", "property_dealname": "x"}'),
        (2, now(), '{"property_amount": "many"}')`)
    expect(
      await scratch.query(
        'SELECT property_amount, property_dealname FROM hubspot_fivetran.deal ORDER BY deal_id',
      ),
    ).toEqual([
      { property_amount: '12.50', property_dealname: 'x' },
      { property_amount: null, property_dealname: null },
    ])
  })

  test.each(['TABLE', 'VIEW'])('a %s of somebody else is left alone', async (kind) => {
    const body = kind === 'TABLE' ? '(theirs int)' : 'AS SELECT 1 AS theirs'
    await scratch.query(`DROP SCHEMA hubgen CASCADE; CREATE SCHEMA hubspot_fivetran;
      CREATE ${kind} hubspot_fivetran.deal ${body}`)
    await expect(bring(first)).rejects.toMatchObject({
      code: 'TABLE_NOT_OURS',
      message: expect.stringContaining('hubspot_fivetran.deal'),
    })
    expect(await columns()).toEqual({ theirs: 'integer' })
    // Nothing else was written either.
    expect(
      await scratch.query("SELECT FROM pg_namespace WHERE nspname IN ('hubspot', 'hubgen')"),
    ).toEqual([])
  })
}
