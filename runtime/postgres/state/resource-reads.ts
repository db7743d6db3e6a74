import { type Kysely, sql, type Transaction } from 'kysely'
import type { HubgenTables } from '../hubgen-tables.ts'

/** The last read of a parent's rows, or of all rows (parent `""`). */
export interface ResourceRead {
  /** The columns of the parent that show a change, as they were when the read began. */
  readonly changed: string | null
  /** Where the next read begins; null if rows have no stamp. */
  readonly stamp: Date | null
  /** When it began, if it read everything that can have changed, not only what is newer than a stamp. */
  readonly thoroughAt: Date | null
}

/** The last reads of these parents; parents that were never read are absent. */
export async function findReads(
  database: Kysely<HubgenTables>,
  entity: string,
  parents: readonly string[],
): Promise<ReadonlyMap<string, { readonly stamp: Date | null; readonly thoroughAt: Date | null }>> {
  const rows = await database
    .selectFrom('hubgen.resource_read')
    .select(['parent_key', 'stamp', 'whole_at'])
    .where('entity', '=', entity)
    .where('parent_key', '=', sql<string>`ANY(${parents})`)
    .execute()
  return new Map(
    rows.map(({ parent_key, stamp, whole_at }) => [parent_key, { stamp, thoroughAt: whole_at }]),
  )
}

/** Records that a parent's rows were read, and forgets which rows that read found. */
export async function keepRead(
  transaction: Transaction<HubgenTables>,
  entity: string,
  parent: string,
  { changed, stamp, thoroughAt }: ResourceRead,
): Promise<void> {
  await sql`INSERT INTO hubgen.resource_read AS stored
      (entity, parent_key, changed, stamp, read_at, whole_at)
    VALUES (${entity}, ${parent}, ${changed}, ${stamp}::timestamptz, now(), ${thoroughAt}::timestamptz)
    ON CONFLICT (entity, parent_key) DO UPDATE SET changed = excluded.changed, read_at = now(),
      stamp = excluded.stamp, whole_at = coalesce(excluded.whole_at, stored.whole_at)`.execute(
    transaction,
  )
  await forgetRows(transaction, entity, parent)
}

/**
 * Records that HubSpot refused a parent's rows. Once it serves them again, the next read begins where the last completed
 * one did, so that what arrived in between is read.
 */
export async function keepRefusal(
  transaction: Transaction<HubgenTables>,
  entity: string,
  parent: string,
): Promise<void> {
  await sql`INSERT INTO hubgen.resource_read (entity, parent_key, read_at)
    VALUES (${entity}, ${parent}, now())
    ON CONFLICT (entity, parent_key) DO UPDATE SET changed = NULL, read_at = now()`.execute(
    transaction,
  )
  await forgetRows(transaction, entity, parent)
}

/** Makes a parent count as changed since it was last read, and forgets which rows the last read found. */
export async function forgetRead(
  transaction: Transaction<HubgenTables>,
  entity: string,
  parent: string,
): Promise<void> {
  await sql`UPDATE hubgen.resource_read SET changed = NULL
    WHERE entity = ${entity} AND parent_key = ${parent}`.execute(transaction)
  await forgetRows(transaction, entity, parent)
}

/** Forgets which rows an unfinished read has found: of one parent, or of all. */
export async function forgetRows(
  transaction: Transaction<HubgenTables>,
  entity: string,
  parent?: string,
): Promise<void> {
  await sql`DELETE FROM hubgen.resource_row WHERE entity = ${entity}
    AND parent_key = coalesce(${parent ?? null}, parent_key)`.execute(transaction)
}

/** Remembers rows that this read has found and that stay as they are. */
export async function rememberRows(
  transaction: Transaction<HubgenTables>,
  entity: string,
  parent: string,
  keys: readonly string[],
): Promise<void> {
  if (keys.length === 0) return
  await sql`INSERT INTO hubgen.resource_row (entity, parent_key, row_key)
    SELECT ${entity}, ${parent}, key FROM unnest(${keys}::text[]) AS key
    ON CONFLICT DO NOTHING`.execute(transaction)
}
