import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { readSpeed } from '../../runtime/monitoring/read-speed.ts'
import { openDatabase } from '../../runtime/postgres/connection/database.ts'
import { readDatabaseSettings } from '../../runtime/postgres/connection/settings.ts'
import { createDatabase } from '../support/postgres.ts'
import { openStateDatabase, type StateDatabase } from '../support/state-database.ts'

let state: StateDatabase
const hourMs = 3_600_000

beforeAll(async () => {
  state = await openStateDatabase()
})
beforeEach(() => state.scratch.query('TRUNCATE hubgen.run CASCADE'))
afterAll(() => state[Symbol.asyncDispose]())

test('before the first migration nothing was measured', async () => {
  await using scratch = await createDatabase()
  await using database = await openDatabase(
    readDatabaseSettings({ DATABASE_URL: scratch.url }, '.'),
  )
  expect(await readSpeed(database, 'deals')).toEqual({
    full: null,
    incremental: null,
    syncedDays: 0,
  })
})

test('the newest full run that read a record counts, of those that succeeded', async () => {
  await state.addRun({ mode: 'full', read: 900, seconds: 30, calls: 12 })
  const id = await state.addRun({ mode: 'full', read: 1_000, seconds: 20, calls: 14 })
  await state.addRun({ mode: 'full', read: 0 })
  await state.addRun({ mode: 'full', read: 5, outcome: 'interrupted' })
  await state.addRun({ mode: 'test', read: 10 })
  await state.addRun({ mode: 'full', read: 70, entity: 'contacts' })
  const { full, incremental } = await readSpeed(state.database, 'deals')
  expect(full).toMatchObject({ id, read: 1_000, seconds: 20, calls: 14 })
  expect(incremental).toBeNull()
})

test('incremental runs have the median of the last ten', async () => {
  for (let run = 0; run < 5; run++) await state.addRun({ seconds: 100, calls: 100 })
  for (const seconds of [1, 2, 3, 4, 5, 5, 6, 7, 8, 9]) await state.addRun({ seconds, calls: 3 })
  await state.addRun({ seconds: 500, calls: 9, outcome: 'failed' })
  const { incremental } = await readSpeed(state.database, 'deals')
  expect(incremental).toEqual({ runs: 10, seconds: 5, calls: 3 })
})

test('the last three days count with a sync that succeeded, each once', async () => {
  const daysAgo = async (days: number, run: Parameters<StateDatabase['addRun']>[0] = {}) =>
    state.addRun({ ...run, startedAt: new Date(Date.now() - days * 24 * hourMs - hourMs) })
  const count = async () => (await readSpeed(state.database, 'deals')).syncedDays
  await daysAgo(0)
  await daysAgo(0)
  expect(await count()).toBe(1)
  await daysAgo(1, { outcome: 'failed' })
  await daysAgo(1, { mode: 'test' })
  await daysAgo(3)
  expect(await count()).toBe(1)
  await daysAgo(2)
  await daysAgo(1, { mode: 'full' })
  expect(await count()).toBe(3)
})
