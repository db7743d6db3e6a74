import { sql } from 'kysely'
import type { Entity } from '../entity.ts'
import type { Database } from './database.ts'
import { explainingErrors } from './database-error.ts'

/** A part of the ids, and which of them HubSpot's list has. */
export interface ListedIds {
  readonly from: bigint
  /** The first id that is not a part of it; null: none. */
  readonly to: bigint | null
  readonly ids: readonly string[]
}

/**
 * So many at a time: without a limit Postgres expects a large part of the table, and compiles a statement
 * that is over in a millisecond.
 */
const foundAtOnce = 1_000

/** Ids of live rows that lie in what was listed, and were not listed. */
export async function findUnlisted(
  database: Database,
  entity: Entity,
  listed: readonly ListedIds[],
): Promise<string[]> {
  const unlisted: string[] = []
  const ids = listed.flatMap((part) => part.ids)
  for (let parts = listed; parts.length > 0; ) {
    const rows = await findSome(database, entity, parts, ids)
    unlisted.push(...rows.map(({ id }) => id))
    parts = parts.flatMap((part, index) => {
      const found = rows.filter(({ place }) => place === index + 1)
      const last = found.at(-1)
      const isAll = last === undefined || found.length < foundAtOnce
      return isAll ? [] : [{ ...part, from: BigInt(last.id) + 1n }]
    })
  }
  return unlisted
}

/** Ascending within a part, whose place counts from 1. */
async function findSome(
  database: Database,
  entity: Entity,
  parts: readonly ListedIds[],
  ids: readonly string[],
): Promise<readonly { readonly place: number; readonly id: string }[]> {
  const from = parts.map((part) => String(part.from))
  const to = parts.map((part) => (part.to === null ? null : String(part.to)))
  const { rows } = await explainingErrors(database.label, () =>
    sql<{ place: number; id: string }>`
      SELECT part.place::int, found.id
      FROM unnest(${from}::bigint[], ${to}::bigint[]) WITH ORDINALITY AS part (first, next, place)
      CROSS JOIN LATERAL (
        SELECT stored.id FROM ${sql.table(entity.table)} AS stored
        WHERE stored.id >= part.first AND stored.id < coalesce(part.next, 9223372036854775807)
          AND NOT stored.is_deleted AND stored.id <> ALL (${[...ids]}::bigint[])
        ORDER BY stored.id LIMIT ${sql.lit(foundAtOnce)}
      ) AS found`.execute(database.kysely),
  )
  return rows
}
