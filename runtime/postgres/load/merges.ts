import { CompiledQuery, sql, type Transaction } from 'kysely'
import type { Entity } from '../../entity.ts'
import { HubgenError } from '../../errors.ts'
import type { RowColumn } from '../../values/row.ts'
import { bytesOfKey } from '../../values/row-json.ts'
import type { Database } from '../connection/database.ts'
import { missingTableFix } from '../connection/table-check.ts'
import { explainingErrors } from '../database-error.ts'
import type { HubgenTables } from '../hubgen-tables.ts'
import { quoteIdentifier, quoteLiteral, tableOf } from '../identifier.ts'
import type { RunIdentity } from '../state/state.ts'

/**
 * Properties that list the records merged into a record: `76340251;46897301`, and for contacts
 * `76340251:1417469632000;…`, which may include the record itself.
 */
const mergedProperties = ['hs_merged_object_ids', 'hs_calculated_merged_vids']
/** An id, optionally followed by the time of the merge; other values yield no ids. */
const listedId = String.raw`(?:^|;)\s*(\d{1,18})(?::\d*)?\s*(?=;|$)`

/**
 * If a record lists a merged record that has a live row, that record is read by id (`doubted`), or nothing
 * happens (`ignored`).
 */
export type LiveClaims = 'doubted' | 'ignored'

/** The JSON keys of merge lists; a row without any of them lists no merged records. */
export function mergeKeys(columns: readonly RowColumn[]): readonly Buffer[] {
  return listColumns(columns).map(({ key }) => bytesOfKey(key))
}

function listColumns(columns: readonly RowColumn[]): readonly RowColumn[] {
  return columns.filter(({ property, current }) => current && mergedProperties.includes(property))
}

/**
 * Reads which records the ones with ids `$1` list as merged into them. A listed id with a live row is
 * remembered for entity `$2` in run `$3` as one to read by id, since HubSpot may still have it; for any
 * other id the survivor is stored. Returns `suspects`, the number of the first kind. If several records
 * list the same id, the one that was not itself merged into another counts, so that a chain ends with its
 * last survivor. Null for an entity without such a property.
 */
export function mergeStatement(
  entity: Entity,
  columns: readonly RowColumn[],
  liveClaims: LiveClaims,
): string | null {
  const listing = listedIn(entity, columns)
  if (listing === null) return null
  const table = quotedTable(entity)
  const { merges } = entity
  return `WITH listed AS MATERIALIZED (
  SELECT survivor.id, merged ${listing} AND survivor.id = ANY($1::bigint[])
), claim AS MATERIALIZED (
  SELECT DISTINCT ON (merged) id, merged FROM listed WHERE id <> merged
  ORDER BY merged, id IN (SELECT other.merged FROM listed AS other WHERE other.id <> other.merged), id
), live AS MATERIALIZED (
  SELECT claim.merged FROM claim JOIN ${table} AS stored ON stored.id = claim.merged
  WHERE NOT stored.is_deleted
), pair AS (
  SELECT id, merged FROM claim WHERE merged NOT IN (SELECT merged FROM live)
), suspected AS (
  INSERT INTO hubgen.pending_read AS stored (entity, part, record_id, reason, run_id)
  SELECT $2, 'records', merged, 'merged', $3::bigint FROM live${liveClaims === 'ignored' ? ' WHERE false' : ''}
  ON CONFLICT (entity, part, record_id) DO UPDATE SET reason = excluded.reason
  WHERE stored.reason = 'not_listed'
)${merges === undefined ? '' : rememberPairs(entity, merges)}
SELECT count(*)::int AS suspects FROM live`
}

/** FROM and WHERE of rows `survivor` with each id `merged` that they list; null if no column has such lists. */
function listedIn(entity: Entity, columns: readonly RowColumn[]): string | null {
  const lists = listColumns(columns).map(({ column, key }) => {
    const name = quoteIdentifier(column)
    return key.startsWith('o') ? `overflow ->> ${quoteLiteral(column)}` : `${name}::text`
  })
  if (lists.length === 0) return null
  return `FROM ${quotedTable(entity)} AS survivor
  CROSS JOIN LATERAL regexp_matches(concat_ws(';', ${lists.join(', ')}), ${quoteLiteral(listedId)}, 'g') AS part
  CROSS JOIN LATERAL (SELECT part[1]::bigint AS merged) AS one
  WHERE coalesce(${lists.join(', ')}) IS NOT NULL`
}

/**
 * Given ids that HubSpot does not have, stores the survivor of those that a row lists as merged. Such an id
 * had a live row when the list was read, and HubSpot may no longer name its survivor, for example while
 * that is in the recycle bin. Reads the table only if there is such an id.
 */
export async function rememberClaims(
  transaction: Transaction<HubgenTables>,
  entity: Entity,
  columns: readonly RowColumn[],
  goneIds: readonly string[],
): Promise<void> {
  const listing = listedIn(entity, columns)
  const { merges } = entity
  if (merges === undefined || listing === null || goneIds.length === 0) return
  const statement = `WITH gone AS MATERIALIZED (
  SELECT record_id FROM hubgen.pending_read
  WHERE entity = $2 AND part = 'records' AND reason = 'merged' AND record_id = ANY($1::bigint[])
), pair AS (
  SELECT DISTINCT ON (merged) survivor.id, merged ${listing}
    AND EXISTS (SELECT FROM gone) AND merged IN (SELECT record_id FROM gone) AND survivor.id <> merged
  ORDER BY merged, survivor.is_deleted, survivor.updated_at DESC, survivor.id
)${rememberPairs(entity, merges)}
SELECT count(*) FROM pair`
  await transaction.executeQuery(CompiledQuery.raw(statement, [goneIds, entity.name]))
}

/**
 * The survivor of a merge that was not known counts as changed: it has the links of the other one now, and
 * nothing says that its own stamp moved.
 */
function rememberPairs(entity: Entity, merges: NonNullable<Entity['merges']>): string {
  const table = quotedTable(merges)
  const survivor = quoteIdentifier(merges.survivorColumn)
  const merged = quoteIdentifier(merges.mergedColumn)
  return `, remembered AS (
  INSERT INTO ${table} AS stored (${survivor}, ${merged})
  SELECT pair.id, pair.merged FROM pair WHERE NOT EXISTS (
    SELECT FROM ${table} AS known WHERE known.${merged} = pair.merged AND known.${survivor} = pair.id
  )
  ON CONFLICT (${merged}) DO UPDATE SET ${survivor} = excluded.${survivor}, _fivetran_synced = now()
  WHERE stored.${survivor} <> excluded.${survivor}
  RETURNING stored.${survivor} AS id
), touched AS (
  UPDATE ${quotedTable(entity)} AS stored SET _fivetran_synced = now()
  WHERE stored.id IN (SELECT id FROM remembered) AND stored._fivetran_synced <> now()
)`
}

/**
 * Runs a `mergeStatement` for records that were just loaded; returns how many others must now be read by
 * id.
 */
export async function suspectMerged(
  transaction: Transaction<HubgenTables>,
  statement: string | null,
  loadedIds: readonly string[],
  run: RunIdentity,
): Promise<number> {
  if (statement === null || loadedIds.length === 0) return 0
  const { rows } = await transaction.executeQuery<{ suspects: number }>(
    CompiledQuery.raw(statement, [loadedIds, run.entity, run.id]),
  )
  return rows[0]?.suspects ?? 0
}

/**
 * Fails with TABLE_MISSING if the table of merges does not exist. Other companion tables have passes of
 * their own, which report this; merges are written with the records.
 */
export async function checkMergeTable(database: Database, entity: Entity): Promise<void> {
  const { merges } = entity
  if (merges === undefined) return
  const { rows } = await explainingErrors(database.label, () =>
    sql<{
      there: boolean
    }>`SELECT to_regclass(${quotedTable(merges)}) IS NOT NULL AS there`.execute(database.kysely),
  )
  if (rows[0]?.there === true) return
  throw new HubgenError('TABLE_MISSING', `there is no table \`${merges.table}\``, {
    at: `${database.description} ${merges.table}`,
    fix: missingTableFix,
  })
}

/** Removes merges of these ids if they have a live row, because a live record was not merged. */
export async function forgetMerges(
  transaction: Transaction<HubgenTables>,
  entity: Entity,
  ids: readonly string[],
): Promise<void> {
  const { merges } = entity
  if (merges === undefined || ids.length === 0) return
  await transaction.executeQuery(
    CompiledQuery.raw(
      `DELETE FROM ${quotedTable(merges)} AS known USING ${quotedTable(entity)} AS stored
WHERE known.${quoteIdentifier(merges.mergedColumn)} = ANY($1::bigint[])
  AND stored.id = known.${quoteIdentifier(merges.mergedColumn)} AND NOT stored.is_deleted`,
      [ids],
    ),
  )
}

/** Stores the survivor of each merged id. */
export async function rememberMerges(
  transaction: Transaction<HubgenTables>,
  entity: Entity,
  survivors: ReadonlyMap<string, string>,
): Promise<void> {
  const { merges } = entity
  if (merges === undefined || survivors.size === 0) return
  await transaction.executeQuery(
    CompiledQuery.raw(
      `WITH pair AS (
  SELECT merged, id FROM unnest($1::bigint[], $2::bigint[]) AS pair (merged, id)
)${rememberPairs(entity, merges)}
SELECT count(*) FROM pair`,
      [[...survivors.keys()], [...survivors.values()]],
    ),
  )
}

function quotedTable(of: Pick<Entity, 'table'>): string {
  const { schema, name } = tableOf(of)
  return `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`
}
