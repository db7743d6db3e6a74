import { sql, type Transaction } from 'kysely'
import type { HubgenTables } from '../hubgen-tables.ts'

const createSchema = /^CREATE SCHEMA IF NOT EXISTS ("(?:[^"]|"")+"|\w+);$/gm

/**
 * The statements without `CREATE SCHEMA IF NOT EXISTS` for schemas that exist: Postgres checks the right to create
 * schemas before it looks for the schema, and a DBA may have made the schemas for a role without that right.
 */
export async function withoutExistingSchemas(
  transaction: Transaction<HubgenTables>,
  text: string,
): Promise<string> {
  const wanted = [...new Set(Array.from(text.matchAll(createSchema), ([, name = '']) => name))]
  const existing = new Set<string>()
  for (const name of wanted) {
    const { rows } = await sql<{ exists: boolean }>`
      SELECT to_regnamespace(${name}) IS NOT NULL AS exists`.execute(transaction)
    if (rows[0]?.exists === true) existing.add(name)
  }
  return text.replace(createSchema, (statement, name: string) =>
    existing.has(name) ? '' : statement,
  )
}
