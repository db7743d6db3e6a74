import { sql, type Transaction } from 'kysely'
import type { Entity } from '../../entity.ts'
import type { Resource } from '../../resources/resource.ts'
import { type ResourceTable, resourceTables } from '../../resources/resource-tables.ts'
import { resources } from '../../resources/resources.ts'
import type { HubgenTables } from '../hubgen-tables.ts'
import { tableOf } from '../identifier.ts'
import type { CompanionTables } from './find-companions.ts'

const contactType = '0-1'

/** Columns of a contact that have its addresses, one or several. */
const addressProperties = ['email', 'hs_additional_emails']

/**
 * Empties what the tables of resources say about these contacts: their form submissions, and the events of their
 * addresses, except for addresses that another live contact has. Keys, times and references stay; memberships of lists
 * are removed. Later reads leave these rows as they are. Returns the number of rows. Call it before the contacts
 * themselves are emptied.
 */
export async function erasePersonal(
  transaction: Transaction<HubgenTables>,
  entity: Entity,
  records: readonly ErasedContact[],
  companions: CompanionTables,
): Promise<number> {
  if (entity.objectType !== contactType) return 0
  const ids = records.map(({ id }) => id)
  const { schema } = tableOf(entity)
  const tables = await findTables(transaction, schema)
  const personal = resources.flatMap((resource) => {
    const { personal: where } = resource
    const has = tables.get(resource.name)
    if (where === undefined || has === undefined) return []
    const isWhole = where.address === undefined || has.has(where.address)
    return isWhole ? [{ resource, where, has }] : []
  })
  if (personal.length === 0) return 0
  const theirs = { ids, addresses: await findAddresses(transaction, entity, ids, companions) }
  let emptied = 0
  for (const one of personal) {
    if (one.where.address === undefined) {
      emptied += await removeOwn(transaction, schema, one, records)
      continue
    }
    const keys = await emptyOwn(transaction, schema, one, one.where.address, theirs)
    emptied += keys.length
    if (keys.length === 0) continue
    await rememberErased(transaction, one.resource.name, keys)
    for (const child of resourceTables(one.resource).slice(1)) {
      await emptyChild(transaction, schema, child, tables.get(child.name), keys)
    }
    await sql`DELETE FROM hubgen.quarantine
      WHERE entity = ${one.resource.name} AND record_id = ANY(${[...keys]}::text[])`.execute(
      transaction,
    )
  }
  return emptied
}

/** A record of the recycle bin, which has a stamp, may be restored with its memberships of lists. */
interface ErasedContact {
  readonly id: string
  readonly updatedAt: string | null
}

interface PersonalTable {
  readonly resource: Resource
  readonly where: NonNullable<Resource['personal']>
  /** The columns that the table has and that may be empty. */
  readonly has: ReadonlySet<string>
}

/** Removes the rows of these contacts; returns their number. */
async function removeOwn(
  transaction: Transaction<HubgenTables>,
  schema: string,
  { resource: { name, key }, where: { contact = '' } }: PersonalTable,
  records: readonly ErasedContact[],
): Promise<number> {
  const ids = records.map(({ id }) => id)
  const { rows } = await sql<{ key: string; contact: string }>`DELETE FROM ${sql.id(schema, name)}
    WHERE ${sql.id(contact)} = ANY(${ids}::bigint[])
    RETURNING concat_ws('/', ${sql.join(key.map((column) => sql.id(column)))}) AS key,
      ${sql.id(contact)}::text AS contact`.execute(transaction)
  const mayReturn = new Set(records.flatMap(({ id, updatedAt }) => (updatedAt === null ? [] : id)))
  const keys = rows.filter((row) => !mayReturn.has(row.contact)).map((row) => row.key)
  await rememberErased(transaction, name, keys)
  return rows.length
}

async function rememberErased(
  transaction: Transaction<HubgenTables>,
  resource: string,
  keys: readonly string[],
): Promise<void> {
  await sql`INSERT INTO hubgen.erased_row (entity, row_key)
    SELECT ${resource}, key FROM unnest(${[...keys]}::text[]) AS key
    ON CONFLICT DO NOTHING`.execute(transaction)
}

/** Returns the keys of the emptied rows. */
async function emptyOwn(
  transaction: Transaction<HubgenTables>,
  schema: string,
  { resource, where, has }: PersonalTable,
  address: string,
  { ids, addresses }: { readonly ids: readonly string[]; readonly addresses: readonly string[] },
): Promise<readonly string[]> {
  const { name, key } = resource
  const of = (column: string) => sql`stored.${sql.id(column)}`
  const byAddress = sql`lower(btrim(${of(address)})) = ANY(${[...addresses]}::text[])`
  const contact = where.contact === undefined || !has.has(where.contact) ? null : of(where.contact)
  const isTheirs =
    contact === null
      ? byAddress
      : sql`(${contact} = ANY(${[...ids]}::bigint[]) OR (${contact} IS NULL AND ${byAddress}))`
  const columns = [address, ...(where.columns ?? [])].filter((column) => has.has(column))
  const cleared = sql.join(columns.map((column) => sql`${sql.id(column)} = NULL`))
  const filled = sql.join(
    columns.map((column) => sql`${of(column)} IS NOT NULL`),
    sql` OR `,
  )
  const { rows } = await sql<{ key: string }>`UPDATE ${sql.id(schema, name)} AS stored
    SET ${cleared}, _fivetran_synced = now() WHERE ${isTheirs} AND (${filled})
    RETURNING concat_ws('/', ${sql.join(key.map(of))}) AS key`.execute(transaction)
  return rows.map((row) => row.key)
}

/** Rows of child tables have the key of their row, and nothing else that must stay. */
async function emptyChild(
  transaction: Transaction<HubgenTables>,
  schema: string,
  { name, key, columns }: ResourceTable,
  has: ReadonlySet<string> | undefined,
  keys: readonly string[],
): Promise<void> {
  const values = columns.filter((one) => !key.includes(one.name) && has?.has(one.name) === true)
  if (values.length === 0) return
  const cleared = sql.join(values.map((one) => sql`${sql.id(one.name)} = NULL`))
  const link = sql.join(key.map((column) => sql.id(column)))
  await sql`UPDATE ${sql.id(schema, name)} SET ${cleared}, _fivetran_synced = now()
    WHERE concat_ws('/', ${link}) = ANY(${[...keys]}::text[])`.execute(transaction)
}

/** The tables of hubgen in the schema, with their columns that may be empty. */
async function findTables(
  transaction: Transaction<HubgenTables>,
  schema: string,
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const { rows } = await sql<{ table: string; columns: readonly string[] }>`
    SELECT held.relname AS table, array_agg(attname::text) AS columns
    FROM pg_class AS held
    JOIN pg_namespace AS place ON place.oid = held.relnamespace AND place.nspname = ${schema}
    JOIN pg_attribute ON attrelid = held.oid AND attnum > 0 AND NOT attisdropped AND NOT attnotnull
    WHERE held.relkind IN ('r', 'p') AND obj_description(held.oid, 'pg_class') LIKE '%synced by hubgen%'
    GROUP BY held.relname`.execute(transaction)
  return new Map(rows.map(({ table, columns }) => [table, new Set(columns)]))
}

/** Present and former addresses of the contacts that no other live contact has, in lower case. */
async function findAddresses(
  transaction: Transaction<HubgenTables>,
  entity: Entity,
  ids: readonly string[],
  { histories }: CompanionTables,
): Promise<readonly string[]> {
  const { schema, name } = tableOf(entity)
  const table = sql.id(schema, name)
  const contacts = [...ids]
  const split = (column: ReturnType<typeof sql.id>) =>
    sql`regexp_split_to_table(lower(${column}), '[;,]')`
  const columns = await sql<{ name: string }>`
    SELECT attname AS name FROM pg_attribute
    WHERE attrelid = to_regclass(format('%I.%I', ${schema}::text, ${name}::text)) AND NOT attisdropped
      AND attname = ANY(${addressProperties.map((property) => `property_${property}`)}::name[])
      AND atttypid = 'text'::regtype`.execute(transaction)
  const present = columns.rows.map((column) => sql.id(column.name))
  const theirs = [
    ...present.map(
      (column) =>
        sql`SELECT ${split(column)} AS address FROM ${table} WHERE id = ANY(${contacts}::bigint[])`,
    ),
    ...histories.map(
      (one) => sql`SELECT ${split(sql.id('value'))} AS address FROM ${sql.id(one.schema, one.table)}
        WHERE name = ANY(${addressProperties}) AND ${sql.id(one.column)} = ANY(${contacts}::bigint[])`,
    ),
  ]
  if (theirs.length === 0) return []
  const others = present.map(
    (column) => sql`SELECT btrim(part) FROM ${table} CROSS JOIN LATERAL ${split(column)} AS part
      WHERE NOT is_deleted AND id <> ALL(${contacts}::bigint[])
        AND btrim(part) IN (SELECT address FROM theirs)`,
  )
  const except = others.map((other) => sql` EXCEPT ${other}`)
  const { rows } = await sql<{ address: string }>`WITH theirs AS MATERIALIZED (
      SELECT DISTINCT btrim(address) AS address FROM (${sql.join(theirs, sql` UNION ALL `)}) AS found
      WHERE btrim(address) <> ''
    )
    SELECT address FROM theirs${sql.join(except, sql``)} ORDER BY address`.execute(transaction)
  return rows.map(({ address }) => address)
}
