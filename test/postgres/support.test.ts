import { expect, test } from 'vitest'
import {
  createDatabase,
  olderVersion,
  postgres15Missing,
  startPostgres15,
} from '../support/postgres.ts'

test('a test database is Postgres 18 and empty', async () => {
  await using database = await createDatabase()
  const [row] = await database.query<{ version: string }>('SHOW server_version')
  expect(Object.values(row ?? {})[0]).toMatch(/^18\./)
})

test('a Postgres 15 runs at the same time', async ({ skip }) => {
  if (postgres15Missing !== undefined) return skip(postgres15Missing)
  await using server = await startPostgres15()
  await using database = await createDatabase(server.url)
  const [row] = await database.query<{ version: string }>('SHOW server_version')
  expect(Object.values(row ?? {})[0]).toMatch(new RegExp(`^${olderVersion}\\.`))
})
