import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Analysis } from '../../generator/model/analysis.ts'
import { buildAnalysis } from '../../generator/model/build-analysis.ts'
import { retypeColumn } from '../../generator/model/retype-column.ts'
import { type Database, openDatabase } from '../../runtime/postgres/connection/database.ts'
import { readDatabaseSettings } from '../../runtime/postgres/connection/settings.ts'
import {
  type MigrationFile,
  migrate,
  migrateWithLabels,
} from '../../runtime/postgres/schema/migrate.ts'
import { planMigrate } from '../../runtime/postgres/schema/plan-migrate.ts'
import { ensureState } from '../../runtime/postgres/state/state.ts'
import { dealFacts, defineProperty } from '../support/entity-facts.ts'
import { creationOf, labelsOf, migrationsTo } from '../support/migration-cases.ts'
import { withoutMark } from '../support/migration-names.ts'
import { copyDatabase, createDatabase, type TestDatabase } from '../support/postgres.ts'
import { createMigrationState } from '../support/state-database.ts'
import { readSchemaState } from '../support/table-state.ts'

let first: TestDatabase
let second: TestDatabase

beforeEach(async () => {
  first = await copyDatabase('migration state', createMigrationState)
  second = await copyDatabase('migration state', createMigrationState)
})
afterEach(async () => {
  await first.close()
  await second.close()
})

async function open<Result>(
  scratch: TestDatabase,
  work: (database: Database) => Promise<Result>,
): Promise<Result> {
  await using database = await openDatabase(
    readDatabaseSettings({ DATABASE_URL: scratch.url }, '.'),
  )
  return await work(database)
}

const bring = (scratch: TestDatabase, files: readonly MigrationFile[], analysis: Analysis) =>
  open(scratch, (database) => migrateWithLabels(database, files, [labelsOf(analysis)]))

const property = (name: string, label = name) => defineProperty(name, 'string', { label })
const analyze = (...definitions: Parameters<typeof dealFacts>[0]): Analysis =>
  buildAnalysis(dealFacts(definitions), null, null).analysis

function retype(analysis: Analysis, name: string): Analysis {
  const properties = analysis.properties.map((one) =>
    one.name === name ? retypeColumn(one, 'numeric', 'Chosen.', new Set()) : one,
  )
  return { ...analysis, properties }
}

describe('a project that an earlier version of hubgen wrote', () => {
  const withApple = retype(analyze(property('amount'), property('apple')), 'amount')
  const withBanana = retype(analyze(property('amount'), property('banana')), 'amount')
  const base = retype(analyze(property('amount')), 'amount')
  const merged = retype(
    analyze(property('amount'), property('apple'), property('banana')),
    'amount',
  )

  /** Its files had names without a hash, and statements about the view. */
  const asBefore = (files: readonly MigrationFile[], analysis: Analysis, replace: string) =>
    files.map(({ name, sql }) => {
      const view = labelsOf(analysis).current?.replace(/^(?:--.*\n)+/, '') ?? ''
      const create = view.trim().replace('CREATE OR REPLACE VIEW', `CREATE ${replace}VIEW`)
      const comment = `COMMENT ON VIEW hubspot.deal_current IS 'Every property once, in the type that it has now: amount';`
      return { name: withoutMark(name), sql: `${sql.trimEnd()}\n\n${create}\n\n${comment}\n` }
    })

  const creation = asBefore(creationOf(base), base, '')
  const apple = asBefore(migrationsTo(withApple, creation), withApple, 'OR REPLACE ')
  const banana = asBefore(migrationsTo(withBanana, creation), withBanana, 'OR REPLACE ')

  /** The state that `hubgen migrate` of that version left in a database. */
  async function migrateAsBefore(scratch: TestDatabase, files: readonly MigrationFile[]) {
    await open(scratch, ensureState)
    await scratch.query('DROP TABLE hubgen.view')
    for (const { name, sql } of files) {
      await scratch.query(`BEGIN; ${sql}; COMMIT`)
      await scratch.query(
        `INSERT INTO hubgen.migration (name, checksum)
         VALUES ($1, encode(sha256(convert_to($2, 'UTF8')), 'hex'))`,
        [name, sql],
      )
    }
    const { labels, labelled } = labelsOf(base)
    await scratch.query(`${labels}; ${labelled}`)
    await scratch.query(`COMMENT ON VIEW hubspot.deal_labelled IS
      'Labels in the place of values; made by hubgen from ${'0'.repeat(64)}'`)
  }

  test('merges two branches that both changed the view, whose databases have run either or none', async () => {
    const all = [...creation, ...apple, ...banana]
    await migrateAsBefore(first, [...creation, ...banana])
    await first.query('GRANT SELECT ON hubspot.deal_current TO PUBLIC')
    await first.query('CREATE VIEW public.mine AS SELECT property_amount FROM hubspot.deal_current')
    await bring(first, all, merged)
    await bring(second, all, merged)
    expect(await readSchemaState(first.query)).toEqual(await readSchemaState(second.query))
    expect(
      await first.query(
        `SELECT has_table_privilege('public', 'hubspot.deal_current', 'SELECT') AS may`,
      ),
    ).toEqual([{ may: true }])
    expect(migrationsTo(merged, all)).toEqual([])
  })

  test('continues: its files stay applied, and the next change is a file of the new form', async () => {
    await migrateAsBefore(first, creation)
    const next = migrationsTo(withApple, creation)
    expect(next.map(({ name }) => name)).toEqual([
      expect.stringMatching(/^0002_deals_add_apple_[0-9a-f]{8}\.sql$/),
    ])
    expect(await bring(first, [...creation, ...next], withApple)).toEqual({
      applied: next.map(({ name }) => name),
      alreadyApplied: ['0001_deals_create.sql'],
      views: ['hubspot.deal_current', 'hubspot.deal_labelled'],
    })
    await bring(second, [...creation, ...next], withApple)
    expect(await readSchemaState(first.query)).toEqual(await readSchemaState(second.query))
  })
})

describe('two texts of one name, of which a merge kept one', () => {
  const creation = creationOf(analyze(property('x', 'X')))
  const label = (text: string) => {
    const analysis = analyze(property('x', text))
    const [file] = migrationsTo(analysis, creation)
    if (file === undefined) throw new Error('a label is a comment, which a migration writes')
    return { analysis, file }
  }
  const [ours, theirs] = [label('Ours'), label('Theirs')]
  const named = (file: MigrationFile, name: string) => ({ ...file, name })
  const plain = withoutMark(ours.file.name)

  test('the error says how to bring the other one back, and then both kinds of databases migrate', async () => {
    await bring(first, [...creation, named(ours.file, plain)], ours.analysis)
    await bring(second, [...creation, named(theirs.file, plain)], theirs.analysis)
    const kept = [...creation, named(theirs.file, plain)]
    await expect(bring(first, kept, theirs.analysis)).rejects.toMatchObject({
      code: 'MIGRATION_CHANGED',
      fix: expect.stringMatching(
        /git log --all --format=%h -- generated\/migrations\/0002_deals_change_labels\.sql.*git show <commit>:\.\/generated\/migrations\/0002_deals_change_labels\.sql > generated\/migrations\/0002_deals_change_labels_[0-9a-f]{8}\.sql/,
      ),
    })
    const both = [...kept, ours.file]
    await bring(first, both, theirs.analysis)
    await bring(second, both, theirs.analysis)
    expect(await readSchemaState(first.query)).toEqual(await readSchemaState(second.query))
    const names = await first.query('SELECT name FROM hubgen.migration ORDER BY name')
    expect(names.map(({ name }) => name)).toEqual(both.map(({ name }) => name).toSorted())
    expect(await bring(first, both, theirs.analysis)).toMatchObject({ applied: [] })
  })

  test('a file that is gone is looked for in the history of all branches', async () => {
    await bring(first, [...creation, ours.file], ours.analysis)
    await expect(bring(first, creation, ours.analysis)).rejects.toMatchObject({
      code: 'MIGRATION_MISSING',
      fix: expect.stringContaining(
        `git log --all --format=%h -- generated/migrations/${ours.file.name}`,
      ),
    })
  })
})

test('a column that two branches made of two types is named where a database has the other one', async () => {
  const creation = creationOf(analyze(property('x')))
  const withType = (type: string) => analyze(property('x'), defineProperty('size', type))
  const text = migrationsTo(withType('string'), creation)
  const numeric = migrationsTo(withType('number'), creation)
  const all = [...creation, ...text, ...numeric].toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const isTextFirst = (text[0]?.name ?? '') < (numeric[0]?.name ?? '')
  const [winner, loser] = isTextFirst ? ['text', 'numeric'] : ['numeric', 'text']
  await open(first, (database) =>
    migrate(database, [...creation, ...(isTextFirst ? numeric : text)]),
  )
  const migrateAll = () => open(first, (database) => migrate(database, all))
  await expect(migrateAll()).rejects.toMatchObject({
    code: 'MIGRATIONS_CLASH',
    message: expect.stringContaining(`\`hubspot.deal.property_size\` is \`${loser}\` here`),
    fix: expect.stringContaining(
      'ALTER TABLE hubspot.deal RENAME COLUMN property_size TO property_size__other',
    ),
  })
  await first.query('ALTER TABLE hubspot.deal RENAME COLUMN property_size TO property_size__other')
  await migrateAll()
  await open(second, (database) => migrate(database, all))
  const typeOf = (scratch: TestDatabase) =>
    scratch.query(`SELECT format_type(atttypid, atttypmod) AS type FROM pg_attribute
      WHERE attrelid = 'hubspot.deal'::regclass AND attname = 'property_size'`)
  expect([await typeOf(first), await typeOf(second)]).toEqual(Array(2).fill([{ type: winner }]))
})

test('a column that somebody added with the name of a new property is kept, and refused if its type is another one', async () => {
  const creation = creationOf(analyze(property('x')))
  const both = analyze(property('x'), property('y'), defineProperty('size', 'number'))
  const all = [...creation, ...migrationsTo(both, creation)]
  const migrateAll = () => open(first, (database) => migrate(database, all))
  await open(first, (database) => migrate(database, creation))
  await first.query(`ALTER TABLE hubspot.deal ADD property_y text, ADD property_size integer;
    INSERT INTO hubspot.deal (id, updated_at, property_size, property_y) VALUES (1, now(), 7, 'theirs')`)
  await expect(migrateAll()).rejects.toMatchObject({
    code: 'MIGRATIONS_CLASH',
    message: expect.stringContaining('`hubspot.deal.property_size` is `integer` here, by somebody'),
    fix: expect.stringContaining(
      'ALTER TABLE hubspot.deal RENAME COLUMN property_size TO property_size__other',
    ),
  })
  await first.query('ALTER TABLE hubspot.deal RENAME COLUMN property_size TO property_size__other')
  await migrateAll()
  expect(
    await first.query('SELECT property_size, property_size__other, property_y FROM hubspot.deal'),
  ).toEqual([{ property_size: null, property_size__other: 7, property_y: 'theirs' }])
})

test("a table that two branches make is made once; somebody else's table of its name is not taken", async () => {
  const one = creationOf(analyze(property('x', 'X')))
  const two = creationOf(analyze(property('x', 'Other'), property('y'))).map((file) => ({
    ...file,
    name: file.name.replace('0001', '0002'),
  }))
  const both = [...one, ...two]
  const merged = analyze(property('x', 'Other'), property('y'))
  expect(migrationsTo(merged, both)).toEqual([])
  await bring(first, two, merged)
  const [planned] = await open(first, (database) => planMigrate(database, both))
  expect(planned?.sql).not.toContain('CREATE TABLE')
  await bring(first, both, merged)
  await bring(second, both, merged)
  expect(await readSchemaState(first.query)).toEqual(await readSchemaState(second.query))
  await using other = await createDatabase()
  await other.query('CREATE SCHEMA hubspot; CREATE TABLE hubspot.deal (mine text)')
  await expect(bring(other, both, merged)).rejects.toMatchObject({ code: 'TABLE_NOT_OURS' })
  expect(await other.query('SELECT mine FROM hubspot.deal')).toEqual([])
})
