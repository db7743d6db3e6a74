import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CopyReport, TableReport } from '../../runtime/compare/copy-report.ts'
import { createDatabase, type TestDatabase } from '../support/postgres.ts'
import { openProject, type Project } from '../support/project.ts'

let project: Project
let database: TestDatabase

/** One synced portal; each test makes another copy of it in a schema of its own. */
beforeAll(async () => {
  project = await openProject({ records: { deals: 40, contacts: 30, companies: 20, tickets: 10 } })
  database = await createDatabase()
  project.environment['DATABASE_URL'] = database.url
  const entities = ['deals', 'contacts', 'companies', 'tickets']
  await project.write(
    'hubgen.config.mjs',
    `export default { entities: ${JSON.stringify(entities)}, compat: 'fivetran', history: { deals: ['dealstage'] } }\n`,
  )
  for (const command of [
    ['explore', '--all'],
    ['generate', '--all'],
    ['migrate'],
    ['sync', '--all'],
  ]) {
    const { exitCode, err } = await project.hubgen(...command)
    expect(exitCode, err).toBe(0)
  }
})

afterAll(async () => {
  await project[Symbol.asyncDispose]()
  await database.close()
})

async function compare(schema: string, ...flags: readonly string[]): Promise<CopyReport> {
  const { out, err } = await project.hubgen('compare', schema, '--json', ...flags)
  expect(err).toBe('')
  return JSON.parse(out) as CopyReport
}

function tableOf(report: CopyReport, name: string): TableReport {
  const table = report.tables.find((one) => one.table === name)
  if (table === undefined) throw new Error(`${name} was not compared`)
  return table
}

const query = (text: string) => database.query(text)

describe('a copy with the same rows', () => {
  test('of every table in Fivetran’s shape is equal in every row and value', async () => {
    const report = await compare('hubspot_fivetran', '--all')
    expect(report).toMatchObject({ different: 0, sampled: null, onlyThere: [] })
    const deal = tableOf(report, 'deal')
    expect(deal.rows).toMatchObject({ both: deal.rows.here, onlyHere: [], onlyThere: [] })
    expect(deal).toMatchObject({ columns: [], columnsOnlyThere: [], comparedRows: deal.rows.here })
    expect(deal.comparedColumns).toBeGreaterThan(200)
    for (const name of ['company', 'contact', 'ticket', 'owner', 'deal_company', 'deal_stage']) {
      expect(tableOf(report, name).rows.both, name).toBeGreaterThan(0)
    }
    for (const { rows, notCompared, table } of report.tables) {
      expect([table, rows.here, rows.there, notCompared]).toEqual([
        table,
        rows.both,
        rows.both,
        null,
      ])
    }
  })

  test('ends with 0 and one line per table', async () => {
    const { exitCode, out } = await project.hubgen('compare', 'hubspot_fivetran')
    expect(exitCode).toBe(0)
    expect(out).toMatch(/^✓ deal: \d+ rows in both, \d+ columns compared in \d+ rows$/m)
    expect(out).toMatch(
      /^✓ hubspot_fivetran: no real difference in \d+ tables; compared every row by key/m,
    )
  })
})

describe('a copy of Fivetran’s, of another day', () => {
  const schema = 'fivetran_old'

  beforeAll(async () => {
    await query(`CREATE SCHEMA ${schema};
      CREATE TABLE ${schema}.deal AS SELECT * FROM hubspot_fivetran.deal;
      ALTER TABLE ${schema}.deal ADD PRIMARY KEY (deal_id),
        ALTER property_amount TYPE double precision,
        ALTER property_createdate TYPE timestamp USING property_createdate AT TIME ZONE 'UTC',
        ADD _fivetran_id text DEFAULT 'x', ADD property_invented text;
      CREATE TABLE ${schema}.deal_company AS SELECT deal_id, company_id, type_id, category FROM hubspot_fivetran.deal_company;
      CREATE TABLE ${schema}.email_event AS SELECT 1 AS id;
      CREATE TABLE ${schema}.contact AS SELECT property_email FROM hubspot_fivetran.contact`)
  })

  test('differs in what really differs, and nowhere else', async () => {
    const before = await compare(schema, '--all')
    expect(before.different).toBe(0)
    expect(before.onlyThere).toEqual(['email_event'])
    expect(before.onlyHere).toContain('company')
    const ids =
      (await query(`SELECT deal_id::text AS id FROM ${schema}.deal WHERE NOT is_deleted AND property_amount > 0
      AND property_hs_lastmodifieddate IS NOT NULL ORDER BY deal_id`)) as { id: string }[]
    const [wrong, older, newer, lost, gone, late, deleted, blank] = ids.map(({ id }) => id)
    await query(`UPDATE ${schema}.deal SET property_amount = property_amount + 1 WHERE deal_id = ${wrong};
      UPDATE ${schema}.deal SET property_dealname = 'old', property_hs_lastmodifieddate = property_hs_lastmodifieddate - interval '1 day'
        WHERE deal_id = ${older};
      UPDATE ${schema}.deal SET property_dealname = 'new', property_hs_lastmodifieddate = property_hs_lastmodifieddate + interval '1 day'
        WHERE deal_id = ${newer};
      DELETE FROM ${schema}.deal WHERE deal_id IN (${lost}, ${late});
      UPDATE hubspot.deal SET updated_at = now() + interval '1 hour', property_hs_lastmodifieddate = now() + interval '1 hour' WHERE id = ${late};
      UPDATE ${schema}.deal SET deal_id = 7, id = 7 WHERE deal_id = ${gone};
      DELETE FROM hubspot.deal WHERE id = ${gone};
      INSERT INTO ${schema}.deal (deal_id, is_deleted) VALUES (8, true);
      UPDATE ${schema}.deal SET property_dealname = '' WHERE deal_id = ${blank};
      UPDATE hubspot.deal SET property_dealname = NULL WHERE id = ${blank};
      DELETE FROM ${schema}.deal WHERE deal_id = ${deleted};
      UPDATE hubspot.deal SET is_deleted = true, _fivetran_deleted = true WHERE id = ${deleted}`)
    const report = await compare(schema, '--all')
    const deal = tableOf(report, 'deal')
    const class_ = (list: TableReport['rows']['onlyHere']) =>
      Object.fromEntries(list.map((one) => [one.class, one.examples]))
    expect(class_(deal.rows.onlyHere)).toEqual({
      different: [lost],
      newer_here: [late],
      deleted_here: [deleted],
    })
    expect(class_(deal.rows.onlyThere)).toEqual({ different: ['7'], deleted_there: ['8'] })
    const column = (name: string) =>
      class_(deal.columns.find((one) => one.column === name)?.differences ?? [])
    expect(column('property_amount')).toMatchObject({ different: [wrong] })
    expect(column('property_dealname')).toEqual({
      newer_here: [older],
      newer_there: [newer],
      representation: [blank],
    })
    expect(deal.columns.map((one) => one.column)).toEqual([
      'property_amount',
      'property_createdate',
      'property_dealname',
      'property_hs_lastmodifieddate',
    ])
    expect(deal.columnsOnlyThere).toEqual(['property_invented'])
    expect(report.different).toBe(3)
    const { exitCode, out } = await project.hubgen('compare', schema, '--all')
    expect(exitCode).toBe(1)
    expect(out).toContain(`    only here: 1 really different, e.g. ${lost}\n`)
    expect(out).toContain(`    property_dealname: 1 newer here, e.g. ${older}\n`)
    expect(out).toContain('✗ fivetran_old: 3 real differences in 3 tables\n')
  })

  test('without a key in one table is counted there, not compared', async () => {
    const contact = tableOf(await compare(schema), 'contact')
    expect(contact.notCompared).toBe('the other table has no column that identifies a row')
    expect(contact.rows).toMatchObject({ here: contact.rows.there, both: 0 })
    expect((await project.hubgen('compare', schema)).out).toMatch(
      /^\? contact: \d+ rows here, \d+ there: /m,
    )
  })

  test('is a report in Markdown', async () => {
    const { exitCode, out } = await project.hubgen('compare', schema, '--markdown')
    expect(exitCode).toBe(1)
    expect(out).toMatch(/^# hubgen and `fivetran_old`\n\n\*\*\d real differences\*\* in 3 tables\./)
    expect(out).toMatch(/^\| `property_amount` \| \*\*really different\*\* \| 1 \| `\d+` \|$/m)
    expect(out).toMatch(/^Columns only there: `property_invented`$/m)
    expect(out).toContain('\n## Tables only there\n\n`email_event`\n')
  })
})

test('links and owners that differ are found by their keys', async () => {
  await query(`CREATE SCHEMA other_links;
    CREATE TABLE other_links.deal_company AS SELECT * FROM hubspot_fivetran.deal_company;
    CREATE TABLE other_links.owner AS SELECT * FROM hubspot_fivetran.owner;
    DELETE FROM other_links.deal_company WHERE deal_id = (SELECT min(deal_id) FROM other_links.deal_company);
    INSERT INTO other_links.deal_company (deal_id, company_id, type_id, category) VALUES (3, 4, 5, 'HUBSPOT_DEFINED');
    UPDATE other_links.owner SET email = 'wrong' WHERE owner_id = (SELECT min(owner_id) FROM other_links.owner)`)
  const [{ gone, owner }] = (await query(`SELECT (SELECT count(*)::int FROM hubspot.deal_company
      WHERE deal_id = (SELECT min(deal_id) FROM hubspot.deal_company)) AS gone,
    (SELECT min(owner_id)::text FROM hubspot.owner) AS owner`)) as [{ gone: number; owner: string }]
  const report = await compare('other_links')
  const links = tableOf(report, 'deal_company').rows
  expect(links.onlyHere).toMatchObject([{ class: 'different', count: gone }])
  expect(links.onlyThere).toEqual([
    { class: 'different', count: 1, examples: ['3 / 4 / HUBSPOT_DEFINED / 5'] },
  ])
  expect(tableOf(report, 'owner').columns).toEqual([
    {
      column: 'email',
      types: null,
      calculated: false,
      differences: [{ class: 'different', count: 1, examples: [owner] }],
    },
  ])
  expect(report.different).toBe(gone + 2)
})

test('a copy of a hand-written script is compared under its own names and types', async () => {
  await query(`CREATE SCHEMA scripts;
    CREATE TABLE scripts.deal (id text, portal_id int DEFAULT 1849303, dealname text, amount text, hubspot_owner_id int, createdate bigint,
      property_closedate timestamp);
    INSERT INTO scripts.deal (id, dealname, amount, hubspot_owner_id, createdate, property_closedate)
      SELECT id::text, property_dealname, (property_amount + 0.00000)::text, property_hubspot_owner_id % 100,
        (extract(epoch FROM property_createdate) * 1000)::bigint, property_closedate AT TIME ZONE 'UTC'
      FROM hubspot.deal`)
  const deal = tableOf(await compare('scripts', '--all'), 'deal')
  expect(deal.rows.both).toBe(deal.rows.here)
  const kinds = Object.fromEntries(
    deal.columns.map(({ column, types, differences }) => [
      column,
      [types === null ? 'same type' : 'other type', ...differences.map((one) => one.class)],
    ]),
  )
  expect(kinds).toEqual({
    amount: ['other type', 'representation'],
    createdate: ['other type', 'representation'],
    property_closedate: ['same type', 'representation'],
    hubspot_owner_id: ['same type', 'different'],
    id: ['other type'],
    portal_id: ['same type', 'different'],
  })
})

test('a sample compares the same rows each time, and as many as it says', async () => {
  const first = await compare('hubspot_fivetran', '--sample', '5')
  expect(tableOf(first, 'company')).toMatchObject({ comparedRows: 5 })
  expect(await compare('hubspot_fivetran', '--sample', '5')).toEqual(first)
})

test.each([
  [
    ['compare', 'fivetrann'],
    /has no schema `fivetrann`.*other copy: (?!.*`(?:npx )?hubgen`).*`hubspot_fivetran`/s,
  ],
  [['compare'], /schema/],
  [['compare', 'hubspot', '--sample', '0'], /takes a number of rows from 1/],
  [['compare', 'hubspot', '--json', '--markdown'], /exclude each other/],
  [['compare', 'hubspot', '--markdwon'], /--markdown/],
])('%j says what is wrong', async (args, message) => {
  const { exitCode, err } = await project.hubgen(...args)
  expect(exitCode).toBe(2)
  expect(err).toMatch(message)
})
