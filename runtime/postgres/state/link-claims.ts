import { sql, type Transaction } from 'kysely'
import type { AssociationTable, Entity } from '../../entity.ts'
import type { Database } from '../connection/database.ts'
import { explainingErrors } from '../database-error.ts'
import type { HubgenTables } from '../hubgen-tables.ts'
import { tableOf } from '../identifier.ts'
import type { TableOfOthers } from './link-tables.ts'
import type { RunIdentity } from './state.ts'

/*
 * Runs of both ends write a table of links, each from its own answers and possibly at the same time. An
 * older answer must not replace a newer one. The run that corrects a table therefore claims records of the
 * `from` end before it asks about them; a claim is a pending read of the entity that fills the table. While
 * a record is claimed, runs that fill the table do not write its rows, unless they asked after the claim,
 * which removes it.
 */

/** The name under which pending reads of a table of links are saved. */
export function linksPart(association: Pick<AssociationTable, 'table'>): `associations:${string}` {
  return `associations:${tableOf(association).name}`
}

/** Serializes the transactions that write links of a table. It must be the first statement of each. */
export async function lockLinks(
  transaction: Transaction<HubgenTables>,
  { table }: Pick<AssociationTable, 'table'>,
): Promise<void> {
  await sql`SELECT FROM hubgen.link_table WHERE table_name = ${table} FOR UPDATE`.execute(
    transaction,
  )
}

/** Must be committed before HubSpot is asked about the records. */
export async function claimLinks(
  transaction: Transaction<HubgenTables>,
  run: RunIdentity,
  table: TableOfOthers,
  ids: readonly string[],
): Promise<void> {
  await sql`
    INSERT INTO hubgen.pending_read AS stored (entity, part, record_id, reason, run_id, since)
    SELECT ${table.fromEntity}, ${linksPart(table)}, id, 'claimed', ${run.id}::bigint, clock_timestamp()
    FROM unnest(${[...ids]}::bigint[]) AS id
    ON CONFLICT (entity, part, record_id) DO UPDATE
    SET reason = excluded.reason, run_id = excluded.run_id, since = excluded.since`.execute(
    transaction,
  )
}

/** Those of these records that nobody has asked about since this run claimed them. */
export async function findClaimed(
  transaction: Transaction<HubgenTables>,
  run: RunIdentity,
  table: TableOfOthers,
  ids: readonly string[],
): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    SELECT record_id::text AS id FROM hubgen.pending_read
    WHERE entity = ${table.fromEntity} AND part = ${linksPart(table)} AND reason = 'claimed'
      AND run_id = ${run.id}::bigint AND record_id = ANY(${[...ids]}::bigint[])`.execute(
    transaction,
  )
  return rows.map(({ id }) => id)
}

/**
 * Releases claims in the transaction that writes the links. While a run that fills the table is active,
 * they stay, because it may still write older answers; it or the next run reads these records again.
 */
export async function releaseLinks(
  transaction: Transaction<HubgenTables>,
  run: RunIdentity,
  table: TableOfOthers,
  ids: readonly string[],
): Promise<void> {
  await sql`
    DELETE FROM hubgen.pending_read
    WHERE entity = ${table.fromEntity} AND part = ${linksPart(table)} AND reason = 'claimed'
      AND run_id = ${run.id}::bigint AND record_id = ANY(${[...ids]}::bigint[])
      AND NOT EXISTS (
        SELECT FROM hubgen.lease WHERE entity = ${table.fromEntity} AND expires_at > clock_timestamp()
      )`.execute(transaction)
}

/** Claimed records, read from the database before HubSpot is asked about them. */
export interface ClaimedReads {
  readonly ids: readonly string[]
  /** By the server's clock, before HubSpot is asked. */
  readonly foundAt: Date
}

/** Records with an id greater than `after` that runs of the other end have claimed, ascending. */
export async function readClaimed(
  database: Database,
  run: RunIdentity,
  association: AssociationTable,
  { after, most }: { readonly after: string; readonly most: number },
): Promise<ClaimedReads> {
  const query = sql<{ ids: string[]; foundAt: Date }>`
    SELECT ARRAY(
      SELECT record_id::text FROM hubgen.pending_read
      WHERE entity = ${run.entity} AND part = ${linksPart(association)} AND reason = 'claimed'
        AND pending_read.record_id > ${after}::bigint
      ORDER BY pending_read.record_id LIMIT ${most}::int
    ) AS ids, clock_timestamp() AS "foundAt"`
  const { rows } = await explainingErrors(database.label, () => query.execute(database.kysely))
  return rows[0] ?? { ids: [], foundAt: new Date(0) }
}

/**
 * Removes the claims on these records that are older than `foundAt` and returns the records that are still
 * claimed: another run has, or will have, a newer answer. Without `foundAt` every claim stays.
 */
export async function settleClaims(
  transaction: Transaction<HubgenTables>,
  run: RunIdentity,
  association: AssociationTable,
  { ids, foundAt }: { readonly ids: readonly string[]; readonly foundAt: Date | null },
): Promise<ReadonlySet<string>> {
  const older = foundAt?.toISOString() ?? '-infinity'
  const { rows } = await sql<{ id: string }>`
    WITH settled AS (
      DELETE FROM hubgen.pending_read
      WHERE entity = ${run.entity} AND part = ${linksPart(association)} AND reason = 'claimed'
        AND record_id = ANY(${[...ids]}::bigint[]) AND since <= ${older}::timestamptz
    )
    SELECT record_id::text AS id FROM hubgen.pending_read
    WHERE entity = ${run.entity} AND part = ${linksPart(association)} AND reason = 'claimed'
      AND record_id = ANY(${[...ids]}::bigint[]) AND since > ${older}::timestamptz`.execute(
    transaction,
  )
  return new Set(rows.map(({ id }) => id))
}

/**
 * Removes links to records that the other end's runs have marked as deleted since this time, and returns
 * their number. An older answer may have restored them.
 */
export async function removeLinksToLost(
  transaction: Transaction<HubgenTables>,
  { table, toColumn }: AssociationTable,
  since: Date,
): Promise<number> {
  const { rows } = await sql<{ table: Entity['table'] }>`
    SELECT to_table AS "table" FROM hubgen.link_table
    WHERE table_name = ${table} AND EXISTS (
      SELECT FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
      WHERE nspname || '.' || relname = to_table AND relkind IN ('r', 'p')
    )`.execute(transaction)
  const [to] = rows
  if (to === undefined) return 0
  const { numAffectedRows = 0n } = await sql`
    DELETE FROM ${named(table)} AS link USING ${named(to.table)} AS record
    WHERE record.id = ${sql.id('link', toColumn)} AND record.is_deleted
      AND record._fivetran_synced >= ${since.toISOString()}::timestamptz`.execute(transaction)
  return Number(numAffectedRows)
}

function named(table: Entity['table']) {
  const { schema, name } = tableOf({ table })
  return sql.id(schema, name)
}
