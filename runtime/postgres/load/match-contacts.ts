import { CompiledQuery, type Transaction } from 'kysely'
import type { Entity } from '../../entity.ts'
import type { Resource } from '../../resources/resource.ts'
import type { HubgenTables } from '../hubgen-tables.ts'
import { quoteIdentifier, quoteLiteral, tableOf } from '../identifier.ts'
import type { Commit } from '../state/commit.ts'

/**
 * How the contact of a row was found. `submission`: the contact's own list of its submissions names it. `email`:
 * exactly one live contact has the address. `additional_email`: exactly one has it as a further address. Several have
 * it: for a submission, which one of them made, `one_of_several`, and the one with the lowest id stands for them; for
 * an e-mail event `several`, without a contact. `none`: no contact.
 */
type ContactMatch =
  | 'submission'
  | 'email'
  | 'additional_email'
  | 'one_of_several'
  | 'several'
  | 'none'

const properties = {
  email: 'property_email',
  additional: 'property_hs_additional_emails',
  submissions: 'property_hs_calculated_form_submissions',
} as const

/** Rows for which no contact was found are tried again until they are this old. */
const triedAgainFor = "interval '7 days'"

/** Rows of one transaction: the events of years are matched without one that lasts for hours. */
const mostAtOnce = 50_000

/** The columns of the table whose contacts are found, quoted for SQL. */
interface MatchedTable {
  readonly table: string
  readonly contacts: string
  /** Of the table of contacts, unquoted. */
  readonly columns: ReadonlySet<string>
  readonly key: string
  readonly address: string
  readonly time: string
  /** The form that was submitted; null if the rows are no submissions. */
  readonly form: string | null
}

/** Which rows are matched: their condition, and whether they are taken in the order of their keys. */
type Scope = readonly [condition: string, order: 'by key' | 'any']

const everyRow: Scope = ['true', 'by key']
const unmatched: Scope = ['contact_match IS NULL', 'any']

/**
 * Finds the contacts of rows in the table of contacts, if there is one: of new rows, of recent ones without a
 * contact, or of all. HubSpot's answers do not say who submitted a form or received an e-mail.
 */
export async function matchContacts(
  commit: Commit,
  entity: Pick<Entity, 'table'>,
  resource: Resource,
  which: 'new' | 'all',
): Promise<void> {
  const { schema } = tableOf(entity)
  const columns = await commit((transaction) => findColumns(transaction, schema))
  if (columns === null) return
  const matched = matchedTable(entity, resource, columns)
  const recent: Scope = [
    `contact_match = 'none' AND ${matched.time} > now() - ${triedAgainFor}`,
    'by key',
  ]
  for (const scope of which === 'all' ? [everyRow] : [unmatched, recent]) {
    for (let after = ''; ; ) {
      const { due, updated, last } = await commit((transaction) =>
        matchSome(transaction, matched, scope, after),
      )
      if (due < mostAtOnce || last === null) break
      // A trigger of the database may keep rows as they are.
      if (scope === unmatched && updated === 0) break
      after = last
    }
  }
  await commit((transaction) => followMerges(transaction, schema, matched.table))
}

function matchedTable(
  entity: Pick<Entity, 'table'>,
  { name, key: [key], personal, stamp, refs = {} }: Resource,
  columns: ReadonlySet<string>,
): MatchedTable {
  const address = personal?.address
  if (key === undefined || address === undefined || stamp === undefined) {
    throw new Error(`\`${name}\` has no key, address or time`)
  }
  const { schema, name: table } = tableOf(entity)
  const form = Object.entries(refs).find(([, target]) => target === 'form.guid')?.[0]
  return {
    table: `${quoteIdentifier(schema)}.${quoteIdentifier(table)}`,
    contacts: `${quoteIdentifier(schema)}.contact`,
    columns,
    key: quoteIdentifier(key),
    address: quoteIdentifier(address),
    time: quoteIdentifier(stamp.column),
    form: form === undefined ? null : quoteIdentifier(form),
  }
}

interface MatchedRows {
  readonly due: number
  readonly updated: number
  /** The greatest key of them. */
  readonly last: string | null
}

/** Matches some rows, with keys after this one if they are taken in the order of keys. */
async function matchSome(
  transaction: Transaction<HubgenTables>,
  matched: MatchedTable,
  [condition, order]: Scope,
  after: string,
): Promise<MatchedRows> {
  const { table, columns, key, address, time, form } = matched
  const found = [
    ...(form !== null && columns.has(properties.submissions) ? [bySubmission(matched)] : []),
    ...(columns.has(properties.email) ? [byAddress(matched)] : []),
  ]
  const union = found.length === 0 ? nothingFound : found.join('\n  UNION ALL\n')
  const chosen = order === 'by key' ? `AND ${key} > $1 ORDER BY ${key}` : 'AND $1::text IS NOT NULL'
  const { rows } = await transaction.executeQuery<MatchedRows>(
    CompiledQuery.raw(
      `WITH due AS MATERIALIZED (
  SELECT ${key} AS key, ${form === null ? 'NULL::text' : `lower(${form})`} AS form_id, ${time} AS at,
    lower(btrim(${address})) AS email, contact_id, contact_match
  FROM ${table} WHERE ${condition} ${chosen} LIMIT ${mostAtOnce}
), found AS (
${union}
), best AS (
  SELECT DISTINCT ON (key) key, contact_id, match FROM found
  ORDER BY key, rank
), result AS (
  SELECT due.key, best.contact_id, coalesce(best.match, ${literal('none')}) AS match
  FROM due LEFT JOIN best USING (key)
  WHERE (due.contact_id, due.contact_match)
    IS DISTINCT FROM (best.contact_id, coalesce(best.match, ${literal('none')}))
), updated AS (
  UPDATE ${table} AS stored
  SET contact_id = result.contact_id, contact_match = result.match, _fivetran_synced = now()
  FROM result WHERE stored.${key} = result.key
  RETURNING 1
)
SELECT (SELECT count(*) FROM due)::int AS due, (SELECT count(*) FROM updated)::int AS updated,
  (SELECT max(key) FROM due) AS last`,
      [after],
    ),
  )
  return rows[0] ?? { due: 0, updated: 0, last: null }
}

/** A row of a contact that was merged away belongs to the contact that is left. */
async function followMerges(
  transaction: Transaction<HubgenTables>,
  schema: string,
  table: string,
): Promise<void> {
  const merges = `${quoteIdentifier(schema)}.merged_contact`
  const { rows } = await transaction.executeQuery<{ columns: string }>(
    CompiledQuery.raw(
      `SELECT count(*)::text AS columns FROM pg_catalog.pg_attribute
WHERE attrelid = to_regclass($1) AND attname IN ('contact_id', 'merged_contact_id') AND atttypid = 'bigint'::regtype`,
      [merges],
    ),
  )
  if (rows[0]?.columns !== '2') return
  await transaction.executeQuery(
    CompiledQuery.raw(`WITH RECURSIVE chain (merged, survivor, steps) AS (
  SELECT merged_contact_id, contact_id, 1 FROM ${merges} AS merge
  WHERE EXISTS (SELECT FROM ${table} AS stored WHERE stored.contact_id = merge.merged_contact_id)
  UNION ALL
  SELECT chain.merged, later.contact_id, chain.steps + 1
  FROM chain JOIN ${merges} AS later ON later.merged_contact_id = chain.survivor
  WHERE chain.steps < 100
), last_of_chain AS (
  SELECT DISTINCT ON (merged) merged, survivor FROM chain ORDER BY merged, steps DESC
)
UPDATE ${table} AS stored SET contact_id = survivor, _fivetran_synced = now()
FROM last_of_chain WHERE stored.contact_id = merged AND survivor <> merged`),
  )
}

function literal(match: ContactMatch): string {
  return quoteLiteral(match)
}

/** The columns of the table of contacts that are needed; null if it is not a table of hubgen with ids. */
async function findColumns(
  transaction: Transaction<HubgenTables>,
  schema: string,
): Promise<ReadonlySet<string> | null> {
  const { rows } = await transaction.executeQuery<{ name: string }>(
    CompiledQuery.raw(
      `SELECT attname AS name FROM pg_catalog.pg_attribute
WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped
  AND format_type(atttypid, atttypmod) IN ('bigint', 'boolean', 'text')`,
      [`${quoteIdentifier(schema)}.contact`],
    ),
  )
  const names = new Set(rows.map(({ name }) => name))
  return names.has('id') && names.has('is_deleted') ? names : null
}

const nothingFound = `  SELECT NULL::text AS key, NULL::bigint AS contact_id, NULL::text AS match, 0 AS rank
  WHERE false`

/**
 * The property has `form:time;form:time`, with one or two colons and a time in milliseconds or ISO 8601. The times of
 * submissions are written in these ways, so no text of a contact is read as a time.
 */
function bySubmission({ contacts }: MatchedTable): string {
  const iso = (format: string) => `to_char(due.at AT TIME ZONE 'UTC', ${quoteLiteral(format)})`
  return `  SELECT due.key, min(named.id) AS contact_id, ${literal('submission')} AS match, 1 AS rank
  FROM due JOIN (
    SELECT contact.id, lower(part[1]) AS form_id, part[2] AS time
    FROM ${contacts} AS contact
    CROSS JOIN LATERAL regexp_matches(
      contact.${properties.submissions}, '([0-9A-Fa-f-]{36})::?([^;]+)', 'g'
    ) AS part
    WHERE NOT contact.is_deleted AND EXISTS (SELECT FROM due)
  ) AS named ON named.form_id = due.form_id AND named.time IN (
    (extract(epoch FROM due.at) * 1000)::bigint::text,
    ${iso('YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')},
    ${iso('YYYY-MM-DD"T"HH24:MI:SS"Z"')}
  )
  GROUP BY due.key HAVING count(DISTINCT named.id) = 1`
}

function byAddress({ contacts, columns, form }: MatchedTable): string {
  const isShared = 'count(DISTINCT known.id) > 1'
  const contact =
    form === null ? `CASE WHEN ${isShared} THEN NULL ELSE min(known.id) END` : 'min(known.id)'
  const shared = literal(form === null ? 'several' : 'one_of_several')
  const additional = columns.has(properties.additional)
    ? `
    UNION ALL
    SELECT contact.id, lower(btrim(address)) AS email, true AS further
    FROM ${contacts} AS contact
    CROSS JOIN LATERAL regexp_split_to_table(contact.${properties.additional}, '[;,]') AS address
    WHERE NOT contact.is_deleted AND EXISTS (SELECT FROM due)`
    : ''
  return `  SELECT due.key, ${contact} AS contact_id,
    CASE WHEN ${isShared} THEN ${shared}
      WHEN known.further THEN ${literal('additional_email')} ELSE ${literal('email')} END AS match,
    CASE WHEN known.further THEN 3 ELSE 2 END AS rank
  FROM due JOIN (
    SELECT contact.id, lower(btrim(contact.${properties.email})) AS email, false AS further
    FROM ${contacts} AS contact WHERE NOT contact.is_deleted AND EXISTS (SELECT FROM due)${additional}
  ) AS known USING (email)
  WHERE due.email <> ''
  GROUP BY due.key, known.further`
}
