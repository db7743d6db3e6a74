import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { Analysis, ColumnType } from '../../generator/model/analysis.ts'
import { companionsOf } from '../../generator/model/companions.ts'
import { dayColumns } from '../../generator/model/day-columns.ts'
import { planIndexes } from '../../generator/model/indexes.ts'
import { labelledViewName } from '../../generator/model/labels.ts'
import { findRelationships } from '../../generator/model/relationships.ts'
import { schemaOf } from '../../generator/model/schema-name.ts'
import { columnComment } from '../../generator/render/entity/describe-property.ts'
import { sqlIdentifier, sqlTable, storableText } from '../../generator/render/text/escape-sql.ts'
import { listGoldenCases, readGoldenAnalyses, renderGoldenCase } from '../support/golden.ts'
import { connectTestDatabase, type TestConnection } from '../support/open-test-database.ts'
import { type Postgres15, postgres15Missing, startPostgres15 } from '../support/postgres.ts'

const SAMPLES: Readonly<Record<ColumnType, string>> = {
  text: `'a;b'`,
  numeric: '12.50',
  bigint: '9007199254740995',
  boolean: 'true',
  date: `'2026-03-12'`,
  timestamptz: `'2026-03-12T07:36:23.415Z'`,
  jsonb: `'{"a": [1, null]}'`,
}

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
  test.each(listGoldenCases())('the SQL of golden case %s runs', async (name) => {
    await using connection = await connectTestDatabase(serverUrl())
    const files = renderGoldenCase(name)
    for (const [path, sql] of files) {
      if (path.startsWith('migrations/')) await connection.run(sql)
    }
    for (const analysis of readGoldenAnalyses(name)) {
      await expectTable(connection, analysis)
      await connection.run(files.get(`${analysis.entity}/labels.sql`) ?? '')
      await connection.run(files.get(`${analysis.entity}/labelled.sql`) ?? '')
      await createRelatedTables(connection, analysis)
      await expectReports(connection, analysis, files)
      await insertRecords(connection, analysis)
      await expectLabelledView(connection, analysis)
      await expectReports(connection, analysis, files)
    }
    await expectCompatViews(connection, files.get('compat/fivetran.sql'))
  })
}

async function expectTable(connection: TestConnection, analysis: Analysis): Promise<void> {
  const [columns] = await connection.run(`
    SELECT a.attname, format_type(a.atttypid, a.atttypmod) AS type, col_description(a.attrelid, a.attnum) AS comment
    FROM pg_attribute a
    WHERE a.attrelid = '${sqlTable(schemaOf(analysis), analysis.table)}'::regclass AND a.attnum > 6
    ORDER BY a.attnum`)
  expect(columns).toEqual(
    analysis.properties.map((property) => ({
      attname: property.column.name,
      type:
        property.column.type === 'timestamptz' ? 'timestamp with time zone' : property.column.type,
      comment: storableText(columnComment(analysis, property)),
    })),
  )
  const [indexes] = await connection.run(`
    SELECT indexname FROM pg_indexes
    WHERE schemaname = '${schemaOf(analysis)}' AND tablename = '${analysis.table}' AND indexname LIKE 'idx%'`)
  expect(indexes?.map(({ indexname }) => indexname).toSorted()).toEqual(
    planIndexes(analysis)
      .map(({ name }) => name)
      .toSorted(),
  )
}

/** A row of the view has every column of the table's; text that may be several values is a list. */
async function expectLabelledView(connection: TestConnection, analysis: Analysis): Promise<void> {
  const view = sqlTable(schemaOf(analysis), labelledViewName(analysis.table))
  const [rows = []] = await connection.run(`SELECT * FROM ${view} ORDER BY id`)
  const [table = []] = await connection.run(
    `SELECT * FROM ${sqlTable(schemaOf(analysis), analysis.table)} ORDER BY id`,
  )
  const days = new Set(dayColumns(analysis).map(({ name }) => name))
  expect(rows.map((row) => Object.keys(row).filter((name) => !days.has(name)))).toEqual(
    table.map((row) => Object.keys(row)),
  )
  for (const property of analysis.properties) {
    const several = property.type === 'enumeration' && property.fieldType === 'checkbox'
    if (property.column.type !== 'text') continue
    expect(rows[1]?.[property.column.name]).toEqual(several ? ['a', 'b'] : 'a;b')
  }
}

/** Every view in the shape of another tool's tables can be read. */
async function expectCompatViews(
  connection: TestConnection,
  sql: string | undefined,
): Promise<void> {
  if (sql === undefined) return
  await connection.run(sql)
  const names = [...sql.matchAll(/^CREATE OR REPLACE VIEW (\S+) AS$/gm)].map(([, name]) => name)
  expect(names.length).toBeGreaterThan(20)
  for (const name of names) await connection.run(`SELECT * FROM ${name}`)
}

/** The tables that the setup document joins; other cases generate them themselves. */
async function createRelatedTables(connection: TestConnection, analysis: Analysis): Promise<void> {
  const schema = schemaOf(analysis)
  const linked = companionsOf(analysis, 'associations').map(({ to }) => ({
    target: { schema, ...to },
  }))
  for (const { target } of [...findRelationships(analysis), ...linked]) {
    if (target === null) continue
    await connection.run(`CREATE TABLE IF NOT EXISTS ${sqlTable(target.schema, target.table)} (
      id bigint PRIMARY KEY, is_deleted boolean NOT NULL, updated_at timestamptz NOT NULL)`)
  }
}

/** Every statement of the reports and of the setup document runs without an error. */
async function expectReports(
  connection: TestConnection,
  analysis: Analysis,
  files: ReadonlyMap<string, string>,
): Promise<void> {
  const [total] = await connection.run(
    `SELECT count(*) AS records FROM ${sqlTable(schemaOf(analysis), analysis.table)}`,
  )
  const queries = await connection.run(files.get(`${analysis.entity}/queries.sql`) ?? '')
  expect(queries[0]?.[0]).toMatchObject({ ...total?.[0], deleted_records: '0' })
  const quality = await connection.run(files.get(`${analysis.entity}/quality.sql`) ?? '')
  expect(quality.length).toBeGreaterThan(5)
  const counted = quality.filter(([row]) => row !== undefined && 'check_name' in row).flat()
  expect(new Set(counted.map((row) => Object.keys(row).join()))).toEqual(
    new Set(['check_name,subject,records,failing,example_id']),
  )
  const names = counted.map(({ check_name }) => check_name)
  expect(names).toEqual(expect.arrayContaining(['completeness', 'integrity']))
  const subjects = counted.map(({ check_name, subject }) => `${check_name} ${subject}`)
  expect(subjects).toEqual([...new Set(subjects)])
  const document = files.get(`${analysis.entity}/README.md`) ?? ''
  const blocks = [...document.matchAll(/^```sql\n([\s\S]*?)^```$/gm)].map(([, sql]) => sql ?? '')
  expect(blocks.length).toBeGreaterThan(1)
  for (const sql of blocks) await connection.run(sql)
}

/** One record with only its id, and one with a value in every column. */
async function insertRecords(connection: TestConnection, analysis: Analysis): Promise<void> {
  const table = sqlTable(schemaOf(analysis), analysis.table)
  const columns = analysis.properties.map(({ column }) => sqlIdentifier(column.name)).join(', ')
  const values = analysis.properties.map(({ column }) => SAMPLES[column.type]).join(', ')
  await connection.run(`
    INSERT INTO ${table} (id, portal_id, updated_at) VALUES (1, 8100142, now());
    INSERT INTO ${table} (id, portal_id, updated_at, ${columns}) VALUES (2, 8100142, now(), ${values})`)
}
