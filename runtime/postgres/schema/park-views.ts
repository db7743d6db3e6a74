import { sql, type Transaction } from 'kysely'
import type { HubgenTables } from '../hubgen-tables.ts'
import { madeViewComment } from './check-own-views.ts'
import { checkMember, checkOwner, readViewRights } from './view-rights.ts'

/**
 * Drops hubgen's views of these tables before they lose columns or are dropped, and saves the rights and
 * comments that people set in `hubgen.view` until `bringView` creates them again. Rejects with SQLSTATE
 * 2BP01 if another object reads one of them.
 */
export async function parkViews(
  transaction: Transaction<HubgenTables>,
  tables: readonly string[],
): Promise<void> {
  if (tables.length === 0) return
  for (const view of await findViews(transaction, tables)) {
    await checkMember(transaction, view)
    await checkOwner(transaction, view)
    const kept = JSON.stringify(await readViewRights(transaction, view))
    await sql`
      INSERT INTO hubgen.view (name, checksum, definition, kept)
      VALUES (${view}, '', '', ${kept}::jsonb)
      ON CONFLICT (name) DO UPDATE SET kept = excluded.kept`.execute(transaction)
    await sql.raw(`DROP VIEW ${view}`).execute(transaction)
  }
}

/** Views that hubgen created; earlier versions kept no list of them, but gave each a comment. */
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
        AND obj_description(view.oid, 'pg_class') ~ ${madeViewComment}
    ORDER BY view`.execute(transaction)
  return rows.map(({ view }) => view)
}
