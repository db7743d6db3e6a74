import { readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { lookForDrift } from '../../generator/project/look-for-drift.ts'
import { readDrift } from '../../runtime/monitoring/read-drift.ts'
import { readStatus } from '../../runtime/monitoring/read-status.ts'
import { type Database, openDatabase } from '../../runtime/postgres/connection/database.ts'
import { readDatabaseSettings } from '../../runtime/postgres/connection/settings.ts'
import { copyMigratedDeals, openGeneratedDeals } from '../support/generated-deals.ts'
import { markedName } from '../support/migration-names.ts'
import { createDatabase, type TestDatabase } from '../support/postgres.ts'
import { newProperty, type Project } from '../support/project.ts'

const DEALS = '0-3'
const deals = { name: 'deals', table: 'hubspot.deal', label: 'Deals' } as const
let project: Project
let scratch: TestDatabase
let database: Database

beforeEach(async () => {
  project = await openGeneratedDeals()
})

afterEach(async () => {
  await database.close()
  await scratch.close()
  await project[Symbol.asyncDispose]()
})

async function open(opened: Promise<TestDatabase>): Promise<void> {
  scratch = await opened
  database = await openDatabase(readDatabaseSettings({ DATABASE_URL: scratch.url }, '.'))
  project.environment['DATABASE_URL'] = scratch.url
}

async function typed(...args: readonly string[]): Promise<void> {
  const { exitCode, err } = await project.hubgen(...args)
  expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' })
}

/** The result that diff stores in the database. */
async function diffed(...args: readonly string[]) {
  const { exitCode, err } = await project.hubgen('diff', ...args)
  expect({ exitCode, err }).toEqual({ exitCode: 1, err: '' })
  return readDrift(database, ['deals', 'contacts'])
}

test('before the first migration nothing is kept, and nothing is created', async () => {
  await open(createDatabase())
  expect(await diffed('deals')).toEqual([])
  expect(
    await scratch.query(`SELECT nspname FROM pg_namespace WHERE nspname IN ('hubgen', 'hubspot')`),
  ).toEqual([])
})

test('what was found is kept with the migration that would settle it, until it is settled', async () => {
  await open(copyMigratedDeals())
  await typed('diff', 'deals')
  expect(await readDrift(database, ['deals'])).toEqual([
    { entity: 'deals', lookedAt: expect.any(Date), drifts: [], migration: null },
    { entity: 'shared files', lookedAt: expect.any(Date), drifts: [], migration: null },
  ])
  const { store } = project.simulator
  const hostile = { name: 'renewal_risk', label: 'Renewal\u202e "risk"\n', type: 'enumeration' }
  store.addProperty(DEALS, newProperty(project.simulator, DEALS, hostile))
  store.relabelProperty(DEALS, 'dealname', 'Opportunity')
  await rm(join(project.directory, 'generated/index.ts'))
  const [found, shared] = await diffed('deals')
  expect(found).toMatchObject({
    entity: 'deals',
    drifts: [
      {
        kind: 'property_added',
        severity: 'schema',
        text: expect.stringContaining('"Renewal\\u202E "risk"" (renewal_risk, enumeration) added'),
      },
      {
        kind: 'label_changed',
        severity: 'label',
        text: 'property dealname: label "Deal Name" → "Opportunity"',
      },
    ],
    migration: expect.stringContaining('ADD COLUMN IF NOT EXISTS property_renewal_risk text'),
  })
  expect(shared).toMatchObject({ entity: 'shared files', drifts: [{ kind: 'file_missing' }] })
  const status = await readStatus(database, [deals])
  expect(status.entities[0]?.drift).toMatchObject({ grave: 1, lesser: 1 })
  expect(status.sharedDrift).toMatchObject({ grave: 1, lesser: 0 })
  expect(status.totals.drift).toEqual({ grave: 2, lesser: 1 })
  for (const command of ['explore', 'generate']) await typed(command, 'deals')
  await typed('migrate')
  await typed('diff', 'deals')
  expect((await readDrift(database, ['deals'])).map(({ drifts }) => drifts)).toEqual([[], []])
  const names = await readdir(join(project.directory, 'generated/migrations'))
  expect(found?.migration).toBe(
    await project.read(
      `generated/migrations/${markedName(names, '0002_deals_add_renewal_risk.sql')}`,
    ),
  )
})

test('an entity that HubSpot refuses keeps its earlier result', async () => {
  await open(copyMigratedDeals())
  await scratch.query('ALTER TABLE hubspot.deal ADD COLUMN mine int')
  const [before] = await diffed('deals')
  expect(before?.drifts).toMatchObject([{ kind: 'column_extra', severity: 'schema' }])
  project.simulator.faults.add({ kind: 'empty_404', route: 'properties', rate: 1 })
  const refused = await project.hubgen('diff', 'deals')
  expect(refused).toMatchObject({ exitCode: 2, out: expect.stringContaining('could not look at') })
  expect((await readDrift(database, ['deals']))[0]).toEqual(before)
})

test('a program looks as the command does', async () => {
  await open(copyMigratedDeals())
  const { simulator, directory } = project
  const settings = `HUBSPOT_API_URL=${simulator.url}\nHUBSPOT_API_TOKEN=${simulator.token}\n`
  await writeFile(join(directory, '.env'), settings)
  await scratch.query('ALTER TABLE hubspot.deal ADD COLUMN mine int')
  const generated = join(directory, 'generated')
  const answer = await lookForDrift(generated, 'all', database, directory)
  expect(answer).toMatchObject({ drifts: [{ kind: 'column_extra' }], entities: ['deals'] })
  expect(await readDrift(database, ['deals'])).toMatchObject([
    { entity: 'deals', drifts: [{ kind: 'column_extra' }], migration: null },
    { entity: 'shared files', drifts: [] },
  ])
})

test('a read-only role gets a note that nothing is stored', async () => {
  await open(copyMigratedDeals())
  await scratch.query('DROP TABLE hubgen.drift, hubgen.erased_row')
  const role = `reader_${scratch.name}`
  await scratch.query(`CREATE ROLE ${role} LOGIN PASSWORD 'secret';
    GRANT USAGE ON SCHEMA hubgen, hubspot TO ${role};
    GRANT SELECT ON ALL TABLES IN SCHEMA hubgen, hubspot TO ${role}`)
  try {
    const url = new URL(scratch.url)
    url.username = role
    url.password = 'secret'
    project.environment['DATABASE_URL'] = url.href
    const { exitCode, out } = await project.hubgen('diff', 'deals', '--json')
    expect(exitCode).toBe(0)
    expect(JSON.parse(out)).toMatchObject({
      drift: [],
      notes: [expect.stringMatching(/^the results are not stored for the dashboard: `reader_/)],
    })
  } finally {
    await scratch.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`)
  }
})
