import { quoteIdentifier } from '../postgres/identifier.ts'
import type { MatchedColumn, MatchedTable } from './match-table.ts'

/** Two tables of which the first is ours. */
export interface Sides {
  /** SQL after FROM. */
  readonly ours: string
  readonly theirs: string
  readonly match: MatchedTable
}

/** Both sides of one key column in a form that compares. */
function keyPair({ name, ours, families }: MatchedColumn): readonly [string, string] {
  const theirs = quoteIdentifier(name)
  const cast = castOf(families)
  return [cast(ours), cast(theirs)]
}

function castOf({ ours, theirs }: MatchedColumn['families']): (value: string) => string {
  if (ours === 'number' && theirs === 'number') return (value) => `(${value})::numeric`
  const isTime = (family: string) => family === 'instant' || family === 'date'
  if (isTime(ours) && isTime(theirs)) {
    return (value) => `date_trunc('milliseconds', (${value})::timestamptz)`
  }
  return (value) => `(${value})::text`
}

/** Columns of theirs with the time of the last change in HubSpot, best first. */
const CHANGED = [
  'property_hs_lastmodifieddate',
  'property_lastmodifieddate',
  'hs_lastmodifieddate',
  'lastmodifieddate',
  'updated_at',
]

/** SQL expressions of the facts that explain a difference; `NULL` for those that a copy lacks. */
function facts({ match }: Sides) {
  const { our, their } = match
  const typed = (name: string, pattern: RegExp) => pattern.test(their.columns.get(name) ?? '')
  const changed = CHANGED.find((name) => typed(name, /^timestamp/))
  const flags = ['_fivetran_deleted', 'is_deleted'].filter((name) => typed(name, /^boolean$/))
  const ours = changed === undefined ? null : (our.columns.get(changed) ?? null)
  const instant = (value: string | null | undefined) =>
    value === null || value === undefined ? 'NULL::timestamptz' : `(${value})::timestamptz`
  const quoted = (name: string | undefined) =>
    name === undefined ? undefined : quoteIdentifier(name)
  return {
    changedHere: instant(ours ?? our.changedAt),
    changedThere: instant(quoted(changed)),
    syncedThere: instant(typed('_fivetran_synced', /^timestamp/) ? '_fivetran_synced' : null),
    deletedHere: our.isDeleted ?? 'NULL::boolean',
    deletedThere:
      flags.length === 0
        ? 'NULL::boolean'
        : flags.map((name) => `coalesce(${quoteIdentifier(name)}, false)`).join(' OR '),
  }
}

/** Counts the rows of both tables by key: in both, only here, only there, and why. */
export function rowsQuery(sides: Sides): string {
  const found = facts(sides)
  const pairs = sides.match.key.map(keyPair)
  const keys = pairs.map((_, index) => `k${index}`)
  const list = (side: 0 | 1) => pairs.map((pair, index) => `${pair[side]} AS k${index}`).join(', ')
  const named = (side: string) =>
    `concat_ws(' / ', ${keys.map((key) => `${side}.${key}`).join(', ')})`
  return `WITH ours AS (
      SELECT ${list(0)}, max(${found.changedHere}) AS changed, bool_or(${found.deletedHere}) AS deleted
      FROM ${sides.ours} GROUP BY ${keys.join(', ')}
    ), theirs AS (
      SELECT ${list(1)}, max(${found.changedThere}) AS changed, bool_or(${found.deletedThere}) AS deleted,
        max(${found.syncedThere}) AS synced, true AS there
      FROM ${sides.theirs} GROUP BY ${keys.join(', ')}
    ), last AS (
      SELECT (SELECT max(changed) FROM ours) AS here, (SELECT greatest(max(synced), max(changed)) FROM theirs) AS there
    ), joined AS (
      SELECT CASE WHEN theirs.there IS NULL THEN 'here' WHEN ours.here IS NULL THEN 'there' ELSE 'both' END AS side,
        CASE WHEN theirs.there IS NULL THEN
            CASE WHEN ours.deleted THEN 'deleted_here' WHEN ours.changed > last.there THEN 'newer_here' ELSE 'different' END
          WHEN ours.here IS NULL THEN
            CASE WHEN theirs.deleted THEN 'deleted_there' WHEN theirs.changed > last.here THEN 'newer_there' ELSE 'different' END
        END AS class,
        CASE WHEN ours.here IS NULL THEN ${named('theirs')} ELSE ${named('ours')} END AS key
      FROM (SELECT *, true AS here FROM ours) AS ours
      FULL JOIN theirs ON ${keys.map((key) => `ours.${key} = theirs.${key}`).join(' AND ')}
      CROSS JOIN last
    )
    SELECT side, class, count(*)::float8 AS count, min(key) AS first, max(key) AS last
    FROM joined GROUP BY side, class`
}

/** A sample has the rows whose hashed keys are the smallest, so that it is the same each time. */
export function valuesQuery(sides: Sides, sample: number | null): string {
  const found = facts(sides)
  const pairs = sides.match.key.map(keyPair)
  const keys = pairs.map((_, index) => `k${index}`)
  const side = (which: 0 | 1, more: readonly string[], from: string) =>
    `(SELECT ${[...pairs.map((pair, index) => `${pair[which]} AS k${index}`), ...more].join(', ')} FROM ${from})`
  const on = (left: string, right: string) =>
    keys.map((key) => `${left}.${key} = ${right}.${key}`).join(' AND ')
  const texts = (values: readonly string[]) =>
    `array_to_json(ARRAY[${values.map((value) => `(${value})::text`).join(', ')}]::text[])::text AS texts`
  const ours = side(
    0,
    [`${found.changedHere} AS changed`, texts(sides.match.values.map((one) => one.ours))],
    sides.ours,
  )
  const theirs = side(
    1,
    [
      `${found.changedThere} AS changed`,
      `${found.syncedThere} AS synced`,
      texts(sides.match.values.map(({ name }) => quoteIdentifier(name))),
    ],
    sides.theirs,
  )
  const named = (table: string) =>
    `concat_ws(' / ', ${keys.map((key) => `${table}.${key}`).join(', ')})`
  const sampled =
    sample === null
      ? ''
      : `JOIN (SELECT here.* FROM ${side(0, [], sides.ours)} AS here JOIN ${side(1, [], sides.theirs)} AS there ON ${on('here', 'there')}
          ORDER BY md5(${named('here')}), ${keys.map((key) => `here.${key}`).join(', ')} LIMIT ${sample}) AS sample ON ${on('sample', 'ours')}`
  return `SELECT ${named('ours')} AS key, ours.texts AS ours, theirs.texts AS theirs,
      CASE WHEN ours.changed > theirs.changed THEN 'newer_here' WHEN ours.changed < theirs.changed THEN 'newer_there'
        WHEN theirs.changed IS NULL AND ours.changed > theirs.synced THEN 'newer_here' ELSE 'different' END AS class
    FROM ${ours} AS ours ${sampled} JOIN ${theirs} AS theirs ON ${on('theirs', 'ours')}`
}
