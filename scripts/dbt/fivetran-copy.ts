import type pg from 'pg'
import type { Store } from '../../simulator/store.ts'
import { CLAIMS, type Family } from '../../test/compat/fivetran-claims.ts'
import { castable } from '../../test/oracle/castable.ts'
import {
  type FivetranRow,
  type FivetranTable,
  fivetranTables,
  type KnownMerges,
} from '../../test/oracle/fivetran-rows.ts'
import type { PortalAddress } from './read-portal.ts'
import type { ResourceTable } from './resource-table.ts'
import { type KnownAddresses, readResourceTables } from './resource-tables.ts'

const TYPES: Readonly<Record<Family, string>> = {
  id: 'bigint',
  integer: 'integer',
  number: 'numeric',
  text: 'text',
  boolean: 'boolean',
  time: 'timestamptz',
}

/** Rows that stay when HubSpot no longer shows their record, by the column with its id. */
const KEPT: Readonly<Record<string, string>> = {
  company: 'id',
  contact: 'id',
  deal: 'deal_id',
  ticket: 'id',
  engagement: 'id',
  engagement_call: 'engagement_id',
  engagement_communication: 'engagement_id',
  engagement_email: 'engagement_id',
  engagement_meeting: 'engagement_id',
  engagement_note: 'engagement_id',
  engagement_task: 'engagement_id',
  company_property_history: 'company_id',
  contact_property_history: 'contact_id',
  deal_property_history: 'deal_id',
  ticket_property_history: 'ticket_id',
  deal_stage: 'deal_id',
  merged_deal: 'merged_deal_id',
  contact_merge_audit: 'vid_to_merge',
}

interface Inserted {
  readonly columns: readonly (readonly [string, Family])[]
  readonly rows: readonly FivetranRow[]
}

interface CopyOptions {
  readonly client: pg.Client
  readonly schema: string
  readonly store: Store
  readonly history: Readonly<Record<string, readonly string[]>>
}

/** Fivetran's tables as its connector would fill them, made from the portal's store and its answers. */
export interface FivetranCopy {
  /** The portal's present state, and what remains of records that are gone. */
  refresh(portal: PortalAddress): Promise<void>
  /** A deal that is gone and that somebody erased keeps its id only. */
  eraseDeal(id: string): void
}

export async function openFivetranCopy(options: CopyOptions): Promise<FivetranCopy> {
  const { client, schema, store, history } = options
  const merges: KnownMerges = new Map()
  /** The last rows of each record, by table and id. */
  const known = new Map<string, Map<string, readonly FivetranRow[]>>()
  const erased = new Set<string>()
  await client.query(`CREATE SCHEMA ${schema}`)
  for (const table of Object.keys(CLAIMS)) {
    const types = columnsOf(table).map(([name, family]) => `"${name}" ${TYPES[family]}`)
    await client.query(`CREATE TABLE ${schema}."${table}" (${types.join(', ')})`)
  }
  const gone = new Map<string, Map<string, FivetranRow>>()
  const addresses: KnownAddresses = new Map()
  return {
    async refresh(portal) {
      for (const one of await readResourceTables(portal, addresses)) {
        await insertAll(client, schema, withGoneRows(one, gone))
      }
      for (const { table, rows } of fivetranTables({ store, history, merges })) {
        const isMergedAway = (id: string) =>
          table === 'deal_stage' && merges.get('deals')?.has(id) === true
        const all = withGone({ table, rows }, known)
          .filter(([id]) => !isMergedAway(id))
          .flatMap(([id, those]) => (erased.has(id) ? withoutValues(table, id, those) : those))
        await client.query(`TRUNCATE ${schema}."${table}"`)
        await insert(client, `${schema}."${table}"`, { columns: columnsOf(table), rows: all })
      }
    },
    eraseDeal: (id) => {
      erased.add(id)
    },
  }
}

function columnsOf(table: string): readonly (readonly [string, Family])[] {
  return Object.entries<Family>({ _fivetran_synced: 'time', ...CLAIMS[table] })
}

/** The rows by record: the present ones, and the last ones of records that are gone. */
function withGone(
  { table, rows }: FivetranTable,
  known: Map<string, Map<string, readonly FivetranRow[]>>,
): readonly (readonly [id: string, rows: readonly FivetranRow[]])[] {
  const key = KEPT[table]
  if (key === undefined) return [['', rows]]
  const present = Map.groupBy(rows, (row) => row[key] ?? '')
  const all = known.get(table) ?? new Map<string, readonly FivetranRow[]>()
  known.set(table, all)
  for (const [id, those] of present) all.set(id, those)
  return [...all].map(([id, those]) => [
    id,
    present.has(id) ? those : those.map((row) => markedDeleted(table, row)),
  ])
}

function markedDeleted(table: string, row: FivetranRow): FivetranRow {
  const hasFlag = '_fivetran_deleted' in (CLAIMS[table] ?? {})
  return hasFlag ? { ...row, is_deleted: 'true', _fivetran_deleted: 'true' } : row
}

function withoutValues(
  table: string,
  id: string,
  rows: readonly FivetranRow[],
): readonly FivetranRow[] {
  if (table !== 'deal') return []
  return rows.map(({ portal_id = null }) => markedDeleted(table, { deal_id: id, portal_id }))
}

/** Creates the table first if it is not there. */
async function insertAll(
  client: pg.Client,
  schema: string,
  { table, columns, rows }: ResourceTable,
): Promise<void> {
  const all = Object.entries<Family>({ _fivetran_synced: 'time', ...columns })
  const types = all.map(([name, family]) => `"${name}" ${TYPES[family]}`).join(', ')
  const target = `${schema}."${table}"`
  await client.query(`CREATE TABLE IF NOT EXISTS ${target} (${types}); TRUNCATE ${target}`)
  await insert(client, target, { columns: all, rows })
}

/** With the last rows of lists, members and forms that are gone. */
function withGoneRows(
  one: ResourceTable,
  known: Map<string, Map<string, FivetranRow>>,
): ResourceTable {
  const { table, kept, rows } = one
  if (kept === undefined) return one
  const all = known.get(table) ?? new Map<string, FivetranRow>()
  known.set(table, all)
  const keyOf = (row: FivetranRow) => kept.map((name) => row[name]).join(' ')
  for (const row of rows) all.set(keyOf(row), row)
  const present = new Set(rows.map(keyOf))
  return {
    ...one,
    rows: [...all].map(([key, row]) => ({ ...row, _fivetran_deleted: String(!present.has(key)) })),
  }
}

async function insert(
  client: pg.Client,
  target: string,
  { columns, rows }: Inserted,
): Promise<void> {
  const types = columns.map(([name, family]) => `"${name}" ${TYPES[family]}`).join(', ')
  const synced = new Date().toISOString()
  const values = rows.map((row) =>
    Object.fromEntries(
      columns.map(([name, family]) => [
        name,
        name === '_fivetran_synced' ? synced : castable(family, row[name] ?? null),
      ]),
    ),
  )
  await client.query(
    `INSERT INTO ${target} SELECT * FROM json_to_recordset($1) AS row (${types})`,
    [JSON.stringify(values)],
  )
}
