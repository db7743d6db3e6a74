import pg from 'pg'
import { copyDatabase } from './postgres.ts'
import { createState } from './state-database.ts'

/** One connection to a database of its own that has hubgen's state tables. */
export interface TestConnection extends AsyncDisposable {
  /** Runs SQL of several statements, as `psql -f` does, and gives the rows of each. */
  run(sql: string): Promise<readonly (readonly Record<string, unknown>[])[]>
}

export async function connectTestDatabase(serverUrl?: string): Promise<TestConnection> {
  const database = await copyDatabase('state', createState, serverUrl)
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
