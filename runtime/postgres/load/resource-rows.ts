import { CompiledQuery, type Transaction } from 'kysely'
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
  /** Rows that are live, the absent ones among them. */
  readonly live: number
  readonly examples: readonly string[]
}

/** Counts the rows that would be marked as deleted. */
export async function countAbsent(
  transaction: Transaction<HubgenTables>,
  plan: ResourcePlan,
): Promise<AbsentRows> {
  const { own } = plan
  const { rows } = await transaction.executeQuery<AbsentRows>(
    CompiledQuery.raw(`WITH absent AS MATERIALIZED (
  SELECT ${keyText('stored', own.table.key)} AS key FROM ${own.name} AS stored
  WHERE ${isAbsent(plan, "''")}
)
SELECT (SELECT count(*) FROM absent)::int AS count,
  (SELECT count(*) FROM ${own.name} WHERE NOT _fivetran_deleted)::int AS live,
  ARRAY(SELECT key FROM absent ORDER BY key LIMIT 3) AS examples`),
  )
  return rows[0] ?? { count: 0, live: 0, examples: [] }
}

/** Marks the rows that a complete read did not find as deleted; returns their number and some keys. */
export async function markAbsent(
  transaction: Transaction<HubgenTables>,
  plan: ResourcePlan,
  { parent }: Absence,
): Promise<{ readonly count: number; readonly keys: readonly string[] }> {
  const columns = Object.entries(parent?.columns ?? {})
  const values = columns.map(([, value]) => value)
  const ofParent = columns.map(
    ([name], index) =>
      `stored.${quoteIdentifier(name)} = $${index + 2}::${typeOf(plan.own, name)} AND `,
  )
  return await mark(
    transaction,
    plan,
    `${ofParent.join('')}${isAbsent(plan, '$1::text')} AND $1::text IS NOT NULL`,
    [parent?.key ?? '', ...values],
  )
}

/** Marks all rows of parents that HubSpot no longer has, and forgets that these parents were read. */
export async function markParentless(
  transaction: Transaction<HubgenTables>,
  plan: ResourcePlan,
  parents: { readonly table: string; readonly key: readonly string[]; readonly live: string },
  links: readonly string[],
): Promise<{ readonly count: number; readonly keys: readonly string[] }> {
  const { rows } = await transaction.executeQuery<{ parent_key: string }>(
    CompiledQuery.raw(
      `DELETE FROM hubgen.resource_read AS known WHERE entity = $1 AND NOT EXISTS (
  SELECT FROM ${parents.table} AS parent
  WHERE ${keyText('parent', parents.key)} = known.parent_key AND ${parents.live}
) RETURNING parent_key`,
      [plan.entity],
    ),
  )
  if (rows.length === 0) return { count: 0, keys: [] }
  return await mark(
    transaction,
    plan,
    `${keyText('stored', links)} = ANY($1::text[]) AND NOT stored._fivetran_deleted`,
    [rows.map(({ parent_key }) => parent_key)],
  )
}

async function mark(
  transaction: Transaction<HubgenTables>,
  { own, children }: ResourcePlan,
  where: string,
  values: readonly unknown[],
): Promise<{ readonly count: number; readonly keys: readonly string[] }> {
  const keys = own.table.key.map((name) => `stored.${quoteIdentifier(name)}`)
  const parts = children.map(({ name, table, member }) => {
    const links = linksOf(own, table).map(
      ([column, parent]) =>
        `part.${quoteIdentifier(column)} = marked.${quoteIdentifier(parent.column)}`,
    )
    return `, ${member}_gone AS (DELETE FROM ${name} AS part USING marked WHERE ${links.join(' AND ')})`
  })
  const { rows } = await transaction.executeQuery<{ count: number; keys: readonly string[] }>(
    CompiledQuery.raw(
      `WITH marked AS (
  UPDATE ${own.name} AS stored SET _fivetran_deleted = true, _fivetran_synced = now()
  WHERE ${where}
  RETURNING ${keyText('stored', own.table.key)} AS key, ${keys.join(', ')}
)${parts.join('')}
SELECT count(*)::int AS count, (array_agg(marked.key ORDER BY marked.key))[1:${mostWrittenIds}] AS keys FROM marked`,
      [...values],
    ),
  )
  const [marked] = rows
  return { count: marked?.count ?? 0, keys: marked?.keys ?? [] }
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
