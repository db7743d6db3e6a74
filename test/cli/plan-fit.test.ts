import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Fit } from '../../generator/model/fit.ts'
import { warnOfFit } from '../../generator/project/plan-fit.ts'
import { createDatabase, type TestDatabase } from '../support/postgres.ts'
import { newProperty, openProject, type Project } from '../support/project.ts'

const notes = '0-46'
let project: Project
let database: TestDatabase

beforeEach(async () => {
  project = await openProject({ records: { notes: 3 } })
  database = await createDatabase()
  project.environment['DATABASE_URL'] = database.url
})

afterEach(async () => {
  await database.close()
  await project[Symbol.asyncDispose]()
})

async function succeed(...args: readonly string[]): Promise<string> {
  const { exitCode, out, err } = await project.hubgen(...args)
  expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' })
  return out
}

test('migrate --plan says what a migration leaves of the limits of its table, dropped columns counted', async () => {
  for (const command of ['explore', 'generate']) await succeed(command, 'notes')
  const created = await succeed('migrate', '--plan')
  expect(created).toMatch(
    /fit {4}hubspot\.note: 0 of 1,600 columns used, \d+ to be added; \d+ indexes; widest row about [\d,]+ of 8,160 bytes/,
  )
  expect(created).toContain('labelled view of notes: will be created from labelled.sql')
  await succeed('migrate')
  await database.query(`ALTER TABLE hubspot.note ADD COLUMN one int, ADD COLUMN two int;
    ALTER TABLE hubspot.note DROP COLUMN one, DROP COLUMN two`)
  const added = newProperty(project.simulator, notes, {
    name: 'mood',
    label: 'Mood',
    type: 'string',
  })
  project.simulator.store.addProperty(notes, added)
  for (const command of ['explore', 'generate']) await succeed(command, 'notes')
  const [planned] = (JSON.parse(await succeed('migrate', '--plan', '--json')) as Plan).pending
  const rows = await database.query<{ used: number }>(`SELECT count(*)::int AS used
    FROM pg_attribute WHERE attrelid = 'hubspot.note'::regclass AND attnum > 0`)
  expect(planned?.fit).toMatchObject([
    {
      table: 'hubspot.note',
      usedColumns: rows[0]?.used,
      droppedColumns: 2,
      addedColumns: 1,
      columnLimit: 1600,
      rowBytes: expect.any(Number),
    },
  ])
  expect(await succeed('migrate', '--plan')).toContain('2 of them dropped, 1 to be added')
})

interface Plan {
  readonly pending: readonly { readonly fit: readonly object[] }[]
}

const small: Fit = {
  columns: 100,
  rowBytes: 2_000,
  filledColumns: 50,
  basis: 'assumed',
  overflowProperties: 0,
  indexes: 8,
  sameButForCase: [],
}

test.each([
  [{}, null],
  [{ columns: 1_440 }, 'deals is near a limit: 1,440 of 1,600 columns'],
  [
    { rowBytes: 8_000, indexes: 41 },
    'deals is near a limit: the widest row takes about 8,000 of 8,160 bytes; 41 indexes, each written with every new row',
  ],
])('generate warns near a limit, not before: %j', (change, warning) => {
  expect(warnOfFit('deals', { ...small, ...change })).toBe(warning)
})
