import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../support/postgres.ts'
import { openProject, type Project } from '../support/project.ts'

const deals = '0-3'
let project: Project
let database: TestDatabase
let ids: readonly string[]

beforeAll(async () => {
  project = await openProject({ records: { deals: 60 } })
  database = await createDatabase()
  project.environment['DATABASE_URL'] = database.url
  for (const words of [
    ['explore', 'deals'],
    ['generate', 'deals'],
    ['migrate'],
    ['sync', 'deals'],
  ]) {
    await typed(...words)
  }
  const { store } = project.simulator
  ids = [...store.scan(deals, 0n, { archived: false })].map(({ id }) => id)
})

afterAll(async () => {
  await project[Symbol.asyncDispose]()
  await database.close()
})

/** The output of a command that must succeed. */
async function typed(...args: readonly string[]): Promise<string> {
  const { exitCode, out, err } = await project.hubgen(...args)
  expect(err).toBe('')
  expect(exitCode).toBe(0)
  return out
}

async function refused(...args: readonly string[]): Promise<string> {
  const { exitCode, err } = await project.hubgen(...args)
  expect(exitCode).toBe(1)
  return err
}

const nameOf = async (id: string) =>
  (
    await database.query<{ name: string | null }>(
      'SELECT property_dealname AS name FROM hubspot.deal WHERE id = $1',
      [id],
    )
  )[0]?.name

test('a slip of the finger and a live record are refused with what to type, and nothing is erased', async () => {
  const [id = ''] = ids
  expect(await refused('erase', 'dealz', id)).toContain('did you mean `deals`?')
  expect(await refused('erase', 'deals', '12x')).toContain('`12x` is not a record id')
  expect(await refused('erase', 'deals')).toContain('hubgen erase --help')
  expect(await refused('erase', 'deals', '999999999999999')).toContain('RECORD_UNKNOWN')
  const live = await refused('erase', 'deals', id)
  expect(live).toContain('RECORD_LIVE')
  expect(live).toContain('delete in HubSpot first')
  expect(await nameOf(id)).toEqual(expect.any(String))
  const [{ count } = { count: '' }] = await database.query<{ count: string }>(
    "SELECT count(*) FROM hubgen.run WHERE mode = 'erase'",
  )
  expect(count).toBe('0')
})

test('one line says what was erased; programs get it as JSON', async () => {
  const [, first = '', second = ''] = ids
  project.simulator.store.purge(deals, first)
  project.simulator.store.purge(deals, second)
  const out = await typed('erase', 'deals', first)
  expect(out).toMatch(
    /^deals: 1 record erased: 1 row emptied, .* removed; ids, flags, links and merges stay$/m,
  )
  expect(await nameOf(first)).toBe(null)
  const json = JSON.parse(await typed('erase', 'deals', second, first, '--json'))
  expect(json).toMatchObject({
    event: 'erased',
    entity: 'deals',
    table: 'hubspot.deal',
    records: [second, first],
    rows: 1,
  })
  await typed('sync', 'deals', '--full')
  expect([await nameOf(first), await nameOf(second)]).toEqual([null, null])
  expect(await typed('status', 'deals')).toContain('deals')
})

test('`whenGone` in the configuration makes a sync erase permanently deleted records', async () => {
  const [, , , before = '', after = ''] = ids
  project.simulator.store.purge(deals, before)
  await typed('sync', 'deals')
  expect(await nameOf(before)).toEqual(expect.any(String))
  const file = join(project.directory, 'hubgen.config.mjs')
  await writeFile(file, `export default { whenGone: 'erased' }\n`)
  expect(await refused('sync', 'deals')).toContain(
    'whenGone: `erased` is not a value of this setting; did you mean `erase`?',
  )
  await writeFile(file, `export default { whenGone: 'erase' }\n`)
  project.simulator.store.purge(deals, after)
  await typed('sync', 'deals')
  expect(await nameOf(after)).toBe(null)
  expect(await nameOf(before)).toEqual(expect.any(String))
})
