import { sql } from 'kysely'
import { liftBounds } from '../connection/bounded-dialect.ts'
import type { Database } from '../connection/database.ts'
import { transact } from '../connection/transact.ts'
import { explainingErrors } from '../database-error.ts'

/** The columns of a table of others whose values decide whether hubgen may take it over. */
export interface RowQuestions {
  readonly schema: string
  readonly table: string
  /** The record's id, of any type. */
  readonly key: string
  /** Other columns with the record's id. */
  readonly sameAsKey: readonly string[]
  readonly portal: { readonly column: string; readonly id: number } | null
  /** A timestamptz. */
  readonly synced: string | null
  /** Booleans that mark a deleted row. */
  readonly flags: readonly string[]
}

export interface ForeignRows {
  readonly rows: number
  /** Rows whose key is no positive whole number. */
  readonly withoutId: number
  /** Rows whose key is not the value of another column with the record's id. */
  readonly otherId: number
  readonly otherPortal: number
  /** Rows that were synced in the future. */
  readonly inFuture: number
  readonly deleted: number
}

/** Reads the whole table once, without a lock that others notice. */
export async function readForeignRows(
  database: Database,
  { schema, table, key, sameAsKey, portal, synced, flags }: RowQuestions,
): Promise<ForeignRows> {
  const count = (conditions: readonly ReturnType<typeof sql>[]) =>
    conditions.length === 0
      ? sql`0::float8`
      : sql`count(*) FILTER (WHERE ${sql.join(conditions, sql` OR `)})::float8`
  const id = sql`${sql.id(key)}::text`
  const other = sameAsKey.map((name) => sql`${sql.id(name)}::text <> ${id}`)
  const ofOthers =
    portal === null ? [] : [sql`${sql.id(portal.column)}::text <> ${String(portal.id)}`]
  const future = synced === null ? [] : [sql`${sql.id(synced)} > now()`]
  const deleted = flags.map((name) => sql`${sql.id(name)}`)
  return explainingErrors(database.label, () =>
    transact(database)
      .setAccessMode('read only')
      .execute(async (transaction) => {
        await liftBounds(transaction)
        const { rows } = await sql<ForeignRows>`
          SELECT count(*)::float8 AS rows, ${count([sql`${id} !~ '^[1-9][0-9]*$'`])} AS "withoutId",
            ${count(other)} AS "otherId", ${count(ofOthers)} AS "otherPortal",
            ${count(future)} AS "inFuture", ${count(deleted)} AS deleted
          FROM ${sql.id(schema, table)}`.execute(transaction)
        const [found] = rows
        if (found === undefined) throw new Error('count(*) returned no row')
        return found
      }),
  )
}
