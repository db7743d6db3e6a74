import type { Entity } from '../../entity.ts'
import { HubgenError } from '../../errors.ts'
import type { Database } from '../../postgres/connection/database.ts'
import { queryRows } from '../../postgres/connection/query-rows.ts'
import { quoteIdentifier, quoteLiteral, tableOf } from '../../postgres/identifier.ts'
import { keyText, planResource } from '../../postgres/load/resource-plan.ts'
import type { ParentTable } from '../../postgres/load/resource-rows.ts'
import { recordColumn, recordValue } from '../../postgres/load/row-record.ts'
import type { Resource, ResourceParent } from '../../resources/resource.ts'
import { resourceTables } from '../../resources/resource-tables.ts'
import { findResource } from '../../resources/resources.ts'
import type { ConvertedRecord } from '../../values/row.ts'
import { arrayOfRows } from '../../values/row-json.ts'
import type { ParentColumns } from './convert-row.ts'
import type { LastRead } from './read-steps.ts'

/** A row of another resource whose rows are read, or a pair of object types. */
export interface Parent {
  /** "" if rows are not read by parent. */
  readonly key: string
  readonly columns: ParentColumns
  /** The columns that show a change, as one text; null if there are none. */
  readonly changed: string | null
  /** When its rows were last read; absent if they never were. */
  readonly last?: LastRead | undefined
}

/** The columns of a parent by the placeholders of the path. */
export function boundOf({ parent }: Resource, columns: ParentColumns): ParentColumns {
  if (parent === undefined || !('resource' in parent)) return columns
  return Object.fromEntries(
    Object.entries(parent.bind).map(([name, column]) => [name, columns[column] ?? null]),
  )
}

/** Stands for all rows of a resource that has no parent. */
export const noParent: Parent = { key: '', columns: {}, changed: null }

export function parentTable(entity: Entity, resource: Resource): ParentTable | null {
  const { parent } = resource
  if (parent === undefined) return null
  if (!('resource' in parent)) return pairTable(entity, resource)
  const { schema } = tableOf(entity)
  const own = describe(parent)
  const conditions = [
    ...(own.marksDeleted ? ['NOT parent._fivetran_deleted'] : []),
    ...Object.entries(parent.when ?? {}).map(
      ([column, values]) =>
        `parent.${quoteIdentifier(column)}::text IN (${values.map(quoteLiteral).join(', ')})`,
    ),
    ...Object.entries(parent.unless ?? {}).map(
      ([column, values]) =>
        `(parent.${quoteIdentifier(column)}::text IN (${values.map(quoteLiteral).join(', ')})) IS NOT TRUE`,
    ),
  ]
  return {
    table: `${quoteIdentifier(schema)}.${quoteIdentifier(own.name)}`,
    key: own.key,
    live: conditions.join(' AND ') || 'true',
    links: own.key.map((column) => linkOf(resource, column)),
  }
}

/** The pairs of object types whose rows are read; none for a resource of another kind. */
export function pairsOf({
  objectPairs = {},
}: Entity): readonly (readonly [from: string, to: string])[] {
  return Object.entries(objectPairs).flatMap(([from, others]) =>
    others.map((to) => [from, to] as const),
  )
}

/** The pairs of object types that the generated module states, as rows. Fails with GENERATED_OUTDATED if it has none. */
function pairTable(entity: Entity, resource: Resource): ParentTable {
  if (entity.objectPairs === undefined) {
    throw new HubgenError('GENERATED_OUTDATED', 'the module names no pairs of object types', {
      at: entity.name,
      fix: '`hubgen explore contacts deals`, then `hubgen generate --all`',
    })
  }
  const pairs = pairsOf(entity).map(([from, to]) => ({ from, to }))
  const key = ['from', 'to']
  return {
    table: `(SELECT * FROM json_to_recordset(${quoteLiteral(JSON.stringify(pairs))}) AS pair ("from" text, "to" text))`,
    key,
    live: 'true',
    links: key.map((column) => linkOf(resource, column)),
  }
}

/** Own column ← the column of the parent's key that it repeats. */
function linkOf({ columns, name }: Resource, parentColumn: string): string {
  const link = Object.entries(columns).find(([, [pointer]]) => pointer === `^${parentColumn}`)
  if (link === undefined) throw new Error(`\`${name}\` has no column \`^${parentColumn}\``)
  return link[0]
}

/** The columns of this resource's rows of the parent, with their values. */
export function rowsOfParent(
  entity: Entity,
  resource: Resource,
  { columns }: Parent,
): ParentColumns {
  const keys = parentTable(entity, resource)?.key ?? []
  return Object.fromEntries(
    keys.map((column) => [linkOf(resource, column), columns[column] ?? null]),
  )
}

function describe({ resource }: ResourceParent) {
  const found = findResource(resource)
  const [own] = found === undefined ? [] : resourceTables(found)
  if (own === undefined) throw new Error(`there is no resource \`${resource}\``)
  return own
}

export interface ParentQuery {
  /** Parents that were read since then in this read are not due. */
  readonly begunAt: Date
  /** Also those whose rows cannot have changed. */
  readonly all: boolean
  /** Only this parent. */
  readonly only?: string
}

/** Number of parents that are found at once. */
const together = 200

/** The parents whose rows are to be read, in the order of their keys as text. */
export async function* dueParents(
  database: Database,
  entity: Entity,
  resource: Resource,
  query: ParentQuery,
): AsyncGenerator<Parent> {
  for (let after = ''; ; ) {
    const found = await findDue(database, entity, resource, query, after)
    yield* found
    const last = found.at(-1)
    if (found.length < together || last === undefined) return
    after = last.key
  }
}

/** Some of the due parents with keys after this one. */
async function findDue(
  database: Database,
  entity: Entity,
  resource: Resource,
  { begunAt, all, only }: ParentQuery,
  after: string,
): Promise<readonly Parent[]> {
  const rows = await queryRows<Omit<Parent, 'last'> & LastRead>(
    database,
    `SELECT parent.key, parent.columns, parent.changed, known.stamp, known.whole_at AS "thoroughAt"
FROM (${parentSql(entity, resource)}) AS parent
LEFT JOIN hubgen.resource_read AS known ON known.entity = $1 AND known.parent_key = parent.key
WHERE parent.key COLLATE "C" > $2 AND ($5::text IS NULL OR parent.key = $5)
  AND ($4::boolean OR known.read_at IS NULL OR parent.changed IS NULL OR known.changed IS DISTINCT FROM parent.changed)
  AND (known.read_at IS NULL OR known.read_at < $3::timestamptz)
ORDER BY parent.key COLLATE "C" LIMIT ${together}`,
    [entity.name, after, begunAt, all, only ?? null],
  )
  return rows.map(({ stamp, thoroughAt, ...parent }) => ({
    ...parent,
    last: { stamp, thoroughAt },
  }))
}

/** Whether the rows of the parent's resource were ever read; without them there is nothing to read. */
export async function hasParents(
  database: Database,
  entity: Entity,
  resource: Resource,
): Promise<boolean> {
  const { parent } = resource
  const found = parentTable(entity, resource)
  if (parent === undefined || found === null || !('resource' in parent)) return true
  const rows = await queryRows<{ read: boolean }>(
    database,
    `SELECT EXISTS (SELECT FROM hubgen.resource_read WHERE entity = $1)
  OR EXISTS (SELECT FROM ${found.table}) AS read`,
    [parent.resource],
  )
  return rows[0]?.read === true
}

export interface DueCount {
  /** Also those whose rows cannot have changed. */
  readonly all: boolean
  /** Whether reads were ever recorded here. */
  readonly hasReads: boolean
  /** Rows of a page; null if pages are not counted. */
  readonly size: number | null
}

/**
 * The number of pages of the due parents among these rows of the parent's resource; of pairs (null), all of
 * them. A parent whose number of rows is not known has one page.
 */
export async function countDue(
  database: Database,
  entity: Entity,
  resource: Resource,
  { all, hasReads, size }: DueCount,
  rows: readonly ConvertedRecord[] | null,
): Promise<number> {
  const { parent } = resource
  const sizeColumn = parent !== undefined && 'resource' in parent ? parent.size : undefined
  const pages =
    sizeColumn === undefined || size === null
      ? '1'
      : `greatest(1, ceil((parent.columns ->> ${quoteLiteral(sizeColumn)})::numeric / ${size}))`
  const known = hasReads
    ? `LEFT JOIN hubgen.resource_read AS known ON known.entity = ${quoteLiteral(entity.name)} AND known.parent_key = parent.key
WHERE ${all} OR known.read_at IS NULL OR parent.changed IS NULL OR known.changed IS DISTINCT FROM parent.changed`
    : ''
  const found = await queryRows<{ pages: string }>(
    database,
    `SELECT coalesce(sum(${pages}), 0)::bigint AS pages
FROM (${parentSql(entity, resource, rows === null ? 'stored' : 'given')}) AS parent ${known}`,
    rows === null ? [] : [arrayOfRows(rows)],
  )
  return Number(found[0]?.pages ?? 0)
}

/** Selects `key`, `columns` and `changed` of all parents that HubSpot has; `given`: of the rows in `$1`. */
function parentSql(
  entity: Entity,
  resource: Resource,
  source: 'stored' | 'given' = 'stored',
): string {
  const { parent } = resource
  const found = parentTable(entity, resource)
  if (parent === undefined || found === null) throw new Error(`\`${resource.name}\` has no parent`)
  if (!('resource' in parent)) {
    return `SELECT ${keyText('parent', found.key)} AS key, row_to_json(parent) AS columns, NULL::text AS changed
FROM ${found.table} AS parent`
  }
  const { columns } = describe(parent)
  const text = (name: string) => {
    const type = columns.find((column) => column.name === name)?.type
    const value = `parent.${quoteIdentifier(name)}`
    // The zone of the session must not count as a change.
    return type === 'timestamptz' ? `(${value} AT TIME ZONE 'UTC')::text` : `${value}::text`
  }
  const named = columns.filter(({ type }) => type !== 'jsonb')
  const members = named.flatMap(({ name }) => [quoteLiteral(name), text(name)])
  const { changed } = parent
  const tuple =
    changed === undefined ? 'NULL::text' : `json_build_array(${changed.map(text).join(', ')})::text`
  const from = source === 'stored' ? found.table : `(${givenRows(entity, parent)})`
  return `SELECT ${keyText('parent', found.key)} AS key, json_build_object(${members.join(', ')}) AS columns,
  ${tuple} AS changed FROM ${from} AS parent WHERE ${found.live}`
}

/** The rows of `$1` in the shape of the parent's table. */
function givenRows(entity: Entity, { resource }: ResourceParent): string {
  const found = findResource(resource)
  if (found === undefined) throw new Error(`there is no resource \`${resource}\``)
  const { columns } = planResource(entity, found).own
  const selected = columns.map(
    (column) => `${recordValue('incoming', column)} AS ${quoteIdentifier(column.column)}`,
  )
  return `SELECT ${selected.join(', ')}, false AS _fivetran_deleted
  FROM json_to_recordset($1::json) AS incoming (${columns.map(recordColumn).join(', ')})`
}
