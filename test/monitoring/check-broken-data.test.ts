import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import type { Analysis } from '../../generator/model/analysis.ts'
import { parseAnalysis } from '../../generator/model/analysis-file.ts'
import { type CheckReport, checkEntity } from '../../generator/project/check-entity.ts'
import { readCheckSeries } from '../../runtime/monitoring/checks/read-check-results.ts'
import { readProperties } from '../../runtime/monitoring/read-properties.ts'
import { openDatabase } from '../../runtime/postgres/connection/database.ts'
import { readDatabaseSettings } from '../../runtime/postgres/connection/settings.ts'
import { type GeneratedEntities, generateEntities } from '../support/generated-entity.ts'
import { type Postgres15, postgres15Missing, startPostgres15 } from '../support/postgres.ts'
import { pgBouncerMissing, startPgBouncer } from '../support/start-pgbouncer.ts'

const demo = fileURLToPath(new URL('../../generated/deals/analysis.json', import.meta.url))

const bounds = `export default { quality: {
  '*': { completeness: { hubspot_owner_id: 10 } },
  deals: { completeness: { amount: 75 }, duplicates: { dealname: 0, amount: 50 }, freshness: '2h' },
} }`

/** Four valid deals, a deleted one, a merged one, and their links. */
const soundData = `
  TRUNCATE hubspot.deal, hubspot.deal_contact, hubspot.deal_company, hubspot.merged_deal, hubgen.pass,
    hubspot.deal_pipeline, hubspot.deal_pipeline_stage;
  INSERT INTO hubspot.deal_pipeline (pipeline_id, label, active, object_type_id)
  VALUES ('default', 'Sales', true, '0-3'), ('partners', 'Partners', true, '0-3');
  INSERT INTO hubspot.deal_pipeline_stage (stage_id, pipeline_id, label, active)
  VALUES ('closedwon', 'default', 'Won', true), ('998123401', 'partners', 'Met', true);
  INSERT INTO hubspot.deal (id, updated_at, is_deleted, _fivetran_deleted, property_hs_object_id,
    property_dealname, property_amount, property_createdate, property_hs_lastmodifieddate,
    property_pipeline, property_dealstage, property_hubspot_owner_id)
  SELECT id, now(), id > 4, id > 4, id, 'Deal ' || id, CASE WHEN id <> 4 THEN id * 100 END, now(), now(),
    'default', 'closedwon', 77
  FROM generate_series(1, 6) AS id;
  INSERT INTO hubspot.deal_contact (deal_id, contact_id, type_id, category)
  SELECT id, 9, 3, 'HUBSPOT_DEFINED' FROM generate_series(1, 4) AS id;
  INSERT INTO hubspot.merged_deal (deal_id, merged_deal_id) VALUES (1, 6);
  INSERT INTO hubgen.pass (entity, pass, begun_at, fresh_as_of, run_id)
  SELECT CASE WHEN pass = 'owners' THEN 'hubspot.owner' ELSE 'deals' END, pass, now(), now(), (SELECT min(id) FROM hubgen.run)
  FROM unnest(ARRAY['records', 'changes', 'look_back', 'archived', 'deletes', 'reconciliation', 'calculated', 'pipelines', 'history',
    'owners', 'associations:deal_company', 'associations:deal_contact', 'associations:deal_quote']) AS pass`

/** Statements that break the data, and exactly the checks that must fail for them. */
const breaks: readonly (readonly [string, string, readonly string[]])[] = [
  [
    'an amount is gone',
    'UPDATE hubspot.deal SET property_amount = NULL WHERE id = 3',
    ['completeness property_amount 2/4 3'],
  ],
  [
    'two deals have one name, but for case and blanks',
    `UPDATE hubspot.deal SET property_dealname = ' DEAL 2' WHERE id = 3`,
    ['duplicates property_dealname 2/4 2'],
  ],
  [
    'two deals have one name, but for a tab',
    `UPDATE hubspot.deal SET property_dealname = E'Deal 2\\t' WHERE id = 3`,
    ['duplicates property_dealname 2/4 2'],
  ],
  [
    'three of three have one amount',
    'UPDATE hubspot.deal SET property_amount = 5 WHERE id < 4',
    ['duplicates property_amount 3/3 1'],
  ],
  [
    'a stage of another pipeline',
    `UPDATE hubspot.deal SET property_dealstage = '998123401' WHERE id = 2`,
    ['integrity property_dealstage is a stage of another pipeline 1/4 2'],
  ],
  [
    'a stage and a pipeline that nobody knows',
    `UPDATE hubspot.deal SET property_dealstage = 'x', property_pipeline = 'y' WHERE id = 2`,
    [
      'integrity property_dealstage is no stage in HubSpot 1/4 2',
      'integrity property_pipeline is no pipeline in HubSpot 1/4 2',
    ],
  ],
  [
    'a stage and a pipeline that were made after the last explore',
    `INSERT INTO hubspot.deal_pipeline (pipeline_id, label, active, object_type_id)
     VALUES ('brand_new', 'New', true, '0-3');
     INSERT INTO hubspot.deal_pipeline_stage (stage_id, pipeline_id, label, active)
     VALUES ('newer', 'brand_new', 'Newer', true);
     UPDATE hubspot.deal SET property_dealstage = 'newer', property_pipeline = 'brand_new' WHERE id = 2`,
    [],
  ],
  [
    'pipelines that nobody could read yet say nothing',
    'TRUNCATE hubspot.deal_pipeline, hubspot.deal_pipeline_stage',
    [],
  ],
  [
    'a record of tomorrow, one of another portal, one whose ids differ',
    `UPDATE hubspot.deal SET property_createdate = now() + interval '3 days' WHERE id = 1;
     UPDATE hubspot.deal SET portal_id = 1 WHERE id = 2;
     UPDATE hubspot.deal SET property_hs_object_id = 99 WHERE id = 3`,
    [
      'integrity portal_id is another portal 1/4 2',
      'integrity property_createdate lies in the future 1/4 1',
      'integrity property_hs_object_id differs from id 1/4 3',
    ],
  ],
  [
    'no time of creation, a blank name, an owner below zero',
    `UPDATE hubspot.deal SET property_createdate = NULL, property_dealname = '  ', property_hubspot_owner_id = -1
     WHERE id = 4`,
    [
      'integrity property_createdate is missing 1/4 4',
      'integrity property_dealname is blank 1/4 4',
      'integrity property_hubspot_owner_id is no id 1/4 4',
    ],
  ],
  [
    'flags of a deleted record disagree',
    'UPDATE hubspot.deal SET _fivetran_deleted = false WHERE id = 5',
    ['integrity is_deleted differs from _fivetran_deleted 1/6 5'],
  ],
  ['what is wrong was deleted', 'UPDATE hubspot.deal SET portal_id = 1 WHERE id = 5', []],
  [
    'links of a record that is not here, and of one that is deleted',
    `UPDATE hubspot.deal_contact SET deal_id = deal_id + 3 WHERE deal_id > 1`,
    [
      'links deal_contact: deal_id is deleted 2/4 5',
      'links deal_contact: deal_id is not here 1/4 7',
    ],
  ],
  [
    'what was merged away lives',
    'UPDATE hubspot.deal SET is_deleted = false, _fivetran_deleted = false WHERE id = 6',
    ['merges merged_deal: merged_deal_id is live 1/1 6'],
  ],
  [
    'a survivor is not here',
    'UPDATE hubspot.merged_deal SET deal_id = 88',
    ['merges merged_deal: deal_id is not here 1/1 88'],
  ],
  [
    'nothing changed was read for three hours',
    `UPDATE hubgen.pass SET fresh_as_of = now() - interval '3 hours' WHERE pass <> 'calculated'`,
    ['freshness deletes', 'freshness history', 'freshness stamped'],
  ],
  [
    'the daily parts were not read for two days; what is read no more does not count',
    `UPDATE hubgen.pass SET fresh_as_of = now() - interval '48 hours'
     WHERE pass IN ('records', 'calculated', 'associations:deal_contact', 'associations:deal_quote')`,
    ['freshness associations:deal_contact', 'freshness calculated'],
  ],
  [
    'a weekly part and an hourly one',
    `UPDATE hubgen.pass SET fresh_as_of = now() - interval '8 days' WHERE pass IN ('reconciliation', 'owners')`,
    ['freshness owners', 'freshness reconciliation'],
  ],
  ['nothing was ever read', 'TRUNCATE hubgen.pass', ['freshness stamped']],
  ['there are no records', 'TRUNCATE hubspot.deal, hubspot.deal_contact, hubspot.merged_deal', []],
]

describe('on Postgres 18', () => {
  describeChecks(() => inject('postgresUrl'))
})

describe.skipIf(postgres15Missing !== undefined)('on Postgres 15', () => {
  let server: Postgres15
  beforeAll(async () => {
    server = await startPostgres15()
  })
  afterAll(() => server[Symbol.asyncDispose]())
  describeChecks(() => server.url)
})

function describeChecks(serverUrl: () => string): void {
  let entities: GeneratedEntities
  beforeAll(async () => {
    entities = await generateEntities([await readDemo()], serverUrl())
    await writeFile(join(entities.directory, 'hubgen.config.ts'), bounds)
    await entities.scratch.query(`INSERT INTO hubgen.run (entity, mode) VALUES ('deals', 'full')`)
  })
  afterAll(() => entities[Symbol.asyncDispose]())
  beforeEach(() => entities.scratch.query(soundData))

  const check = (database = entities.database, directory = entities.directory) =>
    checkEntity(entities.generated, 'deals', database, directory)

  test('sound data passes every check that has a bound and something to count', async () => {
    const { results } = await check()
    expect(failedOf({ results })).toEqual([])
    const unjudged = results.filter(({ passed }) => passed === null)
    expect(unjudged.filter(({ bound }) => bound !== null).map(({ subject }) => subject)).toEqual([
      'deal_company: deal_id is not here',
      'deal_company: deal_id is deleted',
      // Nothing was compared with HubSpot yet.
      'all columns',
    ])
    const counts = results.filter(({ passed }) => passed === true).map(({ checkName }) => checkName)
    expect(counts.filter((name) => name === 'integrity')).toHaveLength(14)
    expect(new Set(counts)).toEqual(
      new Set(['completeness', 'duplicates', 'integrity', 'links', 'merges', 'fit', 'freshness']),
    )
    const duplicates = results.filter(({ checkName }) => checkName === 'duplicates')
    // Properties with a configured threshold are counted, and otherwise only those that should be unique.
    expect(duplicates.map(({ property }) => property)).toEqual(['crm_id__c', 'amount', 'dealname'])
  })

  test.each(breaks)('%s', async (_, sql, expected) => {
    await entities.scratch.query(sql)
    const report = await check()
    expect(failedOf(report)).toEqual(expected)
    const stored = await entities.scratch.query(
      `SELECT check_name, subject FROM hubgen.check_result
       WHERE checked_at = (SELECT max(checked_at) FROM hubgen.check_result) AND NOT passed`,
    )
    expect(stored).toHaveLength(expected.length)
  })

  test('other bounds, other verdicts; without a configuration only what cannot be right fails', async () => {
    await entities.scratch.query(
      `UPDATE hubspot.deal SET property_dealname = 'same', portal_id = 1 WHERE id < 3`,
    )
    expect(failedOf(await check())).toEqual([
      'duplicates property_dealname 2/4 1',
      'integrity portal_id is another portal 2/4 1',
    ])
    const lenient = `export default { quality: { deals: { duplicates: 50, integrity: 50 } } }`
    expect(failedOf(await check(entities.database, await directoryWith(lenient)))).toEqual([])
    const lenientToAll = `export default { quality: { deals: { duplicates: { dealname: 50 }, integrity: 50 } } }`
    expect(failedOf(await check(entities.database, await directoryWith(lenientToAll)))).toEqual([])
    expect(failedOf(await check(entities.database, await directoryWith(null)))).toEqual([
      'integrity portal_id is another portal 2/4 1',
    ])
  })

  test('a bound on a property that no query is about has its own', async () => {
    const unusual = `export default { quality: { deals: { completeness: { description: 1, amount: 76 } } } }`
    expect(failedOf(await check(entities.database, await directoryWith(unusual)))).toEqual([
      'completeness property_amount 1/4 4',
      'completeness property_description 4/4 1',
    ])
  })

  test('a name in the configuration that is no property is refused, with the nearest', async () => {
    const wrong = `export default { quality: { '*': { completeness: { amuont: 1 } } } }`
    await expect(check(entities.database, await directoryWith(wrong))).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('no entity has a property `amuont`; did you mean `amount`?'),
    })
  })

  test('results are a line over time', async () => {
    await entities.scratch.query(`
      DELETE FROM hubgen.check_result;
      INSERT INTO hubgen.check_result (entity, checked_at, check_name, subject, records, failing)
      VALUES ('deals', now() - interval '364 days', 'completeness', 'property_amount', 4, 2),
        ('contacts', now() - interval '366 days', 'completeness', 'property_email', 4, 4)`)
    await check()
    await entities.scratch.query('UPDATE hubspot.deal SET property_amount = NULL')
    await check()
    const series = await readCheckSeries(entities.database, 'deals')
    expect(series[0]).toMatchObject({ checkName: 'completeness', subject: 'property_amount' })
    expect(series[0]?.results.map(({ value, passed }) => [value, passed])).toEqual([
      [50, null],
      [75, true],
      [0, false],
    ])
  })

  test('the use of properties is that of live records; those that are gone have none', async () => {
    await entities.scratch.query(
      await readFile(join(entities.generated, 'deals/labels.sql'), 'utf8'),
    )
    await entities.scratch.query(`
      INSERT INTO hubgen.property_use (entity, property, column_name, measured_at, records, filled)
      VALUES ('deals', 'gone', 'property_gone', now(), 1, 1), ('contacts', 'email', 'property_email', now(), 1, 1);
      UPDATE hubspot.deal SET updated_at = ('2026-01-0' || id || 'T00:00:00Z')::timestamptz`)
    const { properties } = await check()
    const facts = await readProperties(entities.database, {
      name: 'deals',
      table: 'hubspot.deal',
    })
    expect(properties).toEqual({ measured: facts?.length, empty: (facts?.length ?? 0) - 8 })
    const use = (name: string) => facts?.find((one) => one.name === name)?.use
    expect(use('amount')).toMatchObject({
      records: 4,
      filled: 3,
      distinctValues: 3,
      lastWrittenAt: new Date('2026-01-03T00:00:00Z'),
    })
    expect(use('dealstage')).toMatchObject({ filled: 4, distinctValues: 1, verdict: 'unused' })
    expect(use('description')).toMatchObject({ filled: 0, lastWrittenAt: null, verdict: 'empty' })
    expect(
      await entities.scratch.query(
        `SELECT entity FROM hubgen.property_use WHERE property IN ('gone', 'email')`,
      ),
    ).toEqual([{ entity: 'contacts' }])
  })

  test.skipIf(pgBouncerMissing !== undefined)(
    'a pooler in transaction mode may sit between',
    async () => {
      await using pooler = await startPgBouncer(entities.scratch.url)
      await using pooled = await openDatabase(
        readDatabaseSettings({ DATABASE_URL: pooler.url }, entities.directory),
      )
      await entities.scratch.query('UPDATE hubspot.deal SET portal_id = 1 WHERE id = 2')
      const reports = await Promise.all([check(pooled), check(pooled), check(pooled)])
      for (const report of reports) {
        expect(failedOf(report)).toEqual(['integrity portal_id is another portal 1/4 2'])
      }
    },
  )

  let directories = 0
  /** A configuration is loaded once a process: each needs a place of its own. */
  async function directoryWith(text: string | null): Promise<string> {
    const directory = join(entities.directory, `other_${directories++}`)
    await rm(directory, { recursive: true, force: true })
    await mkdir(directory)
    if (text !== null) await writeFile(join(directory, 'hubgen.config.ts'), text)
    return directory
  }
}

function failedOf({ results }: Pick<CheckReport, 'results'>): readonly string[] {
  return results
    .filter(({ passed }) => passed === false)
    .map(({ checkName, subject, records, failing, exampleId }) =>
      records === null
        ? `${checkName} ${subject}`
        : `${checkName} ${subject} ${failing}/${records} ${exampleId}`,
    )
    .toSorted()
}

/** Properties of HubSpot that have checks or a table of their own; the others are columns like those of the portal. */
const checked = [
  'hs_lastmodifieddate',
  'hs_merged_object_ids',
  'hs_object_id',
  'hs_primary_associated_company',
]

/** Deals with 52 properties instead of 249. */
async function readDemo(): Promise<Analysis> {
  const parsed = parseAnalysis(await readFile(demo, 'utf8'))
  if ('analysis' in parsed) {
    const { analysis } = parsed
    const isKept = ({ name }: { readonly name: string }) =>
      !name.startsWith('hs_') || checked.includes(name)
    return { ...analysis, properties: analysis.properties.filter(isKept) }
  }
  throw new Error(parsed.problems.join('\n'))
}
