import { sql } from 'kysely'
import type { Database } from '../postgres/connection/database.ts'
import { explainingErrors } from '../postgres/database-error.ts'
import { quoteIdentifier, tableOf } from '../postgres/identifier.ts'
import type { Misfit, QuarantineBounds, WatchedEntity } from './copy-status.ts'

export const usualQuarantineBounds: QuarantineBounds = { percent: 5, values: 20 }

/** Blocks of a table to read; larger tables are sampled, which is enough for a percentage. */
const mostBlocks = 4_000

interface Group {
  readonly entity: string
  readonly property: string
  readonly reason: string
  readonly runId: string
  readonly values: string
  /** When the first of them was quarantined, and when that run began. */
  readonly since: Date
  readonly runStarted: Date
}

/**
 * Properties for which more values than allowed did not fit in a run, most first, by entity: quarantined
 * values compared with those in rows written since that run began. One statement, plus one for each entity
 * with enough such values. Requires the state tables.
 */
export async function findMisfits(
  database: Database,
  entities: readonly WatchedEntity[],
): Promise<ReadonlyMap<string, readonly Misfit[]>> {
  const least = Math.min(...entities.map((one) => boundsOf(one).values))
  if (entities.length === 0) return new Map()
  const names = entities.map(({ name: entity }) => entity)
  const groups = await explainingErrors(database.label, () =>
    groupsQuery(names, least).execute(database.kysely),
  )
  const misfits = new Map<string, readonly Misfit[]>()
  for (const watched of entities) {
    const { percent, values } = boundsOf(watched)
    const own = groups.rows.filter(
      (group) => group.entity === watched.name && Number(group.values) >= values,
    )
    if (own.length === 0) continue
    const found = await measure(database, watched, own)
    const isMany = ({ values: misfits, of }: Misfit) =>
      misfits >= values && (100 * misfits) / of > percent
    misfits.set(watched.name, found.filter(isMany))
  }
  return misfits
}

/** For each property, the run that quarantined most values. */
function groupsQuery(entities: readonly string[], least: number) {
  return sql<Group>`
    SELECT DISTINCT ON (entity, property) held.entity, held.property,
      held.run_id::text AS "runId", held.values, held.reason,
      held.since, run.started_at AS "runStarted"
    FROM (
      SELECT entity, property, run_id, count(*) AS values, min(quarantined_at) AS since,
        min(reason) AS reason
      FROM hubgen.quarantine WHERE property IS NOT NULL AND entity = ANY(${[...entities]}::text[])
      GROUP BY entity, property, run_id HAVING count(*) >= ${least}
    ) AS held JOIN hubgen.run ON run.id = held.run_id
    ORDER BY entity, property, held.values DESC, run.id DESC`
}

function boundsOf({ quarantine }: WatchedEntity): QuarantineBounds {
  return quarantine ?? usualQuarantineBounds
}

/** Number of values of each property in rows written since then. */
async function measure(
  database: Database,
  { table, isResource = false, deletedColumn = 'is_deleted' }: WatchedEntity,
  groups: readonly Group[],
): Promise<readonly Misfit[]> {
  return explainingErrors(database.label, async () => {
    const { columnOf, hasOverflow, blocks, key } = await describeTable(database, table, isResource)
    const [first] = key
    if (blocks === 0 || first === undefined) return []
    const isLive = deletedColumn === null ? sql`true` : sql`NOT stored.${sql.id(deletedColumn)}`
    // An index finds the record of a numeric id.
    const isHeld = isResource
      ? sql`concat_ws('/', ${sql.join(key.map((column) => sql`stored.${sql.id(column)}`))}) = held.record_id`
      : sql`stored.id = CASE WHEN held.record_id ~ '^[0-9]{1,18}$' THEN held.record_id::bigint END`
    const percent = blocks > mostBlocks ? (100 * mostBlocks) / blocks : 100
    const counts = groups.map(({ property, runStarted }, number) => {
      const column = columnOf(property)
      const shared = hasOverflow
        ? sql`(stored.overflow ->> ${property}::text)`
        : sql`stored.${sql.id(first)}`
      const value = column === null ? shared : sql`stored.${sql.id(column)}`
      return sql`count(${value}) FILTER (WHERE stored._fivetran_synced >= ${runStarted.toISOString()}::timestamptz)
        AS ${sql.id(`filled_${number}`)}`
    })
    const { schema, name } = tableOf({ table })
    // Values of records that are deleted by now need no fix.
    const live = groups.map(
      ({ entity, property, runId }, number) => sql`(
        SELECT count(*) FROM hubgen.quarantine AS held
        JOIN ${sql.id(schema, name)} AS stored
          ON ${isHeld}
        WHERE held.entity = ${entity} AND held.property = ${property}
          AND held.run_id = ${runId}::bigint AND ${isLive}
      ) AS ${sql.id(`live_${number}`)}`,
    )
    const { rows } = await sql<Record<string, string>>`
      SELECT ${sql.join([...counts, ...live])} FROM ${sql.id(schema, name)} AS stored
        TABLESAMPLE SYSTEM (${sql.lit(percent)}) REPEATABLE (1)
      WHERE ${isLive}`.execute(database.kysely)
    return groups
      .map(({ property, reason, since }, number) => {
        const values = Number(rows[0]?.[`live_${number}`] ?? 0)
        const filled = (Number(rows[0]?.[`filled_${number}`] ?? 0) * 100) / percent
        return {
          property,
          reason,
          since,
          values,
          of: values + Math.round(filled),
          estimated: percent < 100,
        }
      })
      .toSorted((one, other) => other.values - one.values)
  })
}

/** Where a table stores the values of properties. */
interface TableFacts {
  /** The column of a property, from the labels or by naming convention; null if it has none of its own. */
  columnOf(property: string): string | null
  readonly hasOverflow: boolean
  readonly blocks: number
  /** The columns of the primary key, in its order. */
  readonly key: readonly string[]
}

async function describeTable(
  database: Database,
  table: WatchedEntity['table'],
  isResource: boolean,
): Promise<TableFacts> {
  const { schema, name } = tableOf({ table })
  const quoted = `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`
  const labels = `${quoteIdentifier(schema)}.property`
  const { rows } = await sql<{
    column: string
    blocks: number
    labelled: boolean
    place: number | null
  }>`
    SELECT attname AS column, to_regclass(${labels}) IS NOT NULL AS labelled,
      (SELECT array_position(indkey::int2[], attnum) FROM pg_catalog.pg_index
        WHERE indrelid = attrelid AND indisprimary) AS place,
      (pg_relation_size(attrelid) / current_setting('block_size')::int)::float8 AS blocks
    FROM pg_catalog.pg_attribute
    WHERE attrelid = to_regclass(${quoted}) AND attnum > 0 AND NOT attisdropped`.execute(
    database.kysely,
  )
  const there = new Set(rows.map(({ column }) => column))
  const known = rows[0]?.labelled === true ? await readColumns(database, schema, name) : new Map()
  return {
    columnOf(property) {
      const column = known.get(property) ?? (isResource ? property : `property_${property}`)
      return there.has(column) ? column : null
    },
    hasOverflow: there.has('overflow'),
    blocks: rows[0]?.blocks ?? 0,
    key: rows
      .flatMap(({ column, place }) => (place === null ? [] : [{ column, place }]))
      .toSorted((one, other) => one.place - other.place)
      .map(({ column }) => column),
  }
}

async function readColumns(
  database: Database,
  schema: string,
  table: string,
): Promise<ReadonlyMap<string, string>> {
  const { rows } = await sql<{ property: string; column: string }>`
    SELECT name AS property, column_name AS column FROM ${sql.id(schema, 'property')}
    WHERE hubspot_object = ${table}`.execute(database.kysely)
  return new Map(rows.map(({ property, column }) => [property, column]))
}
