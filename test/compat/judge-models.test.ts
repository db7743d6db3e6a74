import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { compareModels } from '../../scripts/dbt/compare-models.ts'
import { judgeModel } from '../../scripts/dbt/judge-models.ts'
import type { ExpectedModel } from '../../scripts/dbt/model-rows.ts'
import { createDatabase } from '../support/postgres.ts'

/* `npm run dbt` needs dbt, which CI does not have: here are its two judges, over models made by hand. */

const stack = new AsyncDisposableStack()
let client: pg.Client

const expected: ExpectedModel = {
  model: 'hubspot__deals',
  key: 'deal_id',
  columns: { deal_id: 'id', amount: 'number', closed_date: 'time', contact_ids: 'texts' },
  liveIds: ['1', '2'],
  deleted: ['is_deal_deleted', true],
  keepsDeleted: true,
  withoutMerged: true,
  rows: [
    {
      deal_id: '1',
      amount: '5.50',
      closed_date: '2026-01-01T00:00:00.000Z',
      contact_ids: ['8', '7'],
    },
    { deal_id: '2', amount: null, closed_date: null, contact_ids: [] },
  ],
}
const gone = { deleted: ['3'], merged: ['4'] }

beforeAll(async () => {
  const database = stack.use(await createDatabase())
  client = new pg.Client({ connectionString: database.url })
  await client.connect()
  stack.defer(() => client.end())
})

afterAll(() => stack.disposeAsync())

beforeEach(async () => {
  for (const schema of ['one', 'other']) {
    await client.query(`
      DROP SCHEMA IF EXISTS ${schema} CASCADE;
      CREATE SCHEMA ${schema};
      CREATE TABLE ${schema}.hubspot__deals (deal_id bigint, amount numeric, closed_date timestamp, contact_ids bigint[],
        is_deal_deleted boolean, id text DEFAULT '${schema}');
      INSERT INTO ${schema}.hubspot__deals VALUES (1, 5.5, '2026-01-01 00:00:00.000001', '{7,8}', false),
        (2, NULL, NULL, NULL, false), (3, 1, NULL, NULL, true)`)
  }
})

/** The differences after a change of the model. */
async function judged(change = 'SELECT'): Promise<string> {
  await client.query(change)
  return (await judgeModel(client, 'one', expected, gone)).differences.join('\n')
}

async function compared(change = 'SELECT'): Promise<string> {
  await client.query(change)
  const models = await compareModels(client, 'one', 'other')
  return models.flatMap(({ differences }) => differences).join('\n')
}

const breaks = [
  ['DELETE FROM one.hubspot__deals WHERE deal_id = 2', 'HubSpot: {"deal_id":2'],
  ['INSERT INTO one.hubspot__deals SELECT * FROM one.hubspot__deals', 'model:   {"deal_id":1'],
  [
    'UPDATE one.hubspot__deals SET amount = 6 WHERE deal_id = 1',
    'model:   {"deal_id":1,"amount":6',
  ],
  ["UPDATE one.hubspot__deals SET contact_ids = '{7}'", '"contact_ids":["7"]'],
  ["UPDATE one.hubspot__deals SET closed_date = '2026-01-01 01:00'", 'T01:00:00'],
  ['UPDATE one.hubspot__deals SET is_deal_deleted = false', '3 is gone in HubSpot, but is_deal'],
  ['UPDATE one.hubspot__deals SET is_deal_deleted = true', '1 is live in HubSpot, but is_deal'],
  ['DELETE FROM one.hubspot__deals WHERE deal_id = 3', '3 was deleted in HubSpot and has no'],
  [
    'INSERT INTO one.hubspot__deals VALUES (4, 1, NULL, NULL, true)',
    '4 was merged away in HubSpot',
  ],
] as const

describe('a model against what HubSpot answers', () => {
  test('that is equal has no differences', async () => {
    expect(await judged()).toBe('')
  })

  test.each(breaks)('%s', async (change, difference) => {
    expect(await judged(change)).toContain(difference)
  })

  test('a column without a value in any record is named, because it would always be equal', async () => {
    const rows = expected.rows.map((row) => ({ ...row, amount: null }))
    await client.query('UPDATE one.hubspot__deals SET amount = NULL')
    const model = { ...expected, rows }
    const { differences, emptyColumns } = await judgeModel(client, 'one', model, gone)
    expect([differences, emptyColumns]).toEqual([[], ['amount']])
  })
})

describe('a model against the same one over other tables', () => {
  test('that is equal has no differences, whatever the hash of its schema', async () => {
    expect(await compared()).toBe('')
  })

  test.each(breaks)('%s', async (change) => {
    expect(await compared(change)).toMatch(/^(views|oracle): /)
  })

  test.each([
    ['DROP TABLE other.hubspot__deals', 'only one side has the column'],
    ['ALTER TABLE one.hubspot__deals DROP COLUMN amount', 'only one side has the column amount'],
    ['CREATE TABLE other.hubspot__more (deal_id bigint)', 'only one side has the column deal_id'],
  ])('%s', async (change, difference) => {
    expect(await compared(change)).toContain(difference)
  })

  test('a further column of engagements is none', async () => {
    expect(await compared('ALTER TABLE one.hubspot__deals ADD COLUMN more text')).toBe('')
  })
})
