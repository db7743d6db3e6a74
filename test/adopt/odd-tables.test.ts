import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { adoptEntity, planEntityAdoption } from '../../generator/project/adopt/adopt-entity.ts'
import { type Database, openDatabase } from '../../runtime/postgres/connection/database.ts'
import { readDatabaseSettings } from '../../runtime/postgres/connection/settings.ts'
import { adoptTable } from '../../runtime/postgres/schema/adopt-table.ts'
import { createDatabase, type TestDatabase } from '../support/postgres.ts'
import { openProject, type Project } from '../support/project.ts'

let project: Project
let scratch: TestDatabase
let database: Database

beforeAll(async () => {
  project = await openProject({ records: { deals: 5 } })
  scratch = await createDatabase()
  project.environment['DATABASE_URL'] = scratch.url
  database = await openDatabase(readDatabaseSettings({ DATABASE_URL: scratch.url }, '/'))
  for (const command of ['explore', 'generate']) {
    const { exitCode, err } = await project.hubgen(command, 'deals')
    expect(exitCode, err).toBe(0)
  }
})

afterAll(async () => {
  await database.close()
  await scratch.close()
  await project[Symbol.asyncDispose]()
})

beforeEach(async () => {
  await scratch.query(
    'DROP SCHEMA IF EXISTS hubspot, hubgen, of_others CASCADE; CREATE SCHEMA hubspot',
  )
})

const look = (from: Database = database) =>
  planEntityAdoption(from, join(project.directory, 'generated'), 'deals')

const adopt = async () => adoptEntity(database, join(project.directory, 'generated'), await look())

const reasons = async () => (await look()).obstacles.map(({ reason }) => reason)

const columns = () =>
  scratch.query<{ name: string }>(`SELECT attname AS name, format_type(atttypid, atttypmod) AS type
    FROM pg_attribute WHERE attrelid = 'hubspot.deal'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`)

const names = async () => (await columns()).map(({ name }) => name)

describe('columns of others', () => {
  test.each([
    [
      'a view of a column of another type',
      'property_amount double precision',
      'CREATE VIEW hubspot.big AS SELECT id, property_amount FROM hubspot.deal',
      /view hubspot.big.* would keep reading the old values of property_amount, which is double precision, not numeric/,
    ],
    [
      'a materialized view',
      'property_amount money',
      'CREATE MATERIALIZED VIEW hubspot.big AS SELECT property_amount FROM hubspot.deal',
      /materialized view hubspot.big/,
    ],
    [
      'a view of a shorter type',
      'property_dealname varchar(10)',
      'CREATE VIEW hubspot.big AS SELECT property_dealname FROM hubspot.deal',
      /view hubspot.big.* keeps property_dealname from becoming text/,
    ],
    [
      'a function that names a column',
      'property_amount integer',
      'CREATE FUNCTION hubspot.total() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT sum(property_amount) FROM hubspot.deal; END',
      /function hubspot.total\(\)/,
    ],
    [
      'an index that would be built again',
      'property_dealname varchar(10)',
      'CREATE INDEX small ON hubspot.deal (lower(property_dealname))',
      /index hubspot.small.* keeps property_dealname/,
    ],
  ])('%s stands in the way', async (_, column, more, reason) => {
    await scratch.query(`CREATE TABLE hubspot.deal (id bigint PRIMARY KEY, ${column}); ${more}`)
    expect(await reasons()).toEqual([expect.stringMatching(reason)])
    await expect(adopt()).rejects.toMatchObject({ code: 'TABLE_NOT_ADOPTED' })
  })

  test('of system columns, only those that hold every row as hubgen does are kept', async () => {
    await scratch.query(`CREATE TABLE hubspot.deal (id bigint PRIMARY KEY, portal_id text, is_deleted boolean NOT NULL,
        _fivetran_deleted text, _fivetran_synced timestamptz NOT NULL, updated_at timestamptz);
      INSERT INTO hubspot.deal VALUES (1, '8100142', true, 'x', now() + interval '1 day', now())`)
    await adopt()
    expect(await names()).toEqual([
      'id',
      'portal_id__other',
      'is_deleted',
      '_fivetran_deleted__other',
      '_fivetran_synced__other',
      'updated_at__other',
      'portal_id',
      '_fivetran_deleted',
      '_fivetran_synced',
      'updated_at',
    ])
    expect(
      await scratch.query(`SELECT portal_id, is_deleted, _fivetran_deleted, _fivetran_synced <= now() AS past,
        updated_at < '2000-01-01' AS unread FROM hubspot.deal`),
    ).toEqual([
      { portal_id: '8100142', is_deleted: true, _fivetran_deleted: true, past: true, unread: true },
    ])
  })

  test('names that differ in case, and a name of each kind for one property', async () => {
    await scratch.query(`CREATE TABLE hubspot.deal ("HS_Object_Id" bigint PRIMARY KEY, id serial, amount numeric,
        "Amount" numeric, property_amount numeric, "OWNER_ID" bigint, property_amount__other text, "a""b" text)`)
    await adopt()
    expect(await names()).toEqual(
      expect.arrayContaining([
        'id',
        'id__other',
        'amount',
        'Amount',
        'property_amount',
        'property_hubspot_owner_id',
        'a"b',
      ]),
    )
    expect((await project.hubgen('migrate')).exitCode).toBe(0)
    const { exitCode, out, err } = await project.hubgen('sync', 'deals')
    expect(exitCode, out + err).toBe(0)
  })

  test('there must be room for hubgen’s columns, dropped ones included', async () => {
    const many = Array.from({ length: 1_500 }, (_, index) => `c${index} text`).join(', ')
    await scratch.query(`CREATE TABLE hubspot.deal (id bigint PRIMARY KEY, ${many});
      ALTER TABLE hubspot.deal DROP COLUMN c1, DROP COLUMN c2`)
    expect(await reasons()).toEqual([expect.stringMatching(/has used 1501 of the 1600 columns/)])
  })
})

describe('the table itself', () => {
  test.each([
    ['a view', 'CREATE VIEW hubspot.deal AS SELECT 1::bigint AS id', /it is a view/],
    [
      'a partitioned table',
      'CREATE TABLE hubspot.deal (id bigint PRIMARY KEY) PARTITION BY RANGE (id)',
      /it is partitioned/,
    ],
    [
      'a partition',
      'CREATE TABLE hubspot.all (id bigint PRIMARY KEY) PARTITION BY RANGE (id); CREATE TABLE hubspot.deal PARTITION OF hubspot.all DEFAULT',
      /it is a partition/,
    ],
    [
      'a parent',
      'CREATE TABLE hubspot.deal (id bigint PRIMARY KEY); CREATE TABLE hubspot.more () INHERITS (hubspot.deal)',
      /shares rows by inheritance with `hubspot.more`/,
    ],
  ])('%s is not adopted', async (_, create, reason) => {
    await scratch.query(create)
    expect(await reasons()).toEqual(expect.arrayContaining([expect.stringMatching(reason)]))
  })

  test('one with another name or in another schema is found, and named with the statement', async () => {
    await scratch.query(
      `CREATE SCHEMA of_others; CREATE TABLE of_others."Deals" (id bigint PRIMARY KEY)`,
    )
    const { err, exitCode } = await project.hubgen('adopt', 'deals')
    const [, fix = ''] = /`(ALTER TABLE [^`]+)`/.exec(err.replaceAll(/\s+/g, ' ')) ?? []
    expect([exitCode, err]).toEqual([1, expect.stringContaining('TABLE_MISSING')])
    await scratch.query(fix)
    expect(await reasons()).toEqual([])
  })

  test('a role that does not own it is named with the statement', async () => {
    const role = `reader_${scratch.name}`
    await scratch.query(`CREATE TABLE hubspot.deal (id bigint PRIMARY KEY);
      CREATE ROLE ${role} LOGIN PASSWORD 'reader'; GRANT USAGE ON SCHEMA hubspot TO ${role}`)
    try {
      const url = new URL(scratch.url)
      url.username = role
      url.password = 'reader'
      await using reader = await openDatabase(
        readDatabaseSettings({ DATABASE_URL: url.toString() }, '/'),
      )
      const { obstacles } = await look(reader)
      expect(obstacles.map(({ fix }) => fix)).toEqual([
        expect.stringContaining(`ALTER TABLE hubspot.deal OWNER TO ${role}`),
      ])
    } finally {
      await scratch.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`)
    }
  })

  test('if Postgres refuses a statement, those before it are undone', async () => {
    await scratch.query(`CREATE TABLE hubspot.deal (deal_id bigint PRIMARY KEY, amount numeric);
      CREATE TABLE hubspot.whole (deal hubspot.deal)`)
    await expect(adopt()).rejects.toMatchObject({
      code: 'TABLE_NOT_ADOPTED',
      message: expect.stringContaining('nothing was changed'),
    })
    expect(await names()).toEqual(['deal_id', 'amount'])
  })

  test('a table that somebody uses is left as it is', async () => {
    await scratch.query('CREATE TABLE hubspot.deal (id bigint PRIMARY KEY)')
    await database.kysely.transaction().execute(async (other) => {
      await other.schema
        .withSchema('hubspot')
        .alterTable('deal')
        .addColumn('mine', 'text')
        .execute()
      const change = adoptTable(database, 'hubspot.deal', async () => [], {
        attempts: 1,
        mostPauseMs: 1,
      })
      await expect(change).rejects.toMatchObject({
        code: 'TABLE_BUSY',
        fix: expect.stringContaining('hubgen adopt'),
      })
    })
  })
})

describe('tables next to it', () => {
  test('make room together with their indexes, whose names hubgen needs', async () => {
    await scratch.query(`CREATE TABLE hubspot.deal (id bigint PRIMARY KEY, property_dealname text);
      CREATE INDEX idx_hubspot_deals_createdate ON hubspot.deal (property_dealname);
      CREATE TABLE hubspot.deal_company (deal_id bigint, company_id bigint);
      CREATE TABLE hubspot.deal_company__other (id bigint)`)
    const { plan } = await look()
    expect([plan?.moved, plan?.movedIndexes]).toEqual([
      [{ from: 'deal_company', to: 'deal_company__other2' }],
      [{ from: 'idx_hubspot_deals_createdate', to: 'idx_hubspot_deals_createdate__other' }],
    ])
    await adopt()
    expect((await project.hubgen('migrate')).exitCode).toBe(0)
    expect((await project.hubgen('sync', 'deals')).exitCode).toBe(0)
  })

  test('stand in the way if a view would keep reading their old rows', async () => {
    await scratch.query(`CREATE TABLE hubspot.owner (id bigint);
      CREATE VIEW hubspot.people AS SELECT count(*) FROM hubspot.owner`)
    expect(await reasons()).toEqual([
      expect.stringMatching(/hubspot.people.* would keep reading the old rows of hubspot.owner/),
    ])
  })

  test('a table of others in the place of one that migrate has made is refused', async () => {
    expect((await project.hubgen('migrate')).exitCode).toBe(0)
    expect((await project.hubgen('sync', 'deals')).exitCode).toBe(0)
    expect((await look()).plan).toBeNull()
    await scratch.query(
      'DROP TABLE hubspot.deal CASCADE; CREATE TABLE hubspot.deal (id bigint PRIMARY KEY)',
    )
    expect(await reasons()).toEqual([
      expect.stringMatching(
        /`hubgen migrate` has made hubspot.deal here, and this is another table/,
      ),
    ])
  })
})

test('tables of a dump without schema hubgen are completed by migrate', async () => {
  expect((await project.hubgen('migrate')).exitCode).toBe(0)
  await scratch.query(`DROP SCHEMA hubgen CASCADE; DROP VIEW hubspot.deal_labelled;
    ALTER TABLE hubspot.deal DROP COLUMN property_amount; DROP TABLE hubspot.deal_company`)
  const { exitCode, out, err } = await project.hubgen('migrate')
  expect(exitCode, out + err).toBe(0)
  expect(await names()).toContain('property_amount')
  expect((await project.hubgen('sync', 'deals')).exitCode).toBe(0)
})
