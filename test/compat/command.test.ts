import { afterAll, beforeAll, expect, test } from 'vitest'
import { examineWith } from '../doctor/examine-project.ts'
import { createDatabase, type TestDatabase } from '../support/postgres.ts'
import { openProject, type Project } from '../support/project.ts'

const stack = new AsyncDisposableStack()
let project: Project
let database: TestDatabase

beforeAll(async () => {
  database = stack.use(await createDatabase())
  project = stack.use(await openProject())
  project.environment['DATABASE_URL'] = database.url
})

afterAll(() => stack.disposeAsync())

/** The output of a command that must succeed. */
async function typed(...args: readonly string[]): Promise<string> {
  const { exitCode, out, err } = await project.hubgen(...args)
  expect([exitCode, err]).toEqual([0, ''])
  return out
}

const entities = ['deals', 'notes']
const configure = (config: object) =>
  project.write('hubgen.config.ts', `export default ${JSON.stringify({ entities, ...config })}\n`)

const views = async () => {
  const rows = await database.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relnamespace = to_regnamespace('hubspot_fivetran')`,
  )
  return rows.map(({ name }) => name)
}

test('generate says what to do where views were asked for after the exploration', async () => {
  await typed('explore', ...entities)
  await configure({ compat: 'fivetran' })
  expect(await typed('generate', '--all')).toContain(
    "hubgen.config.ts asks for `compat: 'fivetran'`, which the analyses do not have yet",
  )
  await typed('migrate')
  expect(await views()).toEqual([])
  expect((await examineWith(project)).find('compat_views')).toBeUndefined()
})

test('migrate --plan shows the views, migrate makes them once', async () => {
  await typed('explore', '--all')
  expect(await typed('generate', '--all')).toContain('compat/ dbt.yml fivetran.sql sources.yml')
  expect(await typed('migrate', '--plan')).toContain(
    'view hubspot_fivetran.deal: will be created from compat/fivetran.sql',
  )
  const plan = JSON.parse(await typed('migrate', '--plan', '--json'))
  expect(plan.compatViews).toContain('hubspot_fivetran.engagement_note')
  expect(await views()).toEqual([])
  expect(await typed('migrate')).toContain(
    `views in Fivetran's shape created: ${plan.compatViews.length}`,
  )
  expect(await views()).toEqual(expect.arrayContaining(['deal', 'engagement', 'engagement_note']))
  expect(await typed('migrate')).toContain('labels up to date')
  const current = JSON.parse(await typed('migrate', '--plan', '--json'))
  expect([current.compatViews, current.leftViews]).toEqual([undefined, undefined])
})

test('generating one entity keeps the views of the others', async () => {
  expect(await typed('generate', 'deals')).toContain('written 0')
  expect(await typed('generate', '--check')).toContain('up to date')
})

test('doctor and diff notice views that are absent or different, and migrate restores them', async () => {
  expect((await examineWith(project)).find('compat_views')).toMatchObject({ state: 'ok' })
  await database.query(`DROP VIEW hubspot_fivetran.deal;
    CREATE OR REPLACE VIEW hubspot_fivetran.team AS
      SELECT id, name, _fivetran_deleted, now() AS _fivetran_synced FROM hubspot.team`)
  expect((await examineWith(project)).find('compat_views')).toMatchObject({
    state: 'warning',
    found: "2 views in Fivetran's shape missing or different from compat/fivetran.sql",
    fix: '`hubgen migrate`',
  })
  const { exitCode, out } = await project.hubgen('diff', '--all')
  expect(exitCode).toBe(1)
  expect(out).toContain('view hubspot_fivetran.deal is missing')
  expect(out).toContain('view hubspot_fivetran.team differs from compat/fivetran.sql')
  await typed('migrate')
  expect((await examineWith(project)).find('compat_views')).toMatchObject({ state: 'ok' })
})

test('generate names the history that views of stages need and nobody keeps', async () => {
  const needed = 'compat needs the history of `dealstage`, `pipeline` of deals'
  expect(await typed('generate', 'deals')).not.toContain('compat needs the history')
  await configure({ compat: 'fivetran', history: { deals: false } })
  await typed('explore', 'deals')
  expect(await typed('generate', 'deals')).toContain(needed)
})

test('without the setting the files go, and the views stay until somebody drops them', async () => {
  await configure({})
  await typed('explore', '--all')
  expect(await typed('generate', '--all')).toContain('compat/fivetran.sql')
  await typed('migrate')
  expect(await views()).toContain('deal')
  expect(await typed('migrate', '--plan')).toContain(
    'view hubspot_fivetran.deal: is in no generated file any more and stays',
  )
  const plan = JSON.parse(await typed('migrate', '--plan', '--json'))
  expect(plan.leftViews).toEqual(
    (await views()).map((name) => `hubspot_fivetran.${name}`).toSorted(),
  )
})
