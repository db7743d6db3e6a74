import type { Store } from '../../simulator/store.ts'
import { castable } from '../oracle/castable.ts'
import { type FivetranTable, liveRecords } from '../oracle/fivetran-rows.ts'
import { CLAIMS, type Family } from './fivetran-claims.ts'

/** Of a database, or of one open transaction. */
export type RunQuery = (
  sql: string,
  values?: readonly unknown[],
) => Promise<readonly Record<string, unknown>[]>

const FAMILIES: Readonly<Record<string, Family>> = {
  bigint: 'id',
  integer: 'integer',
  numeric: 'number',
  'double precision': 'number',
  text: 'text',
  boolean: 'boolean',
  'timestamp with time zone': 'time',
}

/** The family of each column's type in the compat schema, by `view.column`; an unknown type keeps its name. */
export async function readColumns(query: RunQuery): Promise<ReadonlyMap<string, string>> {
  const rows = await query(`
    SELECT relname || '.' || attname AS name, format_type(atttypid, atttypmod) AS type
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
    WHERE relnamespace = 'hubspot_fivetran'::regnamespace AND relkind = 'v' AND attnum > 0`)
  return new Map(rows.map(({ name, type }) => [`${name}`, FAMILIES[`${type}`] ?? `${type}`]))
}

/** The claimed columns of a view that are missing or have another type. */
export function wrongColumns(view: string, found: ReadonlyMap<string, string>): readonly string[] {
  return Object.entries(CLAIMS[view] ?? {}).flatMap(([name, family]) => {
    const type = found.get(`${view}.${name}`) ?? 'missing'
    return type === family ? [] : [`${view}.${name} is ${type} instead of ${family}`]
  })
}

const TYPES: Readonly<Record<Family, string>> = {
  id: 'bigint',
  integer: 'integer',
  number: 'numeric',
  text: 'text',
  boolean: 'boolean',
  time: 'timestamptz',
}

/** The first rows that the view or the table of Fivetran lacks. */
export async function compareTable(
  query: RunQuery,
  { table, rows, where = 'true' }: FivetranTable,
): Promise<readonly object[]> {
  const known = new Set(rows.flatMap((row) => Object.keys(row)))
  // A record without a value lacks the property; other rows have every column that HubSpot decides.
  const isProperty = (name: string) => name.startsWith('property_') && name !== 'property_id'
  const columns = Object.entries(CLAIMS[table] ?? {}).filter(
    ([name]) => known.has(name) || known.size === 0 || isProperty(name),
  )
  const names = columns.map(([name]) => `"${name}"`).join(', ')
  const types = columns.map(([name, family]) => `"${name}" ${TYPES[family]}`).join(', ')
  // Several values in one millisecond are kept apart by a fraction that HubSpot does not have.
  const values = columns.map(([name, family]) =>
    family === 'time' ? `date_trunc('milliseconds', "${name}") AS "${name}"` : `"${name}"`,
  )
  const wanted = rows.map((row) =>
    Object.fromEntries(
      columns.map(([name, family]) => [name, castable(family, row[name] ?? null)]),
    ),
  )
  return query(
    `WITH wanted AS (SELECT ${names} FROM json_to_recordset($1) AS row (${types})),
      found AS (SELECT ${values.join(', ')} FROM hubspot_fivetran."${table}" WHERE ${where})
    (SELECT 'missing' AS side, * FROM (SELECT * FROM wanted EXCEPT ALL SELECT * FROM found) AS one LIMIT 3)
    UNION ALL
    (SELECT 'too much', * FROM (SELECT * FROM found EXCEPT ALL SELECT * FROM wanted) AS other LIMIT 3)`,
    [JSON.stringify(wanted)],
  )
}

/** Records that are gone but lack one of both flags, by view. `seen` has ids that were live, by plural name. */
export async function wrongFlags(
  query: RunQuery,
  store: Store,
  seen: ReadonlyMap<string, ReadonlySet<string>>,
): Promise<Record<string, readonly object[]>> {
  const wrong: Record<string, readonly object[]> = {}
  for (const [name, ids] of seen) {
    const live = new Set(liveRecords(store, name).map(({ id }) => id))
    const gone = [...ids].filter((id) => !live.has(id))
    const [view, key] = VIEWS[name] ?? ['', '']
    const rows = await query(
      `SELECT wanted.id FROM unnest($1::bigint[]) AS wanted (id)
      LEFT JOIN hubspot_fivetran.${view} AS found ON found.${key} = wanted.id
      WHERE (is_deleted AND _fivetran_deleted) IS NOT TRUE`,
      [gone],
    )
    if (rows.length > 0) wrong[view] = rows
  }
  return wrong
}

const VIEWS: Readonly<Record<string, readonly [view: string, key: string]>> = {
  companies: ['company', 'id'],
  contacts: ['contact', 'id'],
  deals: ['deal', 'deal_id'],
  tickets: ['ticket', 'id'],
  calls: ['engagement_call', 'engagement_id'],
  communications: ['engagement_communication', 'engagement_id'],
  emails: ['engagement_email', 'engagement_id'],
  meetings: ['engagement_meeting', 'engagement_id'],
  notes: ['engagement_note', 'engagement_id'],
  tasks: ['engagement_task', 'engagement_id'],
}
