import { sql, type Transaction } from 'kysely'
import type { Entity } from '../../entity.ts'
import type { HubgenTables } from '../hubgen-tables.ts'
import { tableOf } from '../identifier.ts'
import { recordsPart } from '../state/pending-read.ts'
import type { RunIdentity } from '../state/state.ts'

/** A range of ids, and those in it that HubSpot's list has. */
export interface ListedIds {
  readonly from: bigint
  /** The first id after the range; null: no upper limit. */
  readonly to: bigint | null
  readonly ids: readonly string[]
}

/**
 * Rows per query. Without a limit, Postgres expects a large part of the table and JIT-compiles a query that
 * takes a millisecond.
 */
const foundAtOnce = 1_000
/** A number, not null: a role may have `array_nulls` off. */
const behindEveryId = 9_223_372_036_854_775_807n

/**
 * Remembers, as records to read by id, the live rows in the listed ranges that were not listed; returns
 * their number. The ids do not leave the database.
 */
export async function rememberUnlisted(
  transaction: Transaction<HubgenTables>,
  run: RunIdentity,
  entity: Entity,
  listed: readonly ListedIds[],
): Promise<number> {
  let count = 0
  const ids = listed.flatMap((part) => part.ids)
  for (let parts = listed; parts.length > 0; ) {
    const found = await rememberSome(transaction, run, entity, parts, ids)
    count += found.reduce((sum, part) => sum + part.count, 0)
    parts = parts.flatMap((part, index) => {
      const more = found.find(({ place }) => place === index + 1)
      return more === undefined || more.count < foundAtOnce
        ? []
        : [{ ...part, from: BigInt(more.last) + 1n }]
    })
  }
  return count
}

interface Remembered {
  /** Index of the range, from 1. */
  readonly place: number
  readonly count: number
  readonly last: string
}

async function rememberSome(
  transaction: Transaction<HubgenTables>,
  run: RunIdentity,
  entity: Entity,
  parts: readonly ListedIds[],
  ids: readonly string[],
): Promise<readonly Remembered[]> {
  const from = parts.map((part) => String(part.from))
  const to = parts.map((part) => String(part.to ?? behindEveryId))
  const { schema, name } = tableOf(entity)
  const { rows } = await sql<Remembered>`
    WITH unlisted AS MATERIALIZED (
      SELECT part.place, found.id
      FROM unnest(${from}::bigint[], ${to}::bigint[]) WITH ORDINALITY AS part (first, next, place)
      CROSS JOIN LATERAL (
        SELECT stored.id FROM ${sql.id(schema, name)} AS stored
        WHERE stored.id >= part.first AND stored.id < part.next
          AND NOT stored.is_deleted AND stored.id <> ALL (${[...ids]}::bigint[])
        ORDER BY stored.id LIMIT ${sql.lit(foundAtOnce)}
      ) AS found
    ), remembered AS (
      INSERT INTO hubgen.pending_read AS stored (entity, part, record_id, reason, run_id)
      SELECT ${run.entity}, ${recordsPart}, unlisted.id, 'not_listed', ${run.id}::bigint FROM unlisted
      ON CONFLICT (entity, part, record_id) DO UPDATE
      SET reason = excluded.reason, run_id = excluded.run_id
    )
    SELECT place::int, count(*)::int, max(unlisted.id)::text AS last FROM unlisted GROUP BY place`.execute(
    transaction,
  )
  return rows
}
