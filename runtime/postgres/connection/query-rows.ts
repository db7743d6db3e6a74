import { CompiledQuery } from 'kysely'
import { explainingErrors } from '../database-error.ts'
import type { Database } from './database.ts'

/** The rows of a statement outside of transactions. Fails as `explainingErrors` does. */
export async function queryRows<Row>(
  database: Database,
  statement: string,
  values: readonly unknown[] = [],
): Promise<readonly Row[]> {
  const query = CompiledQuery.raw(statement, [...values])
  const run = () => database.kysely.executeQuery<Row>(query)
  return (await explainingErrors(database.label, run)).rows
}
