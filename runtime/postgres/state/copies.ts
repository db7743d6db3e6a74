import { type Kysely, sql, type Transaction } from 'kysely'
import type { HubgenTables } from '../hubgen-tables.ts'
import { tableOf } from '../identifier.ts'

/** A table that passes fill, and the state to discard when it was dropped and created again. */
export interface FilledTable {
  /** The name under which its state is saved: the entity's, or a shared one. */
  readonly entity: string
  /** Unquoted: `hubspot.deal`. */
  readonly table: `${string}.${string}`
  /** Passes whose state is about this table; `all`: all state of the entity. */
  readonly passes: readonly string[] | 'all'
}

/** The result of comparing `hubgen.copy` with the existing tables. */
export interface CopyComparison {
  /** Tables whose state is about a dropped predecessor. */
  readonly remade: readonly FilledTable[]
  /** Companion tables that were dropped: without state, their passes run at once and report it. */
  readonly missing: readonly FilledTable[]
  /** State of another portal or of another existing table; null if there is none. */
  readonly foreign: ForeignState | null
}

export interface ForeignState {
  /** The name under which it is saved. */
  readonly entity: string
  /** The table to fill. */
  readonly table: string
  /** The portal and table that the state is about. */
  readonly portalId: string
  readonly stateTable: string
}

interface ComparedTable {
  readonly place: number
  /** Null if the table does not exist. */
  readonly oid: string | null
  /** Null if no state is recorded for it. */
  readonly claim: {
    readonly portalId: string
    readonly table: string
    readonly oid: string
    readonly exists: boolean
  } | null
}

/**
 * Compares the tables by oid with those that the saved state is about, because a table that was dropped and
 * created again keeps its name. State of a dropped table belongs to nobody. Without `portalId`, portals are
 * not compared. The first table must be the entity's own. Requires the state tables.
 */
export async function compareCopies(
  executor: Kysely<HubgenTables>,
  tables: readonly FilledTable[],
  portalId: number | null,
): Promise<CopyComparison> {
  const compared = await readCopies(executor, tables)
  const isClaimed = compared[0]?.claim !== null
  const remade: FilledTable[] = []
  const missing: FilledTable[] = []
  let foreign: ForeignState | null = null
  for (const { place, oid, claim } of compared) {
    const filled = tables[place]
    if (filled === undefined) continue
    if (claim === null) {
      // A table that was added later has no state yet; existing state of its pass is about an earlier
      // table.
      if (isClaimed && oid !== null && filled.passes !== 'all') remade.push(filled)
      continue
    }
    const isOtherPortal = portalId !== null && claim.portalId !== String(portalId)
    if (claim.oid === oid ? isOtherPortal : claim.exists) {
      const { portalId: owner, table: stateTable } = claim
      foreign ??= { entity: filled.entity, table: filled.table, portalId: owner, stateTable }
    } else if (oid === null && filled.passes !== 'all') missing.push(filled)
    else if (claim.oid !== oid && oid !== null) remade.push(filled)
  }
  return { remade, missing, foreign }
}

/**
 * Tables (`hubspot.deal`) that were dropped and created again, or restored from a dump, since the last sync
 * that wrote to them: their state is about rows that no longer exist.
 */
export async function listRemadeTables(executor: Kysely<HubgenTables>): Promise<readonly string[]> {
  const known = await sql<{ known: boolean }>`
    SELECT to_regclass('hubgen.copy') IS NOT NULL AS known`.execute(executor)
  if (known.rows[0]?.known !== true) return []
  const { rows } = await sql<{ table: string }>`
    SELECT DISTINCT table_name AS table
    FROM hubgen.copy
    JOIN pg_namespace ON nspname = split_part(table_name, '.', 1)
    JOIN pg_class ON relnamespace = pg_namespace.oid AND relkind IN ('r', 'p')
      AND relname = substr(table_name, strpos(table_name, '.') + 1)
    WHERE pg_class.oid::bigint <> table_oid
    ORDER BY table_name`.execute(executor)
  return rows.map(({ table }) => table)
}

/** The portal of a copy. */
export interface CopyOwner {
  readonly portalId: number
  /** The host of its pages; the stored one stays if HubSpot was not asked. */
  readonly uiDomain?: string | undefined
}

/**
 * Records these tables and this portal as the owners of the state, and discards the state of `dropped` tables.
 * Requires the entity's lease and that no state is foreign.
 */
export async function claimCopies(
  transaction: Transaction<HubgenTables>,
  tables: readonly FilledTable[],
  dropped: readonly FilledTable[],
  { portalId, uiDomain }: CopyOwner,
): Promise<void> {
  for (const filled of dropped) await forget(transaction, filled)
  const { keys, schemas, names } = columnsOf(tables)
  await sql`
    INSERT INTO hubgen.copy AS stored (entity, portal_id, table_name, table_oid, ui_domain)
    SELECT key, ${portalId}::bigint, schema || '.' || name, pg_class.oid::bigint,
      ${uiDomain ?? null}::text
    FROM unnest(${keys}::text[], ${schemas}::text[], ${names}::text[]) AS filled (key, schema, name)
    JOIN pg_namespace ON nspname = schema
    JOIN pg_class ON relnamespace = pg_namespace.oid AND relname = name AND relkind IN ('r', 'p')
    ON CONFLICT (entity) DO UPDATE SET portal_id = excluded.portal_id, since = now(),
      table_name = excluded.table_name, table_oid = excluded.table_oid,
      ui_domain = coalesce(excluded.ui_domain, stored.ui_domain)
    WHERE (stored.portal_id, stored.table_name, stored.table_oid, stored.ui_domain)
      IS DISTINCT FROM (excluded.portal_id, excluded.table_name, excluded.table_oid,
        coalesce(excluded.ui_domain, stored.ui_domain))`.execute(transaction)
}

async function readCopies(
  executor: Kysely<HubgenTables>,
  tables: readonly FilledTable[],
): Promise<readonly ComparedTable[]> {
  const { keys, schemas, names } = columnsOf(tables)
  const { rows } = await sql<ComparedTable>`
    SELECT place::int - 1 AS place, found.oid::bigint::text AS oid,
      CASE WHEN copy.entity IS NOT NULL THEN json_build_object(
        'portalId', copy.portal_id::text, 'table', copy.table_name, 'oid', copy.table_oid::text,
        'exists', EXISTS (SELECT FROM pg_class WHERE oid = copy.table_oid AND relkind IN ('r', 'p'))
          AND copy.table_name <> schema || '.' || name
      ) END AS claim
    FROM unnest(${keys}::text[], ${schemas}::text[], ${names}::text[])
      WITH ORDINALITY AS filled (key, schema, name, place)
    LEFT JOIN hubgen.copy ON copy.entity = key
    LEFT JOIN (pg_class AS found JOIN pg_namespace ON relnamespace = pg_namespace.oid)
      ON nspname = schema AND relname = name AND found.relkind IN ('r', 'p')
    ORDER BY place`.execute(executor)
  return rows
}

/**
 * The entity's own table is stored under the entity's name, other tables under that name followed by the
 * table.
 */
function columnsOf(tables: readonly FilledTable[]) {
  const keys = tables.map(({ entity, table, passes }) =>
    passes === 'all' ? entity : `${entity} ${table}`,
  )
  const parts = tables.map((filled) => tableOf(filled))
  return {
    keys,
    schemas: parts.map(({ schema }) => schema),
    names: parts.map(({ name }) => name),
  }
}

/** State tables with data about an entity's rows. */
const ofEntity = [
  'pass',
  'pending_read',
  'quarantine',
  'unanswered',
  'check_result',
  'property_use',
  'audit',
  'resource_row',
  'resource_read',
] as const

async function forget(
  transaction: Transaction<HubgenTables>,
  { entity, passes }: FilledTable,
): Promise<void> {
  if (passes === 'all') {
    for (const table of ofEntity) {
      await sql`DELETE FROM ${sql.id('hubgen', table)} WHERE entity = ${entity}`.execute(
        transaction,
      )
    }
    return
  }
  await sql`WITH reads AS (
      DELETE FROM hubgen.resource_read WHERE entity = ${entity}
    ), forgotten AS (
      DELETE FROM hubgen.pending_read WHERE entity = ${entity} AND part = ANY(${[...passes]}::text[])
    ) DELETE FROM hubgen.pass WHERE entity = ${entity} AND pass = ANY(${[...passes]}::text[])`.execute(
    transaction,
  )
}
