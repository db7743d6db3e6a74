import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { Analysis, ColumnType } from '../../generator/model/analysis.ts'
import { tableColumns } from '../../generator/model/table-columns.ts'
import { sqlIdentifier } from '../../generator/render/text/escape-sql.ts'
import { type Database, openDatabase } from '../../runtime/postgres/connection/database.ts'
import { readDatabaseSettings } from '../../runtime/postgres/connection/settings.ts'
import {
  type MigrationFile,
  migrate,
  migrateWithLabels,
} from '../../runtime/postgres/schema/migrate.ts'
import { diffFiles, readExpectedFiles } from '../support/golden.ts'
import {
  creationOf,
  labelsOf,
  listMigrationCases,
  type MigrationCase,
  renderMigrationCase,
} from '../support/migration-cases.ts'
import {
  copyDatabase,
  type Postgres15,
  postgres15Missing,
  startPostgres15,
  type TestDatabase,
} from '../support/postgres.ts'
import { createMigrationState } from '../support/state-database.ts'
import { readTableState } from '../support/table-state.ts'

const cases = listMigrationCases()

const samples: Readonly<Record<ColumnType, string>> = {
  text: `'12.5'`,
  numeric: '12.5',
  bigint: '9007199254740995',
  boolean: 'true',
  date: `'2026-03-12'`,
  timestamptz: `'2026-03-12T07:36:23.415Z'`,
  jsonb: `'{"a": [1, null]}'`,
}

describe.each(cases)('$name', (migrationCase) => {
  test('gives the expected migrations, no more and no fewer (npm run golden updates them)', () => {
    const expected = readExpectedFiles(`migrations/${migrationCase.name}`)
    expect(diffFiles(expected, renderMigrationCase(migrationCase))).toBe('')
  })
})

describe('on Postgres 18', () => {
  describeCases(() => inject('postgresUrl'))
})

describe.skipIf(postgres15Missing !== undefined)('on Postgres 15', () => {
  let server: Postgres15
  beforeAll(async () => {
    server = await startPostgres15()
  })
  afterAll(() => server[Symbol.asyncDispose]())
  describeCases(() => server.url)
})

function describeCases(serverUrl: () => string): void {
  test.each(cases)(
    '$name: as if made from scratch, with rows and a view that reads them',
    async (one) => {
      const wanted = await fromScratch(serverUrl(), one.after)
      await using scratch = await createMigrated(serverUrl())
      await using database = await open(scratch)
      await migrateWithLabels(database, creationOf(one.before), [labelsOf(one.before)])
      await insertRows(scratch, one.before)
      const kept = keptColumns(one)
      await scratch.query(`CREATE VIEW mine AS SELECT ${kept.join(', ')} FROM hubspot.deal`)
      const before = await scratch.query('SELECT * FROM mine ORDER BY id')
      await migrateWithLabels(database, filesOf(one), [labelsOf(one.after)])
      expect(await readTableState(scratch.query, 'deal')).toEqual(withLeftovers(wanted, one))
      expect(before).toHaveLength(2)
      expect(await scratch.query('SELECT * FROM mine ORDER BY id')).toEqual(before)
      expect(await migrate(database, filesOf(one))).toMatchObject({ applied: [] })
    },
  )
}

/** Keeps columns that no analysis contains any more, as a database may have them. */
function withLeftovers(wanted: Awaited<ReturnType<typeof fromScratch>>, one: MigrationCase) {
  if (one.name !== 'property_removed') return wanted
  const leftover = {
    attname: 'property_hs_is_closed',
    type: 'boolean',
    attnotnull: false,
    value: null,
  }
  const columns = [...wanted.columns, { ...leftover, comment: 'Is Closed [Deal information]' }]
  return {
    ...wanted,
    columns: columns.toSorted((a, b) => (String(a['attname']) < String(b['attname']) ? -1 : 1)),
  }
}

async function fromScratch(serverUrl: string, analysis: Analysis) {
  await using scratch = await createMigrated(serverUrl)
  await using database = await open(scratch)
  await migrateWithLabels(database, creationOf(analysis), [labelsOf(analysis)])
  return await readTableState(scratch.query, 'deal')
}

/** With hubgen's own tables, which take longer to make than those of a case. */
const createMigrated = (serverUrl: string) =>
  copyDatabase('migration state', createMigrationState, serverUrl)

function open(scratch: TestDatabase): Promise<Database> {
  return openDatabase(readDatabaseSettings({ DATABASE_URL: scratch.url }, '.'))
}

function filesOf(one: MigrationCase): readonly MigrationFile[] {
  const added = [...renderMigrationCase(one)].map(([name, sql]) => ({ name, sql }))
  return [...creationOf(one.before), ...added]
}

function keptColumns({ before, after, unusedParts }: MigrationCase): readonly string[] {
  const stay = new Set(tableColumns(after).map(({ column }) => column.name))
  const names = tableColumns(before).map(({ column }) => column.name)
  const kept = unusedParts === 'kept' ? names : names.filter((name) => stay.has(name))
  return ['id', '_fivetran_synced', ...kept.map(sqlIdentifier)]
}

/** One record with only its id, and one with a value in every column. */
async function insertRows(scratch: TestDatabase, analysis: Analysis): Promise<void> {
  const columns = tableColumns(analysis)
  const names = columns.map(({ column }) => sqlIdentifier(column.name)).join(', ')
  const values = columns.map(({ column }) => samples[column.type]).join(', ')
  await scratch.query(`
    INSERT INTO hubspot.deal (id, portal_id, updated_at) VALUES (1, 8100142, now());
    INSERT INTO hubspot.deal (id, portal_id, updated_at, ${names}) VALUES (2, 8100142, now(), ${values})`)
}
