import { sql } from 'kysely'
import pg from 'pg'
import { HubgenError } from '../../errors.ts'
import { nameSome } from '../../words/name-some.ts'
import type { Database } from '../connection/database.ts'
import { transact } from '../connection/transact.ts'
import { explainingErrors, isConnectionError } from '../database-error.ts'
import type { GeneratedView } from './bring-view.ts'
import { withKnownZone } from './known-zone.ts'

/** A pattern for Postgres: the start of the comments that hubgen has ever put on a view of a table. */
export const madeViewComment =
  "^(Labels in the place of values|Every property once, in the type that it has now|In the shape of Fivetran's table, made by hubgen)"

interface FoundView {
  readonly name: string
  readonly isView: boolean
}

/**
 * Fails with TABLE_NOT_OURS if a view of hubgen's would take the name of something that hubgen did not make.
 * hubgen made a view that `hubgen.view` lists or that has a comment of hubgen's, and a program made one from
 * hubgen's file if the query is the same. Changes nothing, and needs no tables of hubgen's own.
 */
export async function checkOwnViews(
  database: Database,
  views: readonly GeneratedView[],
): Promise<void> {
  const foreign: FoundView[] = []
  for (const one of await explainingErrors(database.label, () => findUnmarked(database, views))) {
    const view = views.find(({ name }) => name === one.name)
    if (view !== undefined && one.isView && (await isMadeByFile(database, view))) continue
    foreign.push(one)
  }
  if (foreign.length === 0) return
  const which = nameSome(foreign.map(({ name }) => name))
  const [were, them] = foreign.length === 1 ? ['was', 'it'] : ['were', 'them']
  throw new HubgenError(
    'TABLE_NOT_OURS',
    `${which} ${were} not made by hubgen, which makes a view of this name and replaces none of others; nothing was changed`,
    {
      at: database.description,
      fix: `rename ${them}, or drop ${them} if nobody needs ${them}, then run \`hubgen migrate\`; or set another schema in hubgen.config.ts (\`schema: 'hubspot_neon'\`) and start over in another folder`,
    },
  )
}

async function findUnmarked(
  { kysely }: Database,
  views: readonly GeneratedView[],
): Promise<readonly FoundView[]> {
  const { rows: known } = await sql<{ known: boolean }>`
    SELECT to_regclass('hubgen.view') IS NOT NULL AS known`.execute(kysely)
  const isListed =
    known[0]?.known === true
      ? sql<boolean>`EXISTS (SELECT FROM hubgen.view AS made WHERE made.name = given.name)`
      : sql<boolean>`false`
  const { rows } = await sql<FoundView>`
    SELECT given.name, relkind = 'v' AS "isView"
    FROM unnest(${views.map(({ name }) => name)}::text[]) AS given (name)
    JOIN pg_class ON oid = to_regclass(given.name)
    WHERE relkind <> 'v' OR NOT ${isListed}
      AND coalesce(obj_description(oid, 'pg_class'), '') !~ ${madeViewComment}
    ORDER BY given.name`.execute(kysely)
  return rows
}

/** False also where Postgres refuses the query of the file, for example because a column is missing yet. */
async function isMadeByFile(database: Database, view: GeneratedView): Promise<boolean> {
  try {
    return await transact(database).execute(async (transaction) => {
      const { query } = await withKnownZone(transaction, view.query)
      await sql.raw(`CREATE TEMPORARY VIEW hubgen_wanted AS\n${query}`).execute(transaction)
      const { rows } = await sql<{ same: boolean }>`
        SELECT pg_get_viewdef('pg_temp.hubgen_wanted'::regclass) = pg_get_viewdef(to_regclass(${view.name})) AS same`.execute(
        transaction,
      )
      await sql`DROP VIEW pg_temp.hubgen_wanted`.execute(transaction)
      return rows[0]?.same === true
    })
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || isConnectionError(error)) throw error
    return false
  }
}
