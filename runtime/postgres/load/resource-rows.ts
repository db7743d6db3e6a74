import { CompiledQuery, sql, type Transaction } from 'kysely'
import type { HubgenTables } from '../hubgen-tables.ts'
import { quoteIdentifier, quoteLiteral } from '../identifier.ts'
import { mostWrittenIds } from '../state/run-counts.ts'
import { keyText, linksOf, type PlannedTable, type ResourcePlan } from './resource-plan.ts'

/** Rows that a complete read of everything (parent null) or of one parent did not find. */
export interface Absence {
  readonly parent: {
    readonly key: string
    /** Column → value that its rows have. */
    readonly columns: Readonly<Record<string, string | null>>
  } | null
}

export interface AbsentRows {
  readonly count: number
  readonly keys: readonly string[]
}

/** Rows that would be marked as deleted, and some of their keys. */
export async function countAbsent(
  transaction: Transaction<HubgenTables>,
  plan: ResourcePlan,
  absence: Absence,
): Promise<AbsentRows> {
  const { own } = plan
  const { where, values } = whereAbsent(plan, absence)
  return await first(
    transaction,
    `WITH absent AS MATERIALIZED (
  SELECT ${keyText('stored', own.table.key)} AS key FROM ${own.name} AS stored WHERE ${where}
)
SELECT (SELECT count(*) FROM absent)::int AS count,
  ARRAY(SELECT key FROM absent ORDER BY key LIMIT 3) AS keys`,
    values,
  )
}

export async function countLive(
  transaction: Transaction<HubgenTables>,
  { own }: ResourcePlan,
): Promise<number> {
  const statement = `SELECT count(*)::int AS count FROM ${own.name} WHERE NOT _fivetran_deleted`
  return (await first(transaction, statement, [])).count
}

/** Marks the rows that a complete read did not find as deleted; returns their number and some keys. */
export async function markAbsent(
  transaction: Transaction<HubgenTables>,
  plan: ResourcePlan,
  absence: Absence,
): Promise<AbsentRows> {
  const { where, values } = whereAbsent(plan, absence)
  return await mark(transaction, plan, where, values)
}

function whereAbsent(plan: ResourcePlan, { parent }: Absence) {
  const columns = Object.entries(parent?.columns ?? {})
  const ofParent = columns.map(
    ([name], index) =>
      `stored.${quoteIdentifier(name)} = $${index + 2}::${typeOf(plan.own, name)} AND `,
  )
  return {
    where: `${ofParent.join('')}${isAbsent(plan, '$1::text')} AND $1::text IS NOT NULL`,
    values: [parent?.key ?? '', ...columns.map(([, value]) => value)],
  }
}

/** Removes quarantined values of rows that were erased, as a read that finds such a row again adds them. */
export async function forgetErasedValues(
  transaction: Transaction<HubgenTables>,
  entity: string,
): Promise<void> {
  await sql`DELETE FROM hubgen.quarantine AS kept USING hubgen.erased_row AS erased
    WHERE kept.entity = ${entity} AND erased.entity = kept.entity
      AND erased.row_key = kept.record_id`.execute(transaction)
}

/** The table of the parents of a resource, for SQL. */
export interface ParentTable {
  readonly table: string
  readonly key: readonly string[]
  /** Which of its rows, as `parent`, HubSpot still has. */
  readonly live: string
  /** The columns of the resource that have the parent's key. */
  readonly links: readonly string[]
}

/**
 * Marks all rows of parents that HubSpot no longer has, and forgets that these parents were read. `all` also looks for
 * rows whose parent was never read, which takes a look at every row.
 */
export async function markParentless(
  transaction: Transaction<HubgenTables>,
  plan: ResourcePlan,
  parents: ParentTable,
  which: 'read' | 'all',
): Promise<AbsentRows> {
  const has = (key: string) =>
    `EXISTS (SELECT FROM ${parents.table} AS parent WHERE ${keyText('parent', parents.key)} = ${key} AND ${parents.live})`
  const { rows } = await transaction.executeQuery<{ parent_key: string }>(
    CompiledQuery.raw(
      `DELETE FROM hubgen.resource_read AS known WHERE entity = $1 AND NOT ${has('known.parent_key')}
RETURNING parent_key`,
      [plan.entity],
    ),
  )
  const key = keyText('stored', parents.links)
  const live = 'NOT stored._fivetran_deleted'
  if (which === 'all') return await mark(transaction, plan, `${live} AND NOT ${has(key)}`, [])
  if (rows.length === 0) return { count: 0, keys: [] }
  return await mark(transaction, plan, `${key} = ANY($1::text[]) AND ${live}`, [
    rows.map(({ parent_key }) => parent_key),
  ])
}

async function mark(
  transaction: Transaction<HubgenTables>,
  { own, children }: ResourcePlan,
  where: string,
  values: readonly unknown[],
): Promise<AbsentRows> {
  const keys = own.table.key.map((name) => `stored.${quoteIdentifier(name)}`)
  const parts = children.map(({ name, table, member }) => {
    const links = linksOf(own, table).map(
      ([column, parent]) =>
        `part.${quoteIdentifier(column)} = marked.${quoteIdentifier(parent.column)}`,
    )
    return `, ${member}_gone AS (DELETE FROM ${name} AS part USING marked WHERE ${links.join(' AND ')})`
  })
  return await first(
    transaction,
    `WITH marked AS (
  UPDATE ${own.name} AS stored SET _fivetran_deleted = true, _fivetran_synced = now()
  WHERE ${where}
  RETURNING ${keyText('stored', own.table.key)} AS key, ${keys.join(', ')}
)${parts.join('')}
SELECT count(*)::int AS count, (array_agg(marked.key ORDER BY marked.key))[1:${mostWrittenIds}] AS keys FROM marked`,
    values,
  )
}

async function first(
  transaction: Transaction<HubgenTables>,
  statement: string,
  values: readonly unknown[],
): Promise<AbsentRows> {
  const query = CompiledQuery.raw(statement, [...values])
  const [row] = (await transaction.executeQuery<Partial<AbsentRows>>(query)).rows
  return { count: row?.count ?? 0, keys: row?.keys ?? [] }
}

/** Rows that Postgres refused were found, too: the quarantine has them. */
function isAbsent({ entity, own }: ResourcePlan, parent: string): string {
  const key = keyText('stored', own.table.key)
  return `NOT stored._fivetran_deleted AND NOT EXISTS (
    SELECT FROM hubgen.resource_row AS seen
    WHERE seen.entity = ${quoteLiteral(entity)} AND seen.parent_key = ${parent} AND seen.row_key = ${key} OFFSET 0
  ) AND NOT EXISTS (
    SELECT FROM hubgen.quarantine AS refused
    WHERE refused.entity = ${quoteLiteral(entity)} AND refused.property IS NULL AND refused.record_id = ${key}
  )`
}

function typeOf({ columns }: PlannedTable, name: string): string {
  return columns.find(({ column }) => column === name)?.codec.type ?? 'text'
}
