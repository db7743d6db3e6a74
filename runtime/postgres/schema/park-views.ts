import { sql, type Transaction } from 'kysely'
import type { HubgenTables } from '../hubgen-tables.ts'
import { readViewRights } from './view-rights.ts'

/**
 * Drops the views of ours that read these tables, before they lose columns or go, and keeps in `hubgen.view` what
 * people had set on them until `bringView` makes them again. Rejects with SQLSTATE 2BP01 while somebody's own view reads
 * one of them.
 */
export async function parkViews(
  transaction: Transaction<HubgenTables>,
  tables: readonly string[],
): Promise<void> {
  for (const view of await findViews(transaction, tables)) {
    const kept = JSON.stringify(await readViewRights(transaction, view))
    await sql`
      INSERT INTO hubgen.view (name, checksum, definition, kept)
      VALUES (${view}, '', '', ${kept}::jsonb)
      ON CONFLICT (name) DO UPDATE SET kept = excluded.kept`.execute(transaction)
    await sql.raw(`DROP VIEW ${view}`).execute(transaction)
  }
}

/** Those that hubgen made, and those that have the names of such: earlier versions kept no list. */
async function findViews(
  transaction: Transaction<HubgenTables>,
  tables: readonly string[],
): Promise<readonly string[]> {
  const { rows } = await sql<{ view: string }>`
    SELECT DISTINCT quote_ident(nspname) || '.' || quote_ident(view.relname) AS view
    FROM unnest(${[...tables]}::text[]) AS wanted
    JOIN pg_class AS read ON read.oid = to_regclass(wanted)
    JOIN pg_depend ON refclassid = 'pg_class'::regclass AND refobjid = read.oid
      AND pg_depend.classid = 'pg_rewrite'::regclass
    JOIN pg_rewrite ON pg_rewrite.oid = pg_depend.objid
    JOIN pg_class AS view ON view.oid = ev_class AND view.relkind = 'v'
    JOIN pg_namespace ON pg_namespace.oid = view.relnamespace
    WHERE quote_ident(nspname) || '.' || quote_ident(view.relname) IN (SELECT name FROM hubgen.view)
      OR view.relnamespace = read.relnamespace
        AND view.relname IN (read.relname || '_labelled', read.relname || '_current')
    ORDER BY view`.execute(transaction)
  return rows.map(({ view }) => view)
}
