import { CompiledQuery } from 'kysely'
import type { ConvertedRecord } from '../../values/row.ts'
import { arrayOfRows } from '../../values/row-json.ts'
import type { Database } from '../connection/database.ts'
import { isRecordError } from './load-rows.ts'

/**
 * The rows of a statement that takes the given rows as `$1`. Bisects them if Postgres refuses one of them; the refused
 * one is left out.
 */
export async function readStoredRows<Row>(
  database: Database,
  statement: string,
  given: readonly ConvertedRecord[],
): Promise<readonly Row[]> {
  if (given.length === 0) return []
  try {
    const query = CompiledQuery.raw(statement, [arrayOfRows(given)])
    return (await database.kysely.executeQuery<Row>(query)).rows
  } catch (error) {
    if (!isRecordError(error)) throw error
    if (given.length === 1) return []
    const middle = Math.ceil(given.length / 2)
    const first = await readStoredRows<Row>(database, statement, given.slice(0, middle))
    return [...first, ...(await readStoredRows<Row>(database, statement, given.slice(middle)))]
  }
}
