import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Analysis } from '../../generator/model/analysis.ts'
import { buildAnalysis } from '../../generator/model/build-analysis.ts'
import { render } from '../../generator/render/render.ts'
import { HubgenError } from '../../runtime/errors.ts'
import { type Database, openDatabase } from '../../runtime/postgres/connection/database.ts'
import { readDatabaseSettings } from '../../runtime/postgres/connection/settings.ts'
import { applyLabels, type LabelReport } from '../../runtime/postgres/schema/apply-labels.ts'
import { dealFacts, defineProperty } from '../support/entity-facts.ts'
import { migrationText } from '../support/migration-names.ts'
import { copyDatabase, type TestDatabase } from '../support/postgres.ts'
import { createMigrationState } from '../support/state-database.ts'

let postgres: TestDatabase
let database: Database

beforeEach(async () => {
  postgres = await copyDatabase('migration state', createMigrationState)
  database = await openDatabase(readDatabaseSettings({ DATABASE_URL: postgres.url }, process.cwd()))
})

afterEach(async () => {
  await database.close()
  await postgres.close()
})

const color = defineProperty('color', 'enumeration', {
  fieldType: 'select',
  options: [
    { value: 'r', label: 'Red' },
    { value: 'g', label: 'Green', hidden: true },
    { value: 'unnamed', label: '' },
  ],
})
const sizes = defineProperty('sizes', 'enumeration', {
  fieldType: 'checkbox',
  options: [
    { value: 's', label: 'Small' },
    { value: 'l', label: 'Large' },
  ],
})
const teams = defineProperty('teams', 'enumeration', {
  fieldType: 'checkbox',
  externalOptions: true,
})
const stage = defineProperty('dealstage', 'enumeration', { fieldType: 'radio' })
const pipeline = defineProperty('pipeline', 'enumeration', { fieldType: 'select' })
const owner = defineProperty('hubspot_owner_id', 'enumeration', { referencedObjectType: 'OWNER' })
const closed = defineProperty('hs_is_closed', 'bool', {
  fieldType: 'booleancheckbox',
  options: [{ value: 'true', label: 'Yes' }],
})

const pipelines = [
  {
    id: 'default',
    label: 'Sales',
    stages: [{ id: '11', label: 'Won', closed: true, probability: '1.0' }],
  },
]

function analyze(...definitions: Parameters<typeof dealFacts>[0]): Analysis {
  return buildAnalysis(dealFacts(definitions, { pipelines }), null, null).analysis
}

async function createTable(analysis: Analysis): Promise<void> {
  const path = `migrations/0001_${analysis.entity}_create.sql`
  await postgres.query(migrationText(render([analysis], []), path))
}

function apply(analysis: Analysis): Promise<LabelReport> {
  const files = render([analysis], [])
  const text = (name: string) => files.get(`deals/${name}`) ?? ''
  return applyLabels(database, [
    { entity: 'deals', labels: text('labels.sql'), labelled: text('labelled.sql') },
  ])
}

async function insert(id: number, values: Readonly<Record<string, unknown>>): Promise<void> {
  const columns = Object.keys(values).map((name) => `, property_${name}`)
  const places = columns.map((_, index) => `, $${index + 2}`)
  await postgres.query(
    `INSERT INTO hubspot.deal (id, updated_at${columns.join('')}) VALUES ($1, now()${places.join('')})`,
    [id, ...Object.values(values)],
  )
}

const readLabelled = (columns: string) =>
  postgres.query(`SELECT ${columns} FROM hubspot.deal_labelled ORDER BY id`)

const viewColumns = async (): Promise<string[]> =>
  (
    await postgres.query<{ attname: string }>(
      `SELECT attname FROM pg_attribute WHERE attrelid = 'hubspot.deal_labelled'::regclass AND attnum > 6 ORDER BY attnum`,
    )
  ).map(({ attname }) => attname)

test('options, stages and pipelines are read by their labels; what has none stays as it is', async () => {
  const analysis = analyze(color, stage, pipeline, owner, closed)
  await createTable(analysis)
  expect(await apply(analysis)).toEqual({ views: ['hubspot.deal_labelled'] })
  await insert(1, {
    color: 'r',
    dealstage: '11',
    pipeline: 'default',
    hubspot_owner_id: '77',
    hs_is_closed: true,
  })
  await insert(2, { color: 'g', dealstage: 'gone', pipeline: null })
  await insert(3, { color: 'unnamed' })
  const columns =
    'property_color, property_dealstage, property_pipeline, property_hubspot_owner_id, property_hs_is_closed'
  expect((await readLabelled(columns)).map((row) => Object.values(row))).toEqual([
    ['Red', 'Won', 'Sales', '77', true],
    ['Green', 'gone', null, null, null],
    ['unnamed', null, null, null, null],
  ])
})

test('several options in one value are a list, in the order of the value', async () => {
  const analysis = analyze(sizes, teams)
  await createTable(analysis)
  await apply(analysis)
  await insert(1, { sizes: 'l;s', teams: '12;7' })
  await insert(2, { sizes: ';s;odd;', teams: '' })
  await insert(3, {})
  expect(await readLabelled('property_sizes AS sizes, property_teams AS teams')).toEqual([
    { sizes: ['Large', 'Small'], teams: ['12', '7'] },
    { sizes: ['Small', 'odd'], teams: [] },
    { sizes: null, teams: null },
  ])
})

test('properties and options are rows, and follow what HubSpot says without a change of the view', async () => {
  const before = analyze(color, sizes)
  await createTable(before)
  await apply(before)
  await insert(1, { color: 'r' })
  const renamed = { ...color, label: 'Colour', options: [{ value: 'r', label: 'Crimson' }] }
  expect(await apply(analyze(renamed, sizes))).toEqual({ views: [] })
  expect(await readLabelled('property_color')).toEqual([{ property_color: 'Crimson' }])
  expect(
    await postgres.query(
      'SELECT name, value, label, display_order, hidden FROM hubspot.property_option ORDER BY name, display_order',
    ),
  ).toEqual([
    { name: 'color', value: 'r', label: 'Crimson', display_order: 0, hidden: false },
    { name: 'sizes', value: 's', label: 'Small', display_order: 0, hidden: false },
    { name: 'sizes', value: 'l', label: 'Large', display_order: 1, hidden: false },
  ])
  expect(
    await postgres.query(
      'SELECT hubspot_object, name, column_name, label, type FROM hubspot.property ORDER BY name',
    ),
  ).toEqual([
    {
      hubspot_object: 'deal',
      name: 'color',
      column_name: 'property_color',
      label: 'Colour',
      type: 'enumeration',
    },
    {
      hubspot_object: 'deal',
      name: 'sizes',
      column_name: 'property_sizes',
      label: 'sizes',
      type: 'enumeration',
    },
  ])
})

test('hidden options say so, and rows that are right are not written again', async () => {
  const analysis = analyze(color)
  await createTable(analysis)
  await apply(analysis)
  const read = () =>
    postgres.query(
      'SELECT value, hidden, xmin::text, ctid::text FROM hubspot.property_option ORDER BY value',
    )
  const first = await read()
  expect(first.map(({ value, hidden }) => [value, hidden])).toEqual([
    ['g', true],
    ['r', false],
    ['unnamed', false],
  ])
  await apply(analysis)
  expect((await read()).map(({ ctid }) => ctid)).toEqual(first.map(({ ctid }) => ctid))
})

test("a person's view on the labelled view survives new columns, which come last", async () => {
  const before = analyze(color, stage)
  await createTable(before)
  await apply(before)
  await postgres.query(
    'CREATE VIEW public.report AS SELECT property_color, property_dealstage FROM hubspot.deal_labelled',
  )
  const size = defineProperty('cut', 'enumeration', { options: [{ value: 'x', label: 'X-cut' }] })
  await postgres.query('ALTER TABLE hubspot.deal ADD COLUMN property_cut text')
  expect(await apply(analyze(color, size, stage))).toEqual({ views: ['hubspot.deal_labelled'] })
  expect(await viewColumns()).toEqual(['property_color', 'property_dealstage', 'property_cut'])
  await insert(1, { color: 'r', cut: 'x' })
  expect(await readLabelled('property_color, property_cut')).toEqual([
    { property_color: 'Red', property_cut: 'X-cut' },
  ])
  expect(await postgres.query('SELECT * FROM public.report')).toEqual([
    { property_color: 'Red', property_dealstage: null },
  ])
  expect(await apply(analyze(color, size, stage))).toEqual({ views: [] })
})

test('a column that becomes a list makes the view again, unless something depends on it', async () => {
  const before = analyze({ ...sizes, fieldType: 'select' })
  await createTable(before)
  await apply(before)
  await insert(1, { sizes: 's;l' })
  await postgres.query(
    'CREATE VIEW public.report AS SELECT property_sizes FROM hubspot.deal_labelled',
  )
  const after = analyze(sizes)
  const failure = await apply(after).catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(HubgenError)
  expect(failure).toMatchObject({ code: 'VIEW_IN_USE' })
  expect(String((failure as HubgenError).message)).toContain('view public.report depends on view')
  expect(await readLabelled('property_sizes')).toEqual([{ property_sizes: 's;l' }])
  await postgres.query('DROP VIEW public.report')
  expect(await apply(after)).toEqual({ views: ['hubspot.deal_labelled'] })
  expect(await readLabelled('property_sizes')).toEqual([{ property_sizes: ['Small', 'Large'] }])
})

test('a view in use stops neither its own labels nor labels and views of other entities', async () => {
  const contact = (fieldType: string): Analysis => {
    const facts = dealFacts([{ ...sizes, fieldType }])
    return buildAnalysis({ ...facts, entity: 'contacts', table: 'contact' }, null, null).analysis
  }
  const bring = (...analyses: readonly Analysis[]) => {
    const files = render(analyses, [])
    return applyLabels(
      database,
      analyses.map(({ entity }) => ({
        entity,
        labels: files.get(`${entity}/labels.sql`) ?? '',
        labelled: files.get(`${entity}/labelled.sql`) ?? '',
      })),
    )
  }
  for (const analysis of [contact('select'), analyze(color)]) await createTable(analysis)
  await bring(contact('select'), analyze(color))
  await postgres.query(
    'CREATE VIEW public.report AS SELECT property_sizes FROM hubspot.contact_labelled',
  )
  await postgres.query('ALTER TABLE hubspot.deal ADD COLUMN property_dealstage text')
  const after = [
    { ...contact('checkbox'), groups: [{ name: 'dealinformation', label: 'Facts' }] },
    analyze(color, stage),
  ]
  await expect(bring(...after)).rejects.toMatchObject({
    code: 'VIEW_IN_USE',
    message: expect.stringContaining('view public.report depends on view hubspot.contact_labelled'),
  })
  expect(await viewColumns()).toEqual(['property_color', 'property_dealstage'])
  expect(
    await postgres.query(
      `SELECT hubspot_object, name, field_type, group_name FROM hubspot.property ORDER BY 1, 2`,
    ),
  ).toMatchObject([
    { name: 'sizes', field_type: 'checkbox' },
    { name: 'color' },
    { name: 'dealstage' },
  ])
})

test('a dropped view comes back; a missing table is reported', async () => {
  const analysis = analyze(color)
  const failure = await apply(analysis).catch((error: unknown) => error)
  expect(failure).toMatchObject({
    code: 'LABELS_REFUSED',
    fix: expect.stringContaining('hubgen diff --all'),
  })
  await createTable(analysis)
  await apply(analysis)
  await postgres.query('DROP VIEW hubspot.deal_labelled')
  expect(await apply(analysis)).toEqual({ views: ['hubspot.deal_labelled'] })
})

test('two processes at once bring the same labels', async () => {
  const analysis = analyze(color, sizes)
  await createTable(analysis)
  await using other = await openDatabase(
    readDatabaseSettings({ DATABASE_URL: postgres.url }, process.cwd()),
  )
  const files = render([analysis], [])
  const given = [
    {
      entity: 'deals',
      labels: files.get('deals/labels.sql') ?? '',
      labelled: files.get('deals/labelled.sql') ?? '',
    },
  ]
  const reports = await Promise.all([applyLabels(database, given), applyLabels(other, given)])
  expect(reports.flatMap(({ views }) => views)).toEqual(['hubspot.deal_labelled'])
})

test('a table of the widest kind has a labelled view', async () => {
  const options = [{ value: 'a', label: 'A' }]
  const wide = Array.from({ length: 1_594 }, (_, index) =>
    defineProperty(`p${index}`, 'enumeration', {
      fieldType: index % 10 === 0 ? 'checkbox' : 'select',
      options,
    }),
  )
  const analysis: Analysis = analyze(...wide)
  await createTable(analysis)
  await apply(analysis)
  await insert(1, { p0: 'a', p1: 'a', p1593: 'b' })
  const [row] = await readLabelled('*')
  expect(row).toMatchObject({ property_p0: ['A'], property_p1: 'A', property_p1593: 'b' })
  expect(Object.keys(row ?? {})).toHaveLength(1_600)
})
