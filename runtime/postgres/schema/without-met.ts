import { sql, type Transaction } from 'kysely'
import type { HubgenTables } from '../hubgen-tables.ts'

const addColumn = /^ALTER TABLE (\S+) ADD COLUMN IF NOT EXISTS (\w+) .*;\n/gm
const commentTable = /^COMMENT ON TABLE (\S+) IS '((?:[^']|'')*)';\n/gm

/**
 * The statements without those that would change nothing: columns that exist and comments that are there. They
 * would need the table's owner and a lock that waits for every reader.
 */
export async function withoutMet(
  transaction: Transaction<HubgenTables>,
  text: string,
): Promise<string> {
  const tables = [...text.matchAll(addColumn), ...text.matchAll(commentTable)].map(
    ([, table = '']) => table,
  )
  const found = await readTables(transaction, [...new Set(tables)])
  return text
    .replace(addColumn, (statement, table: string, column: string) =>
      found.get(table)?.columns.includes(column) === true ? '' : statement,
    )
    .replace(commentTable, (statement, table: string, comment: string) =>
      found.get(table)?.comment === comment.replaceAll("''", "'") ? '' : statement,
    )
}

interface FoundTable {
  readonly name: string
  readonly comment: string | null
  readonly columns: readonly string[]
}

/** Tables that exist, by the name given. */
async function readTables(
  transaction: Transaction<HubgenTables>,
  names: readonly string[],
): Promise<ReadonlyMap<string, FoundTable>> {
  const { rows } = await sql<FoundTable>`
    SELECT name, obj_description(to_regclass(name), 'pg_class') AS comment,
      ARRAY(SELECT attname::text FROM pg_attribute
        WHERE attrelid = to_regclass(name) AND attnum > 0 AND NOT attisdropped) AS columns
    FROM unnest(${names}::text[]) AS name
    WHERE to_regclass(name) IS NOT NULL`.execute(transaction)
  return new Map(rows.map((row) => [row.name, row]))
}
