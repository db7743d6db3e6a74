/*
 * Views of hubgen are not migrations: `migrate` creates each from its file. It replaces a view in place and
 * keeps the existing column order, so that dependent views survive; it drops and creates a view only if a
 * column is removed or changes its type. Rights and comments that people set survive in both cases.
 * `hubgen.view` stores the query of each view and its definition as Postgres shows it, so a view that
 * somebody has changed is recognized whatever its comment says.
 */

import { createHash } from 'node:crypto'
import { sql, type Transaction } from 'kysely'
import pg from 'pg'
import type { HubgenTables } from '../hubgen-tables.ts'
import { quoteLiteral } from '../identifier.ts'
import { withKnownZone } from './known-zone.ts'
import {
  checkMember,
  checkOwner,
  readViewRights,
  restoreViewRights,
  type ViewRights,
  viewOptions,
} from './view-rights.ts'

/** A view as stated in its file. */
export interface GeneratedView {
  /** With schema, as written in SQL. */
  readonly name: string
  readonly query: string
  /** The comment of the view in the database, unless somebody changes it. */
  readonly comment: string
  /** Columns that the query no longer has: dropped by default, or kept without values. */
  readonly lost?: 'emptied' | undefined
}

export interface BroughtView {
  /** It was created or replaced. */
  readonly isNew: boolean
  /** The portal's time zone if this server does not know it. */
  readonly unknownZone: string | null
}

/** Postgres can neither rename view columns nor change their order or type in place. */
const columnsDiffer = '42P16'

/** Comments by earlier versions that contain a checksum of the view's query. */
const earlierComment =
  /^(?:Labels in the place of values; made by hubgen from [0-9a-f]{64}$|Every property once, in the type that it has now: )/

/** Does nothing if the view already matches the file. */
export async function bringView(
  transaction: Transaction<HubgenTables>,
  given: GeneratedView,
): Promise<BroughtView> {
  const known = await readMade(transaction, given.name)
  // Looking up the zone takes a moment; usually the server knows it by the name in the file.
  if (isMadeFrom(given, known)) return { isNew: false, unknownZone: null }
  const { query, unknownZone } = await withKnownZone(transaction, given.query)
  const view = { ...given, query }
  if (isMadeFrom(view, known)) return { isNew: false, unknownZone }
  await checkMember(transaction, view.name)
  const before = await readViewRights(transaction, view.name)
  const rights = before ?? ((known.made?.kept ?? null) as ViewRights | null)
  const way = await replaceOrRemake(transaction, view, rights)
  if (rights !== null && (before === null || way === 'remade')) {
    await restoreViewRights(transaction, view.name, rights)
  }
  const comment = rights?.comment ?? null
  if (rights === null || (comment !== null && earlierComment.test(comment))) {
    await sql
      .raw(`COMMENT ON VIEW ${view.name} IS ${quoteLiteral(view.comment)}`)
      .execute(transaction)
  }
  await remember(transaction, view)
  return { isNew: true, unknownZone }
}

/** Whether the view exists and matches the file. */
export async function viewState(
  transaction: Transaction<HubgenTables>,
  given: GeneratedView,
): Promise<'missing' | 'changed' | 'current'> {
  const known = await readMade(transaction, given.name)
  if (known.definition === null) return 'missing'
  // Until the first `migrate` of this version, the view's comment contains the checksum.
  const isCurrent = (query: string) =>
    known.made === null
      ? known.comment?.endsWith(checksumOf(query)) === true
      : isMadeFrom({ query }, known)
  if (isCurrent(given.query)) return 'current'
  const { query } = await withKnownZone(transaction, given.query)
  return isCurrent(query) ? 'current' : 'changed'
}

/** The same of many views with one statement, in their order; none of them may name the portal's time zone. */
export async function viewStates(
  transaction: Transaction<HubgenTables>,
  views: readonly GeneratedView[],
): Promise<readonly ('missing' | 'changed' | 'current')[]> {
  await sql`SET LOCAL search_path TO pg_catalog`.execute(transaction)
  const { rows: known } = await sql<{ known: boolean }>`
    SELECT to_regclass('hubgen.view') IS NOT NULL AS known`.execute(transaction)
  if (known[0]?.known !== true) return views.map(() => 'missing' as const)
  const { rows } = await sql<{ definition: string | null; checksum: string | null; made: string }>`
    SELECT md5(pg_get_viewdef(to_regclass(wanted.name))) AS definition, checksum, made.definition AS made
    FROM unnest(${views.map(({ name }) => name)}::text[]) WITH ORDINALITY AS wanted (name, place)
    LEFT JOIN hubgen.view AS made ON made.name = wanted.name
    ORDER BY place`.execute(transaction)
  return views.map((view, index) => {
    const { definition = null, checksum, made } = rows[index] ?? {}
    if (definition === null) return 'missing'
    return checksum === checksumOf(view.query) && made === definition ? 'current' : 'changed'
  })
}

/** Drops a view that no file contains any more, if hubgen created it. */
export async function dropMadeView(
  transaction: Transaction<HubgenTables>,
  name: string,
): Promise<void> {
  const { made, definition, comment } = await readMade(transaction, name)
  const isOurs = made !== null || (comment !== null && earlierComment.test(comment))
  if (definition !== null && isOurs) {
    await checkMember(transaction, name)
    await sql.raw(`DROP VIEW ${name}`).execute(transaction)
  }
  if (made !== null) {
    await transaction.deleteFrom('hubgen.view').where('name', '=', name).execute()
  }
}

/** The current state of a view, and the state in which hubgen created it. */
interface KnownView {
  readonly made: {
    readonly checksum: string
    readonly definition: string
    readonly kept: unknown
  } | null
  /** Hash of the current definition; null if there is no view. */
  readonly definition: string | null
  readonly comment: string | null
}

function isMadeFrom(
  { query }: Pick<GeneratedView, 'query'>,
  { made, definition }: KnownView,
): boolean {
  return made?.checksum === checksumOf(query) && made.definition === definition
}

async function readMade(transaction: Transaction<HubgenTables>, name: string): Promise<KnownView> {
  // In definitions, Postgres names the schemas that are not on the search path.
  await sql`SET LOCAL search_path TO pg_catalog`.execute(transaction)
  const { rows } = await sql<{
    definition: string | null
    comment: string | null
    remembers: boolean
  }>`
    SELECT md5(pg_get_viewdef(to_regclass(${name}))) AS definition,
      obj_description(to_regclass(${name}), 'pg_class') AS comment,
      to_regclass('hubgen.view') IS NOT NULL AS remembers`.execute(transaction)
  const { definition = null, comment = null, remembers = false } = rows[0] ?? {}
  const made = remembers
    ? await transaction
        .selectFrom('hubgen.view')
        .select(['checksum', 'definition', 'kept'])
        .where('name', '=', name)
        .executeTakeFirst()
    : undefined
  return { made: made ?? null, definition, comment }
}

async function remember(
  transaction: Transaction<HubgenTables>,
  { name, query }: GeneratedView,
): Promise<void> {
  const checksum = checksumOf(query)
  await sql`
    INSERT INTO hubgen.view (name, checksum, definition)
    VALUES (${name}, ${checksum}, md5(pg_get_viewdef(to_regclass(${name}))))
    ON CONFLICT (name) DO UPDATE
    SET checksum = excluded.checksum, definition = excluded.definition, kept = NULL`.execute(
    transaction,
  )
}

function checksumOf(query: string): string {
  return createHash('sha256').update(query).digest('hex')
}

/**
 * Replaces the view in place if Postgres allows it, if necessary with the existing columns first; otherwise
 * drops and creates it.
 */
async function replaceOrRemake(
  transaction: Transaction<HubgenTables>,
  view: GeneratedView,
  rights: ViewRights | null,
): Promise<'replaced' | 'remade'> {
  const create = `CREATE OR REPLACE VIEW ${view.name}${viewOptions(rights)} AS`
  const inPlace = await isAccepted(transaction, async () => `${create}\n${view.query}`)
  if (inPlace) return 'replaced'
  const inOrder = await isAccepted(
    transaction,
    async () => `${create}\n${await keepOrder(transaction, view)}`,
  )
  if (inOrder) return 'replaced'
  await checkOwner(transaction, view.name)
  await sql.raw(`DROP VIEW ${view.name}; ${create}\n${view.query}`).execute(transaction)
  return 'remade'
}

/** False if Postgres refuses the statement because of the view's columns. */
async function isAccepted(
  transaction: Transaction<HubgenTables>,
  statement: () => Promise<string>,
): Promise<boolean> {
  await sql`SAVEPOINT brought`.execute(transaction)
  try {
    await sql.raw(await statement()).execute(transaction)
    return true
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || error.code !== columnsDiffer) throw error
    await sql`ROLLBACK TO SAVEPOINT brought`.execute(transaction)
    return false
  }
}

/** The query with the view's existing columns in their order, followed by the new ones. */
async function keepOrder(
  transaction: Transaction<HubgenTables>,
  { name, query, lost }: GeneratedView,
): Promise<string> {
  await sql.raw(`CREATE TEMPORARY VIEW hubgen_wanted AS\n${query}`).execute(transaction)
  const { rows } = await sql<{ value: string; isWanted: boolean }>`
    SELECT CASE WHEN wanted.attname IS NOT NULL THEN 'record.' || quote_ident(wanted.attname)
        ELSE format('NULL::%s AS %I', format_type(existing.atttypid, existing.atttypmod),
          existing.attname) END AS value,
      wanted.attname IS NOT NULL AS "isWanted"
    FROM (SELECT * FROM pg_attribute WHERE attrelid = 'pg_temp.hubgen_wanted'::regclass) AS wanted
    FULL JOIN (SELECT * FROM pg_attribute WHERE attrelid = to_regclass(${name}) AND attnum > 0)
      AS existing ON existing.attname = wanted.attname
    ORDER BY existing.attnum, wanted.attnum`.execute(transaction)
  await sql`DROP VIEW pg_temp.hubgen_wanted`.execute(transaction)
  const columns = rows
    .filter(({ isWanted }) => isWanted || lost === 'emptied')
    .map(({ value }) => value)
  return `SELECT ${columns.join(', ')}\nFROM (\n${query}\n) AS record`
}
