/**
 * A sync as a careful person would write it in an afternoon, started by the benchmark `naive`: typed methods
 * of HubSpot's client, one cursor, and Kysely's `values()` with as many rows as bind parameters allow.
 */
import { pathToFileURL } from 'node:url'
import { Client } from '@hubspot/api-client'
import type { Entity, PropertyCodec } from 'hubgen/runtime'
import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import { Reject } from '../../runtime/values/codec.ts'
import type { NaiveFacts, NaiveInput } from './naive.ts'

type Row = Record<string, unknown>

const { modulePath, url, token, databaseUrl } = JSON.parse(process.argv[2] ?? '{}') as NaiveInput
const { contacts } = (await import(pathToFileURL(modulePath).href)) as { contacts: Entity }
const columns: Readonly<Record<string, PropertyCodec>> = contacts.properties
const names = Object.values(columns).map(({ property }) => property)
const written = [...Object.keys(columns), 'updated_at', 'is_deleted', '_fivetran_deleted']
/** The other columns are `id`, `portal_id` and `_fivetran_synced`. */
const batchRows = Math.floor(65_535 / (written.length + 3))

const client = new Client({ accessToken: token, basePath: url })
const pool = new pg.Pool({ connectionString: databaseUrl })
const database = new Kysely<Record<string, Row>>({ dialect: new PostgresDialect({ pool }) })

const start = performance.now()
let records = 0
let rows: Row[] = []
for (let after: string | undefined = '0'; after !== undefined; ) {
  const page = await client.crm.contacts.basicApi.getPage(100, after, names)
  records += page.results.length
  for (const record of page.results) {
    rows.push(rowOf(record))
    if (rows.length === batchRows) await flush()
  }
  after = page.paging?.next?.after
}
if (rows.length > 0) await flush()
await database.destroy()
const seconds = (performance.now() - start) / 1000
const { userCPUTime, systemCPUTime } = process.resourceUsage()
process.send?.({
  records,
  seconds,
  cpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
} satisfies NaiveFacts)
process.disconnect()

function rowOf(record: {
  id: string
  properties: Record<string, string | null>
  updatedAt: Date
}): Row {
  const row: Row = {
    id: record.id,
    portal_id: contacts.portalId,
    is_deleted: false,
    _fivetran_deleted: false,
    _fivetran_synced: new Date(),
    updated_at: record.updatedAt,
  }
  for (const [column, { property, codec }] of Object.entries(columns)) {
    // Without this, Postgres would refuse a record.
    const value = codec.decode((record.properties[property] ?? '').replaceAll('\0', ''))
    row[column] = value instanceof Reject ? null : value
  }
  return row
}

async function flush(): Promise<void> {
  await database
    .insertInto(contacts.table)
    .values(rows)
    .onConflict((conflict) =>
      conflict
        .column('id')
        .doUpdateSet(
          Object.fromEntries(written.map((column) => [column, sql.ref(`excluded.${column}`)])),
        ),
    )
    .execute()
  rows = []
}
