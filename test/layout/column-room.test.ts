import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Database, openDatabase } from '../../runtime/postgres/connection/database.ts'
import { readDatabaseSettings } from '../../runtime/postgres/connection/settings.ts'
import { migrate } from '../../runtime/postgres/schema/migrate.ts'
import { createDatabase, type TestDatabase } from '../support/postgres.ts'

let postgres: TestDatabase
let database: Database

beforeAll(async () => {
  postgres = await createDatabase()
  database = await openDatabase(readDatabaseSettings({ DATABASE_URL: postgres.url }, process.cwd()))
  const columns = Array.from({ length: 1_580 }, (_, index) => `c${index} text`)
  await postgres.query(
    `CREATE SCHEMA hubspot; CREATE TABLE hubspot.deal (id bigint PRIMARY KEY, ${columns.join(', ')});
     ALTER TABLE hubspot.deal ${columns
       .slice(0, 900)
       .map((_, index) => `DROP COLUMN c${index}`)
       .join(', ')}`,
  )
})

afterAll(async () => {
  await database.close()
  await postgres.close()
})

function adding(count: number): { name: string; sql: string } {
  const columns = Array.from(
    { length: count },
    (_, index) => `  ADD COLUMN IF NOT EXISTS n${index} text`,
  )
  return {
    name: `0001_deals_add_${count}.sql`,
    sql: `ALTER TABLE hubspot.deal\n${columns.join(',\n')};\n`,
  }
}

test('dropped columns count, and a full table is reported before anything changes', async () => {
  const file = { name: '0000_first.sql', sql: 'CREATE TABLE hubspot.other (id bigint);' }
  const failure = await migrate(database, [file, adding(20)]).catch((error: unknown) => error)
  expect(failure).toMatchObject({
    code: 'TABLE_FULL',
    message:
      '`hubspot.deal` has used 1581 of 1600 columns, 900 of them dropped, and these migrations add 20 more',
  })
  expect(await postgres.query(`SELECT to_regclass('hubspot.other') AS made`)).toEqual([
    { made: null },
  ])
  await expect(postgres.query(adding(20).sql)).rejects.toMatchObject({ code: '54011' })
})

test('as many columns as there is room for are added', async () => {
  expect(await migrate(database, [adding(19)])).toMatchObject({
    applied: ['0001_deals_add_19.sql'],
  })
})
