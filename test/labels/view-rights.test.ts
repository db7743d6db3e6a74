import { sql, type Transaction } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import type { Analysis } from '../../generator/model/analysis.ts'
import { buildAnalysis } from '../../generator/model/build-analysis.ts'
import { retypeColumn } from '../../generator/model/retype-column.ts'
import type { UnusedParts } from '../../generator/render/migrations/migration-sql.ts'
import { type Database, openDatabase } from '../../runtime/postgres/connection/database.ts'
import { readDatabaseSettings } from '../../runtime/postgres/connection/settings.ts'
import type { HubgenTables } from '../../runtime/postgres/hubgen-tables.ts'
import { labelledViewState } from '../../runtime/postgres/schema/apply-labels.ts'
import { bringView, dropMadeView } from '../../runtime/postgres/schema/bring-view.ts'
import {
  type MigrationFile,
  migrate,
  migrateWithLabels,
} from '../../runtime/postgres/schema/migrate.ts'
import { parkViews } from '../../runtime/postgres/schema/park-views.ts'
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

const options = [{ value: 's', label: 'Small' }]
const size = (fieldType: string) => defineProperty('size', 'enumeration', { fieldType, options })
const dealname = defineProperty('dealname', 'string')
const amount = defineProperty('amount', 'number')
const stage = defineProperty('closed_reason', 'string')

const analyze = (...definitions: Parameters<typeof dealFacts>[0]): Analysis =>
  buildAnalysis(dealFacts(definitions), null, null).analysis

function retype(analysis: Analysis, name: string, type: 'text' | 'bigint'): Analysis {
  const properties = analysis.properties.map((property) =>
    property.name === name ? retypeColumn(property, type, 'Chosen.', new Set()) : property,
  )
  return { ...analysis, properties }
}

const first = retype(analyze(size('select'), dealname, amount), 'amount', 'bigint')

interface Change {
  readonly what: string
  readonly view: string
  readonly after: Analysis
  readonly unusedParts?: UnusedParts
}

const added = retype(analyze(size('select'), dealname, amount, stage), 'amount', 'bigint')
const listed = retype(analyze(size('checkbox'), dealname, amount), 'amount', 'bigint')
const dropped = retype(analyze(size('select'), amount), 'amount', 'bigint')
const changes: readonly Change[] = [
  { what: 'a column is added', view: 'deal_labelled', after: added },
  { what: 'a column is added', view: 'deal_current', after: added },
  { what: 'a column becomes a list', view: 'deal_labelled', after: listed },
  {
    what: 'a column changes its type',
    view: 'deal_current',
    after: retype(first, 'amount', 'text'),
  },
  { what: 'a column is dropped', view: 'deal_labelled', after: dropped, unusedParts: 'dropped' },
  { what: 'a column is dropped', view: 'deal_current', after: dropped, unusedParts: 'dropped' },
]

describe('on Postgres 18', () => {
  describeRights(() => inject('postgresUrl'))
})

describe.skipIf(postgres15Missing !== undefined)('on Postgres 15', () => {
  let server: Postgres15
  beforeAll(async () => {
    server = await startPostgres15()
  })
  afterAll(() => server[Symbol.asyncDispose]())
  describeRights(() => server.url)
})

function describeRights(serverUrl: () => string): void {
  let scratch: TestDatabase
  let database: Database
  let roles: { readonly owner: string; readonly reader: string }

  beforeEach(async () => {
    scratch = await copyDatabase('migration state', createMigrationState, serverUrl())
    database = await openDatabase(readDatabaseSettings({ DATABASE_URL: scratch.url }, '.'))
    roles = { owner: `owner_${scratch.name}`, reader: `reader_${scratch.name}` }
    await scratch.query(`CREATE ROLE ${roles.owner}; CREATE ROLE ${roles.reader}`)
  })
  afterEach(async () => {
    const both = `${roles.owner}, ${roles.reader}`
    await scratch.query(`DROP OWNED BY ${both}; DROP ROLE ${both}`)
    await database.close()
    await scratch.close()
  })

  const bring = (analysis: Analysis, files: readonly MigrationFile[]) =>
    migrateWithLabels(database, files, [labelsOf(analysis)])

  /** Everything that people can set on a view. */
  async function setRights(view: string): Promise<void> {
    const name = `hubspot.${view}`
    await scratch.query(`
      GRANT CREATE, USAGE ON SCHEMA hubspot TO ${roles.owner};
      ALTER VIEW ${name} OWNER TO ${roles.owner};
      ALTER VIEW ${name} SET (security_invoker = false, security_barrier = true);
      GRANT SELECT ON ${name} TO ${roles.reader} WITH GRANT OPTION;
      GRANT SELECT (id) ON ${name} TO PUBLIC;
      COMMENT ON VIEW ${name} IS 'Ask Ada; it''s hers';
      COMMENT ON COLUMN ${name}.property_amount IS 'In euros'`)
  }

  const readRights = (view: string) =>
    scratch.query(`
      SELECT pg_get_userbyid(relowner) AS owner, reloptions, relacl::text[] AS grants,
        obj_description(oid) AS comment,
        (SELECT json_agg(json_build_array(attname, attacl::text, col_description(attrelid, attnum)) ORDER BY attname)
          FROM pg_attribute WHERE attrelid = pg_class.oid
            AND (attacl IS NOT NULL OR col_description(attrelid, attnum) IS NOT NULL)) AS columns
      FROM pg_class WHERE oid = 'hubspot.${view}'::regclass`)

  test.each(changes)(
    '$what: $view keeps its owner, grants, comments and options',
    async ({ view, after, unusedParts }) => {
      const files = creationOf(first)
      await bring(first, files)
      await setRights(view)
      const before = await readRights(view)
      expect(before).toMatchObject([{ owner: roles.owner, comment: "Ask Ada; it's hers" }])
      const { views } = await bring(after, [...files, ...migrationsTo(after, files, unusedParts)])
      expect(views).toContain(`hubspot.${view}`)
      expect(await readRights(view)).toEqual(before)
    },
  )

  test('a migrate that ended between dropping a column and making its views keeps their rights', async () => {
    const files = creationOf(first)
    await bring(first, files)
    await setRights('deal_labelled')
    const before = await readRights('deal_labelled')
    const all = [...files, ...migrationsTo(dropped, files, 'dropped')]
    await migrate(database, all)
    await expect(readRights('deal_labelled')).rejects.toMatchObject({ code: '42P01' })
    await bring(dropped, all)
    expect(await readRights('deal_labelled')).toEqual(before)
  })

  test('a view that an earlier version made keeps its rights; its comment is no checksum any more', async () => {
    const files = creationOf(first)
    await bring(first, files)
    await setRights('deal_labelled')
    await scratch.query(`DROP TABLE hubgen.view;
      COMMENT ON VIEW hubspot.deal_labelled IS
        'Labels in the place of values; made by hubgen from ${'0'.repeat(64)}'`)
    const [before] = await readRights('deal_labelled')
    await bring(dropped, [...files, ...migrationsTo(dropped, files, 'dropped')])
    expect(await readRights('deal_labelled')).toEqual([
      { ...before, comment: 'Labels in the place of values' },
    ])
  })

  test('a view that could not be given back to its owner is not dropped', async () => {
    await bring(first, creationOf(first))
    await scratch.query(`
      ALTER VIEW hubspot.deal_labelled OWNER TO ${roles.owner};
      GRANT ${roles.owner} TO ${roles.reader};
      GRANT ALL ON SCHEMA hubspot, hubgen TO ${roles.reader};
      GRANT ALL ON ALL TABLES IN SCHEMA hubgen TO ${roles.reader};
      ALTER VIEW hubspot.deal_current OWNER TO ${roles.reader}`)
    const park = () =>
      database.kysely.transaction().execute(async (transaction) => {
        await sql.raw(`SET LOCAL ROLE ${roles.reader}`).execute(transaction)
        await parkViews(transaction, ['hubspot.deal'])
      })
    await expect(park()).rejects.toMatchObject({
      code: 'DATABASE_PERMISSION_DENIED',
      fix: expect.stringContaining(`GRANT CREATE ON SCHEMA "hubspot" TO "${roles.owner}"`),
    })
    expect(await readRights('deal_labelled')).toMatchObject([{ owner: roles.owner }])
    await scratch.query(`GRANT CREATE ON SCHEMA hubspot TO ${roles.owner}`)
    await park()
    await bring(first, creationOf(first))
    expect(await readRights('deal_labelled')).toMatchObject([{ owner: roles.owner }])
    expect(await readRights('deal_current')).toMatchObject([{ owner: roles.reader }])
  })

  test('a role that is not a member of the owner of a view gets an error with the role to grant', async () => {
    await bring(first, creationOf(first))
    await scratch.query(`
      GRANT ALL ON SCHEMA hubspot, hubgen TO ${roles.reader};
      GRANT ALL ON ALL TABLES IN SCHEMA hubspot, hubgen TO ${roles.reader};
      ALTER VIEW hubspot.deal_labelled OWNER TO ${roles.owner}`)
    const query = 'SELECT id FROM hubspot.deal'
    const byReader = (action: (transaction: Transaction<HubgenTables>) => Promise<unknown>) =>
      database.kysely.transaction().execute(async (transaction) => {
        await sql.raw(`SET LOCAL ROLE ${roles.reader}`).execute(transaction)
        await action(transaction)
      })
    const view = { name: 'hubspot.deal_labelled', query, comment: '' }
    for (const action of [
      (transaction: Transaction<HubgenTables>) => bringView(transaction, view),
      (transaction: Transaction<HubgenTables>) => dropMadeView(transaction, view.name),
    ]) {
      await expect(byReader(action)).rejects.toMatchObject({
        code: 'DATABASE_PERMISSION_DENIED',
        fix: expect.stringContaining(`GRANT "${roles.owner}" TO "${roles.reader}"`),
      })
    }
    await scratch.query(`GRANT CREATE ON SCHEMA hubspot TO ${roles.owner};
      GRANT SELECT ON ALL TABLES IN SCHEMA hubspot TO ${roles.owner};
      GRANT ${roles.owner} TO ${roles.reader}`)
    await byReader((transaction) => bringView(transaction, view))
    expect(await readRights('deal_labelled')).toMatchObject([{ owner: roles.owner }])
  })

  test('a view of others with the name of one of ours stays when its table loses a column', async () => {
    await bring(first, creationOf(first))
    await scratch.query(`DROP VIEW hubspot.deal_labelled, hubspot.deal_current; DELETE FROM hubgen.view;
      CREATE VIEW hubspot.deal_current AS SELECT property_dealname AS theirs FROM hubspot.deal`)
    await database.kysely
      .transaction()
      .execute((transaction) => parkViews(transaction, ['hubspot.deal']))
    expect(await scratch.query('SELECT theirs FROM hubspot.deal_current')).toEqual([])
  })

  test('the view of freshness keeps its options and comment when a version adds state tables', async () => {
    await bring(first, creationOf(first))
    const facts = () =>
      scratch.query(`SELECT reloptions, obj_description(oid) AS comment
        FROM pg_class WHERE oid = 'hubgen.freshness'::regclass`)
    expect(await facts()).toMatchObject([{ reloptions: ['security_invoker=true'] }])
    await scratch.query(`ALTER VIEW hubgen.freshness
      SET (security_invoker = false, security_barrier = true);
      COMMENT ON VIEW hubgen.freshness IS 'Ask Ada; it''s hers';
      DROP TABLE hubgen.view`)
    await bring(first, creationOf(first))
    expect(await facts()).toEqual([
      {
        reloptions: ['security_invoker=false', 'security_barrier=true'],
        comment: "Ask Ada; it's hers",
      },
    ])
  })

  test('a new view shows a role the rows that it may see of the table, and no others', async () => {
    await bring(first, creationOf(first))
    await scratch.query(`
      INSERT INTO hubspot.deal (id, updated_at, property_dealname)
        VALUES (1, now(), 'hers'), (2, now(), 'theirs');
      GRANT USAGE ON SCHEMA hubspot TO ${roles.reader};
      GRANT SELECT ON ALL TABLES IN SCHEMA hubspot TO ${roles.reader};
      ALTER TABLE hubspot.deal ENABLE ROW LEVEL SECURITY;
      CREATE POLICY hers ON hubspot.deal FOR SELECT TO ${roles.reader} USING (id = 1)`)
    const seenBy = (role: string, view: string) =>
      database.kysely.transaction().execute(async (transaction) => {
        await sql.raw(`SET LOCAL ROLE ${role}`).execute(transaction)
        const { rows } = await sql
          .raw<{ name: string }>(
            `SELECT property_dealname AS name FROM hubspot.${view} ORDER BY id`,
          )
          .execute(transaction)
        return rows.map(({ name }) => name)
      })
    for (const view of ['deal_labelled', 'deal_current']) {
      expect(await seenBy(database.label.user, view)).toEqual(['hers', 'theirs'])
      expect(await seenBy(roles.reader, view)).toEqual(['hers'])
    }
  })

  test('a view whose text somebody changed is made again, whatever its comment says', async () => {
    await bring(first, creationOf(first))
    await scratch.query(`DO $$ BEGIN EXECUTE
      'CREATE OR REPLACE VIEW hubspot.deal_labelled AS SELECT * FROM ('
      || rtrim(pg_get_viewdef('hubspot.deal_labelled'), ';') || ') AS record WHERE false'; END $$`)
    await scratch.query(`INSERT INTO hubspot.deal (id, updated_at) VALUES (1, now())`)
    expect(await scratch.query('SELECT FROM hubspot.deal_labelled')).toHaveLength(0)
    expect(await labelledViewState(database, labelsOf(first))).toBe('changed')
    const { views } = await bring(first, creationOf(first))
    expect(views).toEqual(['hubspot.deal_labelled'])
    expect(await scratch.query('SELECT FROM hubspot.deal_labelled')).toHaveLength(1)
    expect(await labelledViewState(database, labelsOf(first))).toBe('current')
    expect(await bring(first, creationOf(first))).toMatchObject({ views: [] })
  })
}
