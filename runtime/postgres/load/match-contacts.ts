import { CompiledQuery, type Transaction } from 'kysely'
import type { Entity } from '../../entity.ts'
import type { HubgenTables } from '../hubgen-tables.ts'
import { quoteIdentifier, quoteLiteral, tableOf } from '../identifier.ts'

/**
 * How the contact of a submission was found. `submission`: the contact's own list of its submissions names it.
 * `email`: exactly one live contact has the submitted address. `additional_email`: exactly one has it as a further
 * address. `one_of_several`: several have it, and the one with the lowest id stands for them. `none`: no contact.
 */
type ContactMatch = 'submission' | 'email' | 'additional_email' | 'one_of_several' | 'none'

const properties = {
  email: 'property_email',
  additional: 'property_hs_additional_emails',
  submissions: 'property_hs_calculated_form_submissions',
} as const

/** Submissions for which no contact was found are tried again until they are this old. */
const triedAgainFor = "interval '7 days'"

/**
 * Finds the contacts of submissions in the table of contacts, if there is one: of new submissions, of recent ones
 * without a contact, or of all. HubSpot's answers do not say who submitted a form.
 */
export async function matchContacts(
  transaction: Transaction<HubgenTables>,
  submissions: Pick<Entity, 'table'>,
  which: 'new' | 'all',
): Promise<void> {
  const { schema, name } = tableOf(submissions)
  const table = `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`
  const columns = await findColumns(transaction, schema)
  if (columns === null) return
  const contacts = `${quoteIdentifier(schema)}.contact`
  const due =
    which === 'all'
      ? 'true'
      : `(contact_match IS NULL OR (contact_match = 'none' AND submitted_at > now() - ${triedAgainFor}))`
  const found = [
    ...(columns.has(properties.submissions) ? [bySubmission(contacts)] : []),
    ...(columns.has(properties.email) ? [byAddress(contacts, columns)] : []),
  ]
  const union = found.length === 0 ? nothingFound : found.join('\n  UNION ALL\n')
  await transaction.executeQuery(
    CompiledQuery.raw(`WITH due AS MATERIALIZED (
  SELECT conversion_id, lower(form_id) AS form_id, submitted_at, lower(btrim(email)) AS email,
    contact_id, contact_match
  FROM ${table} WHERE ${due}
), found AS (
${union}
), best AS (
  SELECT DISTINCT ON (conversion_id) conversion_id, contact_id, match FROM found
  ORDER BY conversion_id, rank
), result AS (
  SELECT due.conversion_id, best.contact_id, coalesce(best.match, ${literal('none')}) AS match
  FROM due LEFT JOIN best USING (conversion_id)
  WHERE (due.contact_id, due.contact_match)
    IS DISTINCT FROM (best.contact_id, coalesce(best.match, ${literal('none')}))
)
UPDATE ${table} AS stored
SET contact_id = result.contact_id, contact_match = result.match, _fivetran_synced = now()
FROM result WHERE stored.conversion_id = result.conversion_id`),
  )
  await followMerges(transaction, schema, table)
}

/** A submission of a contact that was merged away belongs to the contact that is left. */
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

const nothingFound = `  SELECT NULL::text AS conversion_id, NULL::bigint AS contact_id, NULL::text AS match, 0 AS rank
  WHERE false`

/**
 * The property has `form:time;form:time`, with one or two colons and a time in milliseconds or ISO 8601. The times of
 * submissions are written in these ways, so no text of a contact is read as a time.
 */
function bySubmission(contacts: string): string {
  const iso = (format: string) =>
    `to_char(due.submitted_at AT TIME ZONE 'UTC', ${quoteLiteral(format)})`
  return `  SELECT due.conversion_id, min(named.id) AS contact_id, ${literal('submission')} AS match, 1 AS rank
  FROM due JOIN (
    SELECT contact.id, lower(part[1]) AS form_id, part[2] AS time
    FROM ${contacts} AS contact
    CROSS JOIN LATERAL regexp_matches(
      contact.${properties.submissions}, '([0-9A-Fa-f-]{36})::?([^;]+)', 'g'
    ) AS part
    WHERE NOT contact.is_deleted AND EXISTS (SELECT FROM due)
  ) AS named ON named.form_id = due.form_id AND named.time IN (
    (extract(epoch FROM due.submitted_at) * 1000)::bigint::text,
    ${iso('YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')},
    ${iso('YYYY-MM-DD"T"HH24:MI:SS"Z"')}
  )
  GROUP BY due.conversion_id HAVING count(DISTINCT named.id) = 1`
}

function byAddress(contacts: string, columns: ReadonlySet<string>): string {
  const additional = columns.has(properties.additional)
    ? `
    UNION ALL
    SELECT contact.id, lower(btrim(address)) AS email, true AS further
    FROM ${contacts} AS contact
    CROSS JOIN LATERAL regexp_split_to_table(contact.${properties.additional}, '[;,]') AS address
    WHERE NOT contact.is_deleted AND EXISTS (SELECT FROM due)`
    : ''
  return `  SELECT due.conversion_id, min(known.id) AS contact_id,
    CASE WHEN count(DISTINCT known.id) > 1 THEN ${literal('one_of_several')}
      WHEN known.further THEN ${literal('additional_email')} ELSE ${literal('email')} END AS match,
    CASE WHEN known.further THEN 3 ELSE 2 END AS rank
  FROM due JOIN (
    SELECT contact.id, lower(btrim(contact.${properties.email})) AS email, false AS further
    FROM ${contacts} AS contact WHERE NOT contact.is_deleted AND EXISTS (SELECT FROM due)${additional}
  ) AS known USING (email)
  WHERE due.email <> ''
  GROUP BY due.conversion_id, known.further`
}
