import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Analysis, COLUMN_TYPES, type ColumnType } from '../../generator/model/analysis.ts'
import { buildAnalysis, type PropertyDefinition } from '../../generator/model/build-analysis.ts'
import { retypeColumn } from '../../generator/model/retype-column.ts'
import { tableColumns } from '../../generator/model/table-columns.ts'
import type { MigrationFile } from '../../generator/render/migrations/migration-sql.ts'
import { sqlIdentifier } from '../../generator/render/text/escape-sql.ts'
import { type Database, openDatabase } from '../../runtime/postgres/connection/database.ts'
import { readDatabaseSettings } from '../../runtime/postgres/connection/settings.ts'
import { migrateWithLabels } from '../../runtime/postgres/schema/migrate.ts'
import { ensureMigrationState } from '../../runtime/postgres/state/state.ts'
import { dealFacts, defineProperty } from '../support/entity-facts.ts'
import { hostileText } from '../support/hostile-analysis.ts'
import { creationOf, labelsOf, migrationsTo } from '../support/migration-cases.ts'
import { createDatabase, type TestDatabase } from '../support/postgres.ts'
import { readTableState } from '../support/table-state.ts'

const samples: Readonly<Record<ColumnType, string>> = {
  text: `'1'`,
  numeric: '1.5',
  bigint: '1',
  boolean: 'true',
  date: `'2026-03-12'`,
  timestamptz: `'2026-03-12T07:36:23.415Z'`,
  jsonb: `'{"a": [1, null]}'`,
}

/** Few names, so that the same property is added, removed, restored and changed. */
const propertyName = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom('amount', 'dealname', 'createdate', 'pipeline', 'a', 'A'),
  },
  { weight: 2, arbitrary: fc.constantFrom('hubspot_owner_id', 'x'.repeat(60), 'amount__numeric') },
  { weight: 1, arbitrary: hostileText.filter((name) => name !== '') },
)

const definition: fc.Arbitrary<PropertyDefinition> = fc
  .record({
    name: propertyName,
    type: fc.constantFrom('string', 'number', 'enumeration', 'bool', 'date', 'datetime'),
    label: hostileText,
    description: hostileText,
    archived: fc.boolean(),
  })
  .map(({ name, type, ...rest }) => defineProperty(name, type, rest))

/** HubSpot's definitions at one time, and the columns that a person gives another type then. */
const moment = fc.record({
  definitions: fc.uniqueArray(definition, { selector: ({ name }) => name, maxLength: 7 }),
  label: hostileText,
  portal: fc.boolean(),
  retyped: fc.array(fc.tuple(fc.nat(6), fc.constantFrom(...COLUMN_TYPES)), { maxLength: 2 }),
})

type Moment = typeof moment extends fc.Arbitrary<infer Value> ? Value : never

function explore(
  { definitions, label, portal, retyped }: Moment,
  earlier: Analysis | null,
): Analysis {
  const facts = dealFacts(definitions, {
    groups: [{ name: 'dealinformation', label }],
    ...(portal ? {} : { portal: null }),
  })
  const { analysis, problems } = buildAnalysis(facts, earlier, null)
  expect(problems).toEqual([])
  return earlier === null ? analysis : retyped.reduce(retype, analysis)
}

function retype(analysis: Analysis, [position, type]: [number, ColumnType]): Analysis {
  const taken = new Set(tableColumns(analysis).map(({ column }) => column.name))
  const properties = analysis.properties.map((property, index) =>
    index === position ? retypeColumn(property, type, 'Chosen.', taken) : property,
  )
  return { ...analysis, properties }
}

let scratch: TestDatabase
let database: Database

beforeAll(async () => {
  scratch = await createDatabase()
  database = await openDatabase(readDatabaseSettings({ DATABASE_URL: scratch.url }, '.'))
  await ensureMigrationState(database)
})

afterAll(async () => {
  await database.close()
  await scratch.close()
})

test('whatever changed on the way, migrating ends where creating from scratch does, and rows survive', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(moment, { minLength: 2, maxLength: 4 }), async (moments) => {
      await empty()
      let analysis: Analysis | null = null
      let files: readonly MigrationFile[] = []
      let rows: readonly Record<string, unknown>[] = []
      for (const one of moments) {
        analysis = explore(one, analysis)
        const added = migrationsTo(analysis, files)
        files = [...files, ...added]
        await migrateWithLabels(database, files, [labelsOf(analysis)])
        expect(migrationsTo(analysis, files)).toEqual([])
        await expectRows(rows)
        rows = await insertRow(analysis)
      }
      const migrated = await readTableState(scratch.query, 'deal')
      await empty()
      const last = analysis as Analysis
      await migrateWithLabels(database, creationOf(last), [labelsOf(last)])
      expect(migrated).toEqual(await readTableState(scratch.query, 'deal'))
    }),
    { numRuns: 40 },
  )
})

async function empty(): Promise<void> {
  await scratch.query(`DROP SCHEMA IF EXISTS hubspot CASCADE;
    DELETE FROM hubgen.migration; DELETE FROM hubgen.view`)
}

/** Inserts a record with a value in every column; returns all records. */
async function insertRow(analysis: Analysis): Promise<readonly Record<string, unknown>[]> {
  const columns = tableColumns(analysis)
  const names = columns.map(({ column }) => `, ${sqlIdentifier(column.name)}`).join('')
  const values = columns.map(({ column }) => `, ${samples[column.type]}`).join('')
  await scratch.query(`
    INSERT INTO hubspot.deal (id, portal_id, updated_at${names})
    SELECT count(*) + 1, 8100142, now()${values} FROM hubspot.deal`)
  return scratch.query('SELECT * FROM hubspot.deal ORDER BY id')
}

/** Every earlier value is still there. */
async function expectRows(rows: readonly Record<string, unknown>[]): Promise<void> {
  const found = await scratch.query('SELECT * FROM hubspot.deal ORDER BY id')
  expect(found).toMatchObject(rows)
}
