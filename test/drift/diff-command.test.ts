import { appendFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { NOT_COMPARED } from '../../generator/model/drift.ts'
import type { DriftRecord } from '../../generator/project/drift/drift-words.ts'
import { copyMigratedDeals, openGeneratedDeals } from '../support/generated-deals.ts'
import { createDatabase } from '../support/postgres.ts'
import { newProperty, type Project } from '../support/project.ts'

const DEALS = '0-3'
let project: Project

async function openGenerated(): Promise<void> {
  project = await openGeneratedDeals()
}

const closeProject = () => project[Symbol.asyncDispose]()

async function succeed(...args: readonly string[]): Promise<string> {
  const { exitCode, out, err } = await project.hubgen(...args)
  expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' })
  return out
}

async function driftOf(...args: readonly string[]): Promise<readonly DriftRecord[]> {
  const { out, err } = await project.hubgen('diff', 'deals', '--json', ...args)
  expect(err).toBe('')
  return (JSON.parse(out) as { drift: DriftRecord[] }).drift
}

function changePortal(): void {
  const { store } = project.simulator
  const risk = { name: 'renewal_risk', label: 'Renewal risk', type: 'enumeration' }
  store.addProperty(DEALS, newProperty(project.simulator, DEALS, risk))
  store.archiveProperty(DEALS, 'amount')
  store.retypeProperty(DEALS, 'closedate', 'date', 'date')
  store.relabelProperty(DEALS, 'dealname', 'Opportunity')
}

describe('hubgen diff', () => {
  beforeEach(openGenerated)
  afterEach(closeProject)

  test('says in plain words what changed in HubSpot, and what to type next', async () => {
    expect(await project.hubgen('diff', 'deals')).toEqual({
      exitCode: 0,
      out: 'no drift: for deals, HubSpot, the analyses and the generated files agree\n',
      err: '',
    })
    changePortal()
    expect(await project.hubgen('diff', 'Deal')).toEqual({
      exitCode: 1,
      out: `deals: 3 schema changes, 1 label change
  schema  hubspot   property "Renewal risk" (renewal_risk, enumeration) added → column property_renewal_risk text
  schema  hubspot   property "Amount" (amount, number) archived → column property_amount stays and is no longer synced
  schema  hubspot   property "Close Date" (closedate, datetime) is now date in HubSpot → column property_closedate stays timestamptz
  label   hubspot   property dealname: label "Deal Name" → "Opportunity"

3 schema changes, 1 label change in deals
next: hubgen explore deals
      hubgen generate deals
      hubgen migrate
`,
      err: '',
    })
    for (const command of ['explore', 'generate']) await succeed(command, 'deals')
    expect(await driftOf()).toEqual([])
  })

  test('writes nothing, and gives one JSON document or Markdown', async () => {
    changePortal()
    const before = await project.read('generated/deals/analysis.json')
    expect(await driftOf()).toMatchObject([
      { kind: 'property_added', severity: 'schema', source: 'hubspot', subject: 'renewal_risk' },
      { kind: 'property_archived', subject: 'amount', before: 'live', after: 'archived' },
      { kind: 'type_changed', subject: 'closedate', before: 'datetime', after: 'date' },
      {
        kind: 'label_changed',
        severity: 'label',
        words: 'deals: property dealname: label "Deal Name" → "Opportunity"',
      },
    ])
    const { exitCode, out } = await project.hubgen('diff', '--all', '--markdown')
    expect(exitCode).toBe(1)
    expect(out).toContain('- property "`Renewal risk`" (`renewal_risk`, `enumeration`) added →')
    expect(out).toContain('<details><summary>1 label change</summary>')
    expect(await project.read('generated/deals/analysis.json')).toBe(before)
  })

  test('sees files that are missing, edited, left over, or behind their analysis', async () => {
    const generated = join(project.directory, 'generated')
    await rm(join(generated, 'deals/queries.sql'))
    await appendFile(join(generated, 'deals/table.ts'), '// by hand\n')
    await project.write('generated/deals/notes.md', 'mine\n')
    const analysis = await project.read('generated/deals/analysis.json')
    await project.write(
      'generated/deals/analysis.json',
      analysis.replace('"label": "Deal Type"', '"label": "Kind"'),
    )
    const drift = await driftOf()
    const files = drift.filter(({ source }) => source === 'files')
    expect(files).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ kind: 'file_missing', subject: 'deals/queries.sql' }),
        expect.objectContaining({ kind: 'file_edited', subject: 'deals/table.ts' }),
        expect.objectContaining({ kind: 'file_extra', subject: 'deals/notes.md' }),
        expect.objectContaining({ kind: 'file_changed', subject: 'deals/schema.sql' }),
      ]),
    )
    expect(drift.filter(({ source }) => source === 'hubspot')).toMatchObject([
      { kind: 'label_changed', before: 'Kind', after: 'Deal Type' },
    ])
  })

  test('sees what differs in the live table', async () => {
    await using database = await createDatabase()
    project.environment['DATABASE_URL'] = database.url
    expect(await driftOf()).toMatchObject([{ kind: 'table_missing', subject: 'hubspot.deal' }])
    expect(await driftOf('--no-database')).toEqual([])
    await succeed('migrate')
    expect(await driftOf()).toEqual([])
    await database.query(`
      ALTER TABLE hubspot.deal DROP COLUMN property_dealtype CASCADE;
      ALTER TABLE hubspot.deal ADD COLUMN mine int;
      ALTER TABLE hubspot.deal ALTER COLUMN property_hs_priority TYPE varchar(9);
      ALTER TABLE hubspot.deal ALTER COLUMN property_dealname SET NOT NULL;
      COMMENT ON COLUMN hubspot.deal.property_amount IS 'Money';
      DROP INDEX hubspot.idx_hubspot_deals_dealname;
      DROP INDEX hubspot.idx_hubspot_deals_createdate;
      CREATE INDEX idx_hubspot_deals_createdate ON hubspot.deal (property_createdate, id);
      CREATE INDEX own ON hubspot.deal (lower(property_dealname));`)
    await database.query(`UPDATE pg_index SET indisvalid = false
      WHERE indexrelid = 'hubspot.idx_hubspot_deals_pipeline'::regclass`)
    const drift = await driftOf()
    expect(drift.map(({ kind, subject, before, after }) => [kind, subject, before, after])).toEqual(
      [
        ['column_nullability_changed', 'property_dealname', 'NOT NULL', 'nullable'],
        ['column_missing', 'property_dealtype', null, 'text'],
        ['column_type_changed', 'property_hs_priority', 'character varying(9)', 'text'],
        ['column_extra', 'mine', 'integer', null],
        ['index_missing', 'idx_hubspot_deals_dealname', null, 'property_dealname (hash)'],
        [
          'index_changed',
          'idx_hubspot_deals_createdate',
          'property_createdate, id (btree)',
          'property_createdate (btree)',
        ],
        ['index_invalid', 'idx_hubspot_deals_pipeline', null, null],
        ['comment_changed', 'property_amount', 'Money', expect.stringContaining('Amount')],
        // The view was dropped together with the column.
        ['view_missing', 'hubspot.deal_labelled', null, null],
      ],
    )
  })

  test('sees what would make sync fail, and what its rows are not', async () => {
    await using database = await copyMigratedDeals()
    project.environment['DATABASE_URL'] = database.url
    await succeed('sync', 'deals')
    expect(await driftOf()).toEqual([])
    await database.query(`
      ALTER TABLE hubspot.deal DROP CONSTRAINT deal_pkey;
      UPDATE hubspot.deal SET portal_id = 7 WHERE id = (SELECT min(id) FROM hubspot.deal);
      ALTER TABLE hubspot.deal_contact DROP CONSTRAINT deal_contact_pkey,
        ADD PRIMARY KEY (contact_id, deal_id, category, type_id);
      ALTER TABLE hubspot.deal ALTER COLUMN is_deleted DROP DEFAULT;
      ALTER TABLE hubspot.deal ALTER COLUMN portal_id SET DEFAULT 7;
      ALTER TABLE hubspot.deal ADD CONSTRAINT small CHECK (id < 0) NOT VALID;
      CREATE UNIQUE INDEX one_name ON hubspot.deal (property_hs_object_id);
      DROP TABLE hubspot.owner_team;
      ALTER TABLE hubspot.team DROP COLUMN name CASCADE;
      UPDATE hubgen.copy SET table_oid = 1 WHERE table_name = 'hubspot.merged_deal'`)
    const drift = await driftOf()
    const listed = drift.map(({ entity, kind, subject, before }) => [entity, kind, subject, before])
    expect(listed).toEqual([
      ['deals', 'key_missing', 'hubspot.deal', null],
      ['deals', 'column_default_changed', 'portal_id', '7'],
      ['deals', 'column_default_changed', 'is_deleted', null],
      ['deals', 'constraint_extra', 'one_name', expect.stringContaining('UNIQUE INDEX')],
      ['deals', 'constraint_extra', 'small', 'CHECK ((id < 0)) NOT VALID'],
      ['deals', 'rows_of_other_portal', 'hubspot.deal', '7'],
      ['deals', 'key_changed', 'hubspot.deal_contact', 'contact_id, deal_id, category, type_id'],
      ['deals', 'table_remade', 'hubspot.merged_deal', null],
      ['deals', 'view_missing', 'hubspot.deal_labelled', null],
      [null, 'column_missing', 'name', null],
      [null, 'table_missing', 'hubspot.owner_team', null],
    ])
    const { out } = await project.hubgen('diff', 'deals')
    expect(out).toMatch(/next: hubgen migrate\n {6}hubgen sync deals\n$/)
  })

  test('names no command where only a person can settle what differs', async () => {
    await using database = await copyMigratedDeals()
    project.environment['DATABASE_URL'] = database.url
    await database.query('ALTER TABLE hubspot.deal DROP CONSTRAINT deal_pkey')
    const { exitCode, out } = await project.hubgen('diff', 'deals')
    expect(exitCode).toBe(1)
    expect(out.replace(/\s+/g, ' ')).toContain('ALTER TABLE hubspot.deal ADD PRIMARY KEY (id)')
    expect(out).not.toContain('next:')
    const sync = await project.hubgen('sync', 'deals')
    expect(sync.err).toContain('error[BATCH_REFUSED]')
    expect(sync.err).toContain('`hubgen diff deals` lists a missing key')
  })

  test('does not name `hubgen migrate` for tables that were changed after every migration', async () => {
    await using database = await createDatabase()
    project.environment['DATABASE_URL'] = database.url
    const next = async () => {
      const { out } = await project.hubgen('diff', 'deals')
      return { byHand: out.includes('no migration is pending'), commands: out.split('next: ')[1] }
    }
    expect(await next()).toEqual({ byHand: false, commands: 'hubgen migrate\n' })
    await succeed('migrate')
    await database.query('DROP VIEW hubspot.deal_labelled')
    expect(await next()).toEqual({ byHand: false, commands: 'hubgen migrate\n' })
    await succeed('migrate')
    await database.query(`DROP TABLE hubspot.owner_team;
      DROP INDEX hubspot.idx_hubspot_deals_dealname;
      COMMENT ON COLUMN hubspot.deal.property_amount IS 'Money'`)
    expect(await next()).toEqual({ byHand: true, commands: undefined })
    await database.query('DELETE FROM hubgen.migration')
    expect(await next()).toEqual({ byHand: false, commands: 'hubgen migrate\n' })
  })

  test('lists in its help what it does not compare', async () => {
    const help = (await succeed('diff', '--help')).replace(/\s+/g, ' ')
    for (const one of NOT_COMPARED) expect(help).toContain(one)
  })

  test('sees labels and the labelled view that are not as the analysis wants them', async () => {
    await using database = await copyMigratedDeals()
    project.environment['DATABASE_URL'] = database.url
    expect(await driftOf()).toEqual([])
    await database.query(`
      UPDATE hubspot.property SET label = 'Mine' WHERE name = 'amount';
      DELETE FROM hubspot.property_option WHERE name = 'dealtype';
      DROP VIEW hubspot.deal_labelled`)
    expect(await driftOf()).toMatchObject([
      { kind: 'view_missing', severity: 'label', source: 'database' },
      { kind: 'label_rows_changed', subject: 'property', severity: 'label' },
      { kind: 'label_rows_changed', subject: 'property_option' },
    ])
    await succeed('migrate')
    expect(await driftOf()).toEqual([])
  })

  test('detects views that were dropped or replaced under their names', async () => {
    await using database = await createDatabase()
    project.environment['DATABASE_URL'] = database.url
    await project.write(
      'hubgen.config.ts',
      "export default { types: { deals: { amount: 'text' } } }\n",
    )
    for (const command of ['explore', 'generate']) await succeed(command, 'deals')
    await succeed('migrate')
    expect(await driftOf()).toEqual([])
    await database.query(`DROP VIEW hubspot.deal_current`)
    await database.query(`DO $$ DECLARE query text := replace(pg_get_viewdef('hubspot.deal_labelled'::regclass), ';', '');
      BEGIN EXECUTE 'CREATE OR REPLACE VIEW hubspot.deal_labelled AS ' || query || ' WHERE id < 0'; END $$`)
    expect((await driftOf()).map(({ kind, subject }) => [kind, subject])).toEqual([
      ['view_changed', 'hubspot.deal_labelled'],
      ['view_missing', 'hubspot.deal_current'],
    ])
    await succeed('migrate')
    expect(await driftOf()).toEqual([])
  })

  test('does not start an embedded database that is not there', async () => {
    const { exitCode, out } = await project.hubgen('diff', 'deals', '--database')
    expect(exitCode).toBe(0)
    expect(out).toContain('tables were not compared: there is no embedded database yet\n')
  })

  test('names an entity that was never explored', async () => {
    const { exitCode, out } = await project.hubgen('diff', 'notes')
    expect({ exitCode, first: out.split('\n')[0] }).toEqual({
      exitCode: 1,
      first: 'notes: 1 schema change',
    })
    expect(out).toContain('schema  hubspot   it was never explored: there is no analysis.json')
  })
})

describe('exit code 2', () => {
  beforeAll(openGenerated)
  afterAll(closeProject)

  test('of an entity that HubSpot refuses, together with the drift of the others', async () => {
    changePortal()
    const { exitCode, out } = await project.hubgen('diff', 'deals', 'leads')
    expect(exitCode).toBe(2)
    expect(out).toContain('could not look at leads: HubSpot answered 400')
    expect(out).toContain('property "Renewal risk"')
  })

  test.each([
    [['diff'], 'error[USAGE]: which entity?'],
    [['diff', '--all', 'deals'], 'error[USAGE]: `--all` takes no entities'],
    [['diff', 'deals', '--json', '--markdown'], 'error[USAGE]: `--json` and `--markdown`'],
    [['diff', 'deals', '--commit', '--database'], 'error[USAGE]: `--commit` compares no tables'],
    [['diff', 'deals', '--jsn'], 'has no option `--jsn`'],
    [['-d', 'generated', 'diff', 'dealz'], 'error[UNKNOWN_ENTITY]: there is no entity `dealz`'],
    [['diff', '--all', '-d', 'elsewhere'], 'error[ANALYSIS_MISSING]: nothing has been explored'],
  ])('of %j, which could not look', async (args, error) => {
    const { exitCode, out, err } = await project.hubgen(...args)
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' })
    expect(err).toContain(error)
  })

  test('of an unusable analysis, a wrong token, a database that does not answer', async () => {
    project.environment['DATABASE_URL'] = 'postgres://nobody@127.0.0.1:1/none'
    const unreachable = await project.hubgen('diff', 'deals')
    expect([unreachable.exitCode, unreachable.err]).toEqual([
      2,
      expect.stringContaining('error[DATABASE_UNREACHABLE]'),
    ])
    await project.write('generated/deals/analysis.json', '{')
    const unusable = await project.hubgen('diff', 'deals')
    expect([unusable.exitCode, unusable.err]).toEqual([
      2,
      expect.stringContaining('error[ANALYSIS_INVALID]'),
    ])
    project.environment['HUBSPOT_API_TOKEN'] = 'wrong'
    expect((await project.hubgen('diff', 'deals')).exitCode).toBe(2)
    expect((await project.hubgen('-d', 'diff', 'explore', 'deals')).exitCode).toBe(1)
  })
})
