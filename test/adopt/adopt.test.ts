import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import { planEntityAdoption } from '../../generator/project/adopt/adopt-entity.ts'
import { openDatabase } from '../../runtime/postgres/connection/database.ts'
import { readDatabaseSettings } from '../../runtime/postgres/connection/settings.ts'
import {
  createDatabase,
  type Postgres15,
  postgres15Missing,
  startPostgres15,
  type TestDatabase,
} from '../support/postgres.ts'
import { openProject, type Project } from '../support/project.ts'

const deal = '0-3'
let project: Project
let database: TestDatabase

beforeAll(async () => {
  project = await openProject({ records: { deals: 60, contacts: 20, companies: 10 } })
  for (const command of ['explore', 'generate']) {
    const { exitCode, err } = await project.hubgen(command, 'deals')
    expect(exitCode, err).toBe(0)
  }
})

afterAll(() => project[Symbol.asyncDispose]())

describe('on Postgres 18', () => {
  describeServer(() => inject('postgresUrl'))
})

describe.skipIf(postgres15Missing !== undefined)('on Postgres 15', () => {
  let server: Postgres15
  beforeAll(async () => {
    server = await startPostgres15()
  })
  afterAll(() => server[Symbol.asyncDispose]())
  describeServer(() => server.url)
})

const liveIds = () =>
  [...project.simulator.store.scan(deal, 0n, { archived: false })].map(({ id }) => id)

/** Where the test says nothing else, the table has these columns. */
const plainColumns = ['id bigint PRIMARY KEY', 'property_dealname text', 'property_amount numeric']

/** A table as a script makes it, with stale rows of every record that HubSpot has. */
async function makeByHand(columns: readonly string[] = plainColumns, more = ''): Promise<void> {
  await database.query(`CREATE SCHEMA IF NOT EXISTS hubspot;
    CREATE TABLE hubspot.deal (${columns.join(', ')});
    ${more}`)
}

/** As one line, because a terminal may wrap it. */
async function adopt(...args: readonly string[]) {
  const { exitCode, out, err } = await project.hubgen('adopt', 'deals', ...args)
  return { exitCode, text: `${out}${err}`.replaceAll(/\s+/g, ' ') }
}

/** Without the command line. */
async function look() {
  await using opened = await openDatabase(
    readDatabaseSettings({ DATABASE_URL: database.url }, project.directory),
  )
  return await planEntityAdoption(opened, join(project.directory, 'generated'), 'deals')
}

const contents = () =>
  database.query(`SELECT attrelid::regclass::text AS table, attname, format_type(atttypid, atttypmod) AS type,
      attnotnull, obj_description(attrelid, 'pg_class') AS comment
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
    WHERE relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN ('hubspot', 'hubgen')) AND attnum > 0
    ORDER BY 1, attnum`)

function describeServer(serverUrl: () => string): void {
  beforeAll(async () => {
    database = await createDatabase(serverUrl())
    project.environment['DATABASE_URL'] = database.url
  })

  beforeEach(() => database.query('DROP SCHEMA IF EXISTS hubspot, hubgen CASCADE'))

  afterAll(() => database[Symbol.asyncDispose]())

  test('a table of a script becomes hubgen’s: the same rows, every value right, what is gone marked', async () => {
    await makeByHand(
      [
        'deal_id bigint PRIMARY KEY',
        'portal_id bigint NOT NULL DEFAULT 8100142',
        'is_deleted boolean',
        '"Property_DealName" varchar(255) NOT NULL',
        'amount numeric(12,2) DEFAULT 0',
        'property_closedate timestamp',
        'property_hubspot_owner_id integer NOT NULL',
        'deal_currency_code text',
        'note_of_ours text',
        'loaded_by text NOT NULL DEFAULT current_user',
      ],
      `CREATE INDEX deal_amount ON hubspot.deal (amount);
      CREATE TABLE hubspot.child (deal_id bigint REFERENCES hubspot.deal);
      CREATE TABLE hubspot.deal_contact (deal_id bigint, contact_id bigint, PRIMARY KEY (deal_id, contact_id));
      CREATE TABLE hubspot.owner (id integer PRIMARY KEY, email text);
      INSERT INTO hubspot.owner VALUES (1, 'theirs')`,
    )
    const ids = liveIds()
    await database.query(
      `INSERT INTO hubspot.deal (deal_id, is_deleted, "Property_DealName", amount, property_hubspot_owner_id, note_of_ours)
       SELECT id, id = 7, 'stale', 1, 12, 'kept' FROM unnest($1::bigint[]) AS id`,
      [[...ids, '7', '8']],
    )
    await database.query(
      'CREATE VIEW hubspot.of_others AS SELECT deal_id, deal_currency_code AS code FROM hubspot.deal',
    )
    const [before] = await database.query("SELECT pg_relation_filenode('hubspot.deal') AS file")

    const refused = await project.hubgen('migrate')
    expect(refused.err.replaceAll(/\s+/g, ' ')).toMatch(/TABLE_NOT_OURS.*hubgen adopt/)
    const untouched = await contents()
    const planned = await adopt('--plan')
    expect(planned.exitCode, planned.text).toBe(0)
    expect(await contents()).toEqual(untouched)
    for (const sentence of [
      `hubspot.deal: ${ids.length + 2} rows stay`,
      'renames deal_id → id',
      'renames Property_DealName → property_dealname',
      'renames amount → property_amount',
      'renames deal_currency_code → property_deal_currency_code',
      'widens property_dealname: character varying(255) → text',
      'replaces property_closedate, which is timestamp without time zone, not timestamptz: it becomes property_closedate__other',
      'replaces property_hubspot_owner_id, which is integer, not bigint',
      'replaces is_deleted, which may be NULL',
      'leaves 2 columns alone: note_of_ours, loaded_by',
      'table hubspot.deal_contact becomes deal_contact__other',
      'table hubspot.owner becomes owner__other',
      '1 row as deleted, as before',
    ]) {
      expect(planned.text).toContain(sentence)
    }
    const done = await adopt()
    expect(done).toMatchObject({ exitCode: 0 })
    expect(await database.query("SELECT pg_relation_filenode('hubspot.deal') AS file")).toEqual([
      before,
    ])
    expect((await adopt()).text).toContain("is a table of hubgen's already")

    for (const command of [
      ['migrate'],
      ['sync', 'deals'],
      ['verify', 'deals', '--values', 'all'],
    ]) {
      const { exitCode, out, err } = await project.hubgen(...command)
      expect(exitCode, `${command.join(' ')}: ${out}${err}`).toBe(0)
    }
    expect(
      await database.query(`SELECT id::int, is_deleted, _fivetran_deleted, note_of_ours FROM hubspot.deal
        WHERE id < 10 ORDER BY id`),
    ).toEqual([
      { id: 7, is_deleted: true, _fivetran_deleted: true, note_of_ours: 'kept' },
      { id: 8, is_deleted: true, _fivetran_deleted: true, note_of_ours: 'kept' },
    ])
    expect(
      await database.query(`SELECT count(*)::int AS rows, count(*) FILTER (WHERE property_dealname = 'stale')::int AS stale
        FROM hubspot.deal WHERE NOT is_deleted`),
    ).toEqual([{ rows: ids.length, stale: 0 }])
    expect(
      await database.query('SELECT count(code)::int > 0 AS filled FROM hubspot.of_others'),
    ).toEqual([{ filled: true }])
    expect(await database.query('SELECT email FROM hubspot.owner__other')).toEqual([
      { email: 'theirs' },
    ])
    const [links] = await database.query(
      'SELECT count(*)::int > 0 AS filled FROM hubspot.deal_contact',
    )
    expect(links).toEqual({ filled: true })
    const { out, err } = await project.hubgen('diff', 'deals', '--json')
    expect(err).toBe('')
    const { drift } = JSON.parse(out) as { drift: { kind: string; subject: string }[] }
    expect(drift.map(({ kind, subject }) => `${kind} ${subject}`).sort()).toEqual([
      'column_extra is_deleted__other',
      'column_extra loaded_by',
      'column_extra note_of_ours',
      'column_extra property_closedate__other',
      'column_extra property_hubspot_owner_id__other',
    ])
  })

  /** Each with what it says; the SQL of the fix is run, and then nothing stands in the way any more. */
  const obstacles: readonly (readonly [string, readonly string[], string, RegExp])[] = [
    ['a text key', ['id text PRIMARY KEY'], '', /its key id is text, not bigint/],
    ['an integer key', ['id integer PRIMARY KEY'], '', /its key id is integer, not bigint/],
    ['no key', ['id bigint'], '', /it has no primary key/],
    [
      'a key of two columns',
      ['id bigint', 'portal_id bigint NOT NULL', 'PRIMARY KEY (portal_id, id)'],
      '',
      /primary key is \(portal_id, id\), not the record’s id/,
    ],
    [
      'a key of two columns under other names',
      ['deal_id bigint', 'portal_id bigint NOT NULL', 'PRIMARY KEY (portal_id, deal_id)'],
      '',
      /primary key is \(portal_id, deal_id\), not the record’s id/,
    ],
    [
      'a key that a script invented, with the id next to it',
      ['id uuid PRIMARY KEY DEFAULT gen_random_uuid()', 'deal_id bigint NOT NULL'],
      '',
      /primary key is \(id\), not the record’s id/,
    ],
    [
      'a deferrable key',
      ['id bigint PRIMARY KEY DEFERRABLE'],
      '',
      /primary key is \(id\) DEFERRABLE/,
    ],
    [
      'a check',
      ['id bigint PRIMARY KEY', 'property_amount numeric CHECK (property_amount > 0)'],
      '',
      /constraint deal_property_amount_check may refuse records: CHECK/,
    ],
    [
      'a foreign key',
      ['id bigint PRIMARY KEY', 'property_dealstage text REFERENCES hubspot.stage'],
      'stage',
      /constraint deal_property_dealstage_fkey/,
    ],
    [
      'a unique constraint',
      ['id bigint PRIMARY KEY', 'property_dealname text UNIQUE'],
      '',
      /constraint deal_property_dealname_key/,
    ],
    [
      'a unique index',
      plainColumns,
      'CREATE UNIQUE INDEX "Deal Name" ON hubspot.deal (lower(property_dealname))',
      /unique index Deal Name/,
    ],
    [
      'an exclusion',
      ['id bigint PRIMARY KEY', 'property_amount numeric, EXCLUDE (property_amount WITH =)'],
      '',
      /constraint deal_property_amount_excl/,
    ],
    [
      'a trigger',
      plainColumns,
      `CREATE FUNCTION hubspot.touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
      CREATE TRIGGER "Touch" BEFORE UPDATE ON hubspot.deal FOR EACH ROW EXECUTE FUNCTION hubspot.touch()`,
      /trigger Touch may change or refuse/,
    ],
    [
      'a rule',
      plainColumns,
      'CREATE RULE none AS ON UPDATE TO hubspot.deal DO INSTEAD NOTHING',
      /rule none/,
    ],
    [
      'row-level security',
      plainColumns,
      'ALTER TABLE hubspot.deal ENABLE ROW LEVEL SECURITY',
      /row-level security/,
    ],
    ['an unlogged table', plainColumns, 'ALTER TABLE hubspot.deal SET UNLOGGED', /it is unlogged/],
    [
      'a required column',
      [...plainColumns, '"Loaded" timestamptz NOT NULL'],
      '',
      /column Loaded is NOT NULL without a default/,
    ],
    [
      'a computed column',
      [...plainColumns, 'twice numeric GENERATED ALWAYS AS (property_amount * 2) STORED'],
      '',
      /column twice is computed from others/,
    ],
    [
      'a computed property',
      ['id bigint PRIMARY KEY', "property_dealname text GENERATED ALWAYS AS ('x') STORED"],
      '',
      /column property_dealname is generated/,
    ],
    [
      'a numbered key',
      ['id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY'],
      '',
      /column id is always numbered by Postgres/,
    ],
    [
      'a key that is not the id',
      plainColumns,
      `ALTER TABLE hubspot.deal ADD hs_object_id bigint; INSERT INTO hubspot.deal VALUES (1, '', 1, 40000000001)`,
      /the key of 1 row is another number than the record’s id/,
    ],
    [
      'a row without an id',
      plainColumns,
      'INSERT INTO hubspot.deal VALUES (-1), (0)',
      /the key of 2 rows is no record id/,
    ],
    [
      'another portal',
      [...plainColumns, 'portal_id integer'],
      `INSERT INTO hubspot.deal VALUES (1, '', 1, 77)`,
      /the portal of 1 row is not 8100142/,
    ],
  ]

  test.each(obstacles)(
    '%s stands in the way, and its fix works',
    async (_, columns, more, reason) => {
      const stage = 'CREATE SCHEMA hubspot; CREATE TABLE hubspot.stage (id text PRIMARY KEY)'
      if (more === 'stage') await database.query(stage)
      await makeByHand(columns, more === 'stage' ? '' : more)
      const before = await contents()
      const [found] = (await look()).obstacles.filter((one) => reason.test(one.reason))
      expect(found?.reason).toMatch(reason)
      expect(await contents()).toEqual(before)
      const [, fix] = /`([A-Z][^`]+)`/.exec(found?.fix ?? '') ?? []
      if (fix === undefined || fix.includes('…')) return
      await database.query(fix)
      const { obstacles: left } = await look()
      expect(left.map((one) => one.reason).filter((one) => reason.test(one))).toEqual([])
    },
  )
}
