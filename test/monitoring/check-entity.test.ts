import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { Analysis, ColumnType } from '../../generator/model/analysis.ts'
import { hasOwnColumn } from '../../generator/model/overflow.ts'
import { schemaOf } from '../../generator/model/schema-name.ts'
import { checkEntity } from '../../generator/project/check-entity.ts'
import { sqlIdentifier, sqlTable, storableText } from '../../generator/render/text/escape-sql.ts'
import { type GeneratedEntities, generateEntities } from '../support/generated-entity.ts'
import { listGoldenCases, readGoldenAnalyses } from '../support/golden.ts'
import { type Postgres15, postgres15Missing, startPostgres15 } from '../support/postgres.ts'

const samples: Readonly<Record<ColumnType, string>> = {
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
  test.each(listGoldenCases())('golden case %s is checked and measured', async (name) => {
    const analyses = readGoldenAnalyses(name)
    await using entities = await generateEntities(analyses, serverUrl())
    for (const analysis of analyses) {
      await insertRecords(entities, analysis)
      const before = await checkEntity(
        entities.generated,
        analysis.entity,
        entities.database,
        entities.directory,
      )
      expect(before.notes).toEqual([])
      expect(before.checkedAt).not.toBeNull()
      expect(before.properties).toEqual({ measured: analysis.properties.length, empty: 0 })
      await expectResults(entities, analysis, before.results.length)
      await expectUse(entities, analysis)
    }
  })
}

/** Three live records and a deleted one: nothing but an id, a value in every column twice. */
async function insertRecords({ scratch }: GeneratedEntities, analysis: Analysis): Promise<void> {
  const table = sqlTable(schemaOf(analysis), analysis.table)
  const own = analysis.properties.filter(hasOwnColumn)
  const columns = own.map(({ column }) => `, ${sqlIdentifier(column.name)}`).join('')
  const values = own.map(({ column }) => `, ${samples[column.type]}`).join('')
  await scratch.query(`
    INSERT INTO ${table} (id, portal_id, updated_at) VALUES (1, 8100142, '2026-01-01Z');
    INSERT INTO ${table} (id, portal_id, updated_at${columns}) VALUES
      (2, 8100142, '2026-02-02Z'${values}), (3, 8100142, '2026-03-03Z'${values});
    INSERT INTO ${table} (id, portal_id, updated_at, is_deleted, _fivetran_deleted${columns})
      VALUES (4, 8100142, '2026-04-04Z', true, true${values})`)
}

/** Expected completeness and duplicates of every column: two of three have the same value. */
async function expectResults(
  { scratch }: GeneratedEntities,
  { entity, properties }: Analysis,
  count: number,
): Promise<void> {
  const stored = await scratch.query<{
    check_name: string
    subject: string
    records: string
    failing: string
    example_id: string | null
    passed: boolean | null
  }>('SELECT * FROM hubgen.check_result WHERE entity = $1', [entity])
  expect(stored).toHaveLength(count)
  const names = new Set(properties.map(({ column }) => storableText(column.name)))
  const of = (check: string) =>
    stored.filter(({ check_name, subject }) => check_name === check && names.has(subject))
  expect(of('completeness').length).toBeGreaterThan(1)
  for (const row of of('completeness')) {
    expect(row).toMatchObject({ records: '3', failing: '1', example_id: '1', passed: null })
  }
  for (const row of of('duplicates')) {
    expect(row).toMatchObject({ records: '2', failing: '2', example_id: '2', passed: null })
  }
}

/** Every property, as SQL for each column alone counts it. */
async function expectUse({ scratch }: GeneratedEntities, analysis: Analysis): Promise<void> {
  const use = await scratch.query(
    `SELECT property, column_name, records::int, filled::int, distinct_values::int, last_written_at
     FROM hubgen.property_use WHERE entity = $1`,
    [analysis.entity],
  )
  const expected = new Map(
    analysis.properties.map(({ name, column }) => [
      storableText(name),
      {
        property: storableText(name),
        column_name: storableText(column.name),
        records: 3,
        filled: 2,
        distinct_values: 1,
        last_written_at: new Date('2026-03-03Z'),
      },
    ]),
  )
  const byName = (one: { readonly property?: string }, other: { readonly property?: string }) =>
    String(one.property) < String(other.property) ? -1 : 1
  expect(use.toSorted(byName)).toEqual([...expected.values()].toSorted(byName))
}
