import { sql } from 'kysely'
import type { Database } from '../connection/database.ts'
import { explainingErrors } from '../database-error.ts'

/** Number of a portal's rows in a table. */
export interface PortalRows {
  readonly portalId: string
  readonly count: number
}

/** Rows of other portals than this one, by portal; reads the whole table. */
export async function rowsOfOtherPortals(
  database: Database,
  schema: string,
  table: string,
  portalId: number,
): Promise<readonly PortalRows[]> {
  const { rows } = await explainingErrors(database.label, () =>
    sql<PortalRows>`
      SELECT portal_id::text AS "portalId", count(*)::float8 AS count
      FROM ${sql.id(schema, table)} WHERE portal_id <> ${portalId}::bigint
      GROUP BY portal_id ORDER BY portal_id`.execute(database.kysely),
  )
  return rows
}
