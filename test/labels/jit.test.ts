import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildAnalysis } from '../../generator/model/build-analysis.ts'
import { openDatabase } from '../../runtime/postgres/connection/database.ts'
import { readDatabaseSettings } from '../../runtime/postgres/connection/settings.ts'
import { migrateWithLabels } from '../../runtime/postgres/schema/migrate.ts'
import { dealFacts, defineProperty } from '../support/entity-facts.ts'
import { creationOf, labelsOf } from '../support/migration-cases.ts'
import {
  createDatabase,
  type Postgres15,
  postgres15Missing,
  startPostgres15,
  type TestDatabase,
} from '../support/postgres.ts'

const rows = 10_000
const lists = Array.from({ length: 20 }, (_, index) => `list_${index}`)
const options = Array.from({ length: 10 }, (_, index) => ({
  value: `v${index}`,
  label: `Value ${index}`,
}))
const { analysis } = buildAnalysis(
  dealFacts([
    defineProperty('dealname'),
    ...lists.map((name) => defineProperty(name, 'enumeration', { fieldType: 'checkbox', options })),
    defineProperty('hs_all_owner_ids', 'enumeration', { externalOptions: true }),
  ]),
  null,
  null,
)

describe.skipIf(postgres15Missing !== undefined)('a server that compiles costly queries', () => {
  let server: Postgres15
  let scratch: TestDatabase
  let client: pg.Client
  const explain = async (query: string) => {
    const plan = await client.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${query}`)
    return plan.rows.map((row) => row['QUERY PLAN']).join('\n')
  }

  beforeAll(async () => {
    server = await startPostgres15()
    scratch = await createDatabase(server.url)
    const database = await openDatabase(readDatabaseSettings({ DATABASE_URL: scratch.url }, '.'))
    await migrateWithLabels(database, creationOf(analysis), [labelsOf(analysis)])
    await database.close()
    client = new pg.Client({ connectionString: scratch.url, options: '-c jit=on' })
    await client.connect()
    const columns = lists.map((name) => `property_${name}`)
    await client.query(`
      INSERT INTO hubspot.deal (id, portal_id, updated_at, ${columns.join(', ')}, property_hs_all_owner_ids)
      SELECT n, 1, now(), ${columns.map((_, index) => `'v${index % 10};v' || n % 10`).join(', ')}, '7;8'
      FROM generate_series(1, ${rows}) AS n;
      ANALYZE hubspot.deal`)
  })
  afterAll(async () => {
    await client.end()
    await scratch.close()
    await server[Symbol.asyncDispose]()
  })

  test('would compile a query over as many subqueries with a map each', async () => {
    const list = `ARRAY(SELECT (SELECT jsonb_object_agg(value, label) FROM hubspot.property_option) ->> part
      FROM unnest(string_to_array(property_list_0, ';')) AS part)`
    const query = `SELECT ${lists.map(() => list).join(', ')} FROM hubspot.deal`
    expect(await explain(query)).toContain('JIT:')
  })

  test('runs a labelled view of 20 list columns over 10,000 rows as it is', async () => {
    const plan = await explain('SELECT * FROM hubspot.deal_labelled')
    expect(plan).toContain(`Seq Scan on deal record`)
    expect(plan).not.toContain('JIT:')
    const { rows: values } = await client.query(
      `SELECT property_list_3, property_hs_all_owner_ids FROM hubspot.deal_labelled WHERE id = 15`,
    )
    expect(values).toEqual([
      { property_list_3: ['Value 3', 'Value 5'], property_hs_all_owner_ids: ['7', '8'] },
    ])
  })

  test('builds only the maps that a query reads, each once', async () => {
    const plan = await explain('SELECT property_list_3 FROM hubspot.deal_labelled')
    expect(plan.match(/Aggregate/g)).toHaveLength(1)
  })
})
