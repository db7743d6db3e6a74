import { afterAll, beforeAll, expect, it } from 'vitest'
import { openDatabase } from '../../runtime/postgres/connection/database.ts'
import { checkQueue, planQueue } from '../../runtime/queue/queue-schema.ts'
import { createDatabase, type TestDatabase } from '../support/postgres.ts'
import { makeTables, serverSettings } from './open-queue.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await createDatabase()
})

afterAll(() => database.close())

async function failure(of: typeof planQueue | typeof checkQueue): Promise<string> {
  await using opened = await openDatabase(serverSettings(database.url))
  return await of(opened).then(
    () => '',
    (error: unknown) => String(error),
  )
}

it.each([
  ['a table that pg-boss has, too', 'CREATE TABLE hubgen_queue.job (note text)'],
  ['a table of versions with other columns', 'CREATE TABLE hubgen_queue.version (note text)'],
  ['a view', 'CREATE VIEW hubgen_queue.overview AS SELECT 1 AS one'],
])('leaves a schema with %s alone', async (_, statement) => {
  await database.query(`CREATE SCHEMA hubgen_queue; ${statement}`)
  try {
    for (const of of [planQueue, checkQueue]) {
      expect(await failure(of)).toContain('the schema `hubgen_queue` holds tables that are not')
    }
  } finally {
    await database.query('DROP SCHEMA hubgen_queue CASCADE')
  }
})

it('plans an empty schema, and nothing for tables of a newer version', async () => {
  await database.query('CREATE SCHEMA hubgen_queue')
  await makeTables(database.url)
  expect(await failure(checkQueue)).toBe('')
  await database.query('UPDATE hubgen_queue.version SET version = version + 1')
  for (const of of [planQueue, checkQueue]) expect(await failure(of)).toContain('a newer version')
  await database.query('DELETE FROM hubgen_queue.version')
  expect(await failure(planQueue)).toContain('not those of a queue')
})
