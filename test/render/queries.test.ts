import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import type { Analysis } from '../../generator/model/analysis.ts'
import { parseAnalysis } from '../../generator/model/analysis-file.ts'
import { renderFiles } from '../../generator/render/render.ts'
import { connectTestDatabase, type TestConnection } from '../support/open-test-database.ts'
import { type Postgres15, postgres15Missing, startPostgres15 } from '../support/postgres.ts'

const demo = fileURLToPath(new URL('../../generated/deals/analysis.json', import.meta.url))

/** Seven deals, one of them deleted; pipelines as a sync has them, one newer than the analysis. */
const data = `
  TRUNCATE hubspot.deal, hubspot.deal_pipeline, hubspot.deal_pipeline_stage, hubspot.owner, hubgen.run CASCADE;
  DROP TABLE IF EXISTS hubspot.company;
  INSERT INTO hubspot.deal_pipeline (pipeline_id, label, display_order, active, object_type_id, _fivetran_deleted)
  VALUES ('default', 'Sales', 0, true, '0-3', false), ('new', 'Made today', 1, true, '0-3', false),
    ('old', 'Removed', 2, false, '0-3', true);
  INSERT INTO hubspot.deal_pipeline_stage (stage_id, pipeline_id, label, display_order, active, is_closed, probability)
  VALUES ('open', 'default', 'Open', 0, true, false, 0.25), ('won', 'default', 'Won', 1, true, true, 1),
    ('fresh', 'new', 'Fresh', 0, true, false, 0.5);
  INSERT INTO hubspot.owner (owner_id, portal_id, type, first_name, last_name, is_active)
  VALUES (77, 8100142, 'PERSON', 'Ada', 'Lovelace', true);
  INSERT INTO hubspot.deal (id, portal_id, updated_at, is_deleted, _fivetran_deleted, property_amount, property_pipeline,
    property_dealstage, property_hubspot_owner_id, property_hs_primary_associated_company, property_hs_lastmodifieddate)
  VALUES
    (1, 8100142, now(), false, false, 100, 'default', 'open', 77, 1, now()),
    (2, 8100142, now(), false, false, 200, 'default', 'won', 77, 2, now()),
    (3, 8100142, now(), false, false, 300, 'new', 'fresh', 999999999, 4242, now()),
    (4, 8100142, now(), false, false, 400, 'gone', 'lost', NULL, NULL, now()),
    (5, 8100142, now(), false, false, 500, NULL, NULL, NULL, NULL, now()),
    (6, 8100142, now(), false, false, 600, 'default', 'fresh', NULL, NULL, now()),
    (7, 8100142, now(), true, true, 700, 'default', 'open', 88, 5, now())`

describe('on Postgres 18', () => {
  describeQueries(() => inject('postgresUrl'))
})

describe.skipIf(postgres15Missing !== undefined)('on Postgres 15', () => {
  let server: Postgres15
  beforeAll(async () => {
    server = await startPostgres15()
  })
  afterAll(() => server[Symbol.asyncDispose]())
  describeQueries(() => server.url)
})

function describeQueries(serverUrl: () => string): void {
  let connection: TestConnection
  let statements: ReadonlyMap<string, string>

  beforeAll(async () => {
    connection = await connectTestDatabase(serverUrl())
    const files = renderFiles([await readDemo()])
    for (const name of ['schema.sql', 'indexes.sql', 'labels.sql']) {
      await connection.run(files.get(`deals/${name}`) ?? '')
    }
    statements = splitByComment(
      `${files.get('deals/queries.sql')}\n${files.get('deals/quality.sql')}\n${readmeSql(files.get('deals/README.md') ?? '')}`,
    )
  })
  afterAll(() => connection[Symbol.asyncDispose]())
  beforeEach(() => connection.run(data))

  async function ask(beginning: string): Promise<readonly Record<string, unknown>[]> {
    const found = [...statements].find(([comment]) => comment.startsWith(beginning))
    if (found === undefined) throw new Error(`no statement begins with ${beginning}`)
    const [rows] = await connection.run(found[1])
    return rows ?? []
  }

  test('records are counted without the deleted ones', async () => {
    expect(await ask('Number of records')).toMatchObject([{ records: '6', deleted_records: '1' }])
  })

  test('records by pipeline name what HubSpot has now, and the records that are in none', async () => {
    const rows = await ask('Records by pipeline')
    expect(rows.map(({ pipeline, records, amount }) => [pipeline, records, amount])).toEqual([
      ['Sales', '3', '900'],
      ['Made today', '1', '300'],
      ['(none)', '1', '500'],
      ['gone', '1', '400'],
    ])
  })

  test('records by stage do the same, and weigh amounts', async () => {
    const rows = await ask('Records by stage')
    expect(
      rows.map(({ pipeline, stage, records, weighted_amount }) => [
        pipeline,
        stage,
        records,
        weighted_amount,
      ]),
    ).toEqual([
      ['Sales', 'Open', '1', '25.00'],
      ['Sales', 'Won', '1', '200.00'],
      ['Made today', 'Fresh', '1', '150.00'],
      [null, '(none)', '1', null],
      [null, 'fresh', '1', null],
      [null, 'lost', '1', null],
    ])
  })

  test('records by owner have the name', async () => {
    const rows = await ask('Records by owner')
    expect(rows.map(({ owner_id, owner, records }) => [owner_id, owner, records])).toEqual([
      [null, null, '3'],
      ['77', 'Ada Lovelace', '2'],
      ['999999999', null, '1'],
    ])
  })

  test('relationship validity looks on the other side, where there is one', async () => {
    const read = async () =>
      new Map(
        (await ask('Relationship validity')).map(({ property, filled, not_there }) => [
          property,
          `${not_there} of ${filled}`,
        ]),
      )
    const alone = await read()
    expect(alone.get('hubspot_owner_id')).toBe('1 of 3')
    expect(alone.get('pipeline')).toBe('1 of 5')
    expect(alone.get('dealstage')).toBe('1 of 5')
    expect(alone.get('hs_primary_associated_company')).toBe('null of 3')
    await connection.run(`
      CREATE TABLE hubspot.company (id bigint PRIMARY KEY, is_deleted boolean);
      TRUNCATE hubspot.owner`)
    const empty = await read()
    expect(empty.get('hs_primary_associated_company')).toBe('null of 3')
    expect(empty.get('hubspot_owner_id')).toBe('null of 3')
    await connection.run('INSERT INTO hubspot.company VALUES (1, false), (2, true)')
    expect((await read()).get('hs_primary_associated_company')).toBe('1 of 3')
  })

  test('a trial of ten records is no good run', async () => {
    const ageOf = async () => (await ask('Freshness: time since'))[0]?.['since_last_good_run']
    const insert = (mode: string) =>
      connection.run(`INSERT INTO hubgen.run (entity, mode, outcome, finished_at)
        VALUES ('deals', '${mode}', 'succeeded', now())`)
    await insert('test')
    expect(await ageOf()).toBeNull()
    expect(await ask('README')).toEqual([{ age: null }])
    await insert('full')
    expect(await ageOf()).not.toBeNull()
  })

  test('what should be unique is counted, and no name', () => {
    const titles = [...statements.keys()].filter((comment) => comment.startsWith('Duplicates'))
    expect(titles).toEqual([expect.stringContaining('property_crm_id__c')])
  })
}

/** Statements by the comment above each. */
function splitByComment(sql: string): ReadonlyMap<string, string> {
  return new Map(
    sql.split(/\n\n(?=-- )/).map((part) => [part.split('\n')[0]?.slice('-- '.length) ?? '', part]),
  )
}

function readmeSql(document: string): string {
  const [, sql = ''] = /^```sql\n(SELECT max\(age\)[\s\S]*?)^```$/m.exec(document) ?? []
  return `\n\n-- README\n${sql}`
}

async function readDemo(): Promise<Analysis> {
  const parsed = parseAnalysis(await readFile(demo, 'utf8'))
  if ('analysis' in parsed) return parsed.analysis
  throw new Error(parsed.problems.join('\n'))
}
