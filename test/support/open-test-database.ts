import pg from 'pg'
import { openDatabase } from '../../runtime/postgres/connection/database.ts'
import { readDatabaseSettings } from '../../runtime/postgres/connection/settings.ts'
import { ensureState } from '../../runtime/postgres/state/state.ts'
import { createDatabase } from './postgres.ts'

/** One connection to a database of its own that has hubgen's state tables. */
export interface TestConnection extends AsyncDisposable {
  /** Runs SQL of several statements, as `psql -f` does, and gives the rows of each. */
  run(sql: string): Promise<readonly (readonly Record<string, unknown>[])[]>
}

export async function connectTestDatabase(serverUrl?: string): Promise<TestConnection> {
  const database = await createDatabase(serverUrl)
  {
    await using state = await openDatabase(
      readDatabaseSettings({ DATABASE_URL: database.url }, process.cwd()),
    )
    await ensureState(state)
  }
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  return {
    async run(sql) {
      const results = await client.query(sql)
      return [results].flat().map(({ rows }) => rows)
    },
    async [Symbol.asyncDispose]() {
      await client.end()
      await database.close()
    },
  }
}
