import { asObject } from '../../hubspot/client/answer-body.ts'
import type { HubSpot } from '../../hubspot/client/client.ts'
import { HubSpotError } from '../../hubspot/client/hubspot-error.ts'
import { requestDetail } from '../../hubspot/resource-page.ts'
import { queryRows } from '../../postgres/connection/query-rows.ts'
import { quoteIdentifier } from '../../postgres/identifier.ts'
import { keyText, type ResourcePlan } from '../../postgres/load/resource-plan.ts'
import { recordColumn, recordValue } from '../../postgres/load/row-record.ts'
import type { ResourceVersion } from '../../resources/resource.ts'
import type { ConvertedRecord } from '../../values/row.ts'
import { arrayOfRows } from '../../values/row-json.ts'
import type { PassContext } from '../pass.ts'
import { type ConvertedRow, columnText } from './convert-row.ts'

interface FoundRow {
  readonly item: unknown
  readonly row: ConvertedRecord
}

/** Details that are read at the same time; the rate limit applies to them as to all calls. */
export const detailsTogether = 8

/**
 * Reads the details of rows that are new or changed, and converts these rows with them. The others stay as they are,
 * because the list alone lacks values of theirs.
 */
export async function addDetails(
  context: PassContext,
  plan: ResourcePlan,
  detail: NonNullable<ResourceVersion['detail']>,
  found: readonly FoundRow[],
  { convert, full }: { readonly convert: (item: unknown) => ConvertedRow; readonly full: boolean },
): Promise<{ readonly rows: readonly ConvertedRecord[]; readonly kept: readonly string[] }> {
  const known = full ? new Set<string>() : await findUnchanged(context, plan, detail.changed, found)
  const changed = found.filter(({ row }) => !known.has(row.id))
  const rows: ConvertedRecord[] = []
  const gone: FoundRow[] = []
  for (let from = 0; from < changed.length; from += detailsTogether) {
    const some = changed.slice(from, from + detailsTogether)
    const read = await Promise.all(
      some.map(async (one) => {
        const { item, row } = one
        const details = await findDetail(context.hubspot, detail.path, plan, row)
        if (details !== null) return convert({ ...asObject(item), ...asObject(details) }).row ?? row
        gone.push(one)
        return null
      }),
    )
    rows.push(...read.filter((row) => row !== null))
  }
  // A stored row keeps the details that it has.
  const stored = await findUnchanged(context, plan, [], gone)
  for (const { row } of gone) if (!stored.has(row.id)) rows.push(row)
  return { rows, kept: [...known, ...stored] }
}

/** The details of a row; null if HubSpot has none, as for a row that was deleted after the list was read. */
export function findDetail(
  hubspot: HubSpot,
  path: string,
  plan: ResourcePlan,
  row: ConvertedRecord,
): Promise<unknown> {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
  const columns = names.map((name) => [name, columnText(plan, row, name) ?? null] as const)
  return requestDetail(hubspot, path, Object.fromEntries(columns)).catch((error: unknown) => {
    if (!(error instanceof HubSpotError) || error.status !== 404) throw error
    return null
  })
}

/** Keys of the rows whose stored row has the same values in these columns. */
async function findUnchanged(
  { database }: PassContext,
  { own }: ResourcePlan,
  changed: readonly string[],
  found: readonly FoundRow[],
): Promise<ReadonlySet<string>> {
  if (found.length === 0) return new Set()
  const columns = own.columns.filter(({ column }) =>
    [...changed, ...own.table.key].includes(column),
  )
  const same = columns.map((column) => {
    const stored = `stored.${quoteIdentifier(column.column)}`
    const value = recordValue('incoming', column)
    // The key comes first, so that its index is used.
    return own.table.key.includes(column.column)
      ? `${stored} = ${value}`
      : `${stored} IS NOT DISTINCT FROM ${value}`
  })
  const live = own.table.marksDeleted ? ' AND NOT stored._fivetran_deleted' : ''
  const rows = await queryRows<{ key: string }>(
    database,
    `SELECT ${keyText('stored', own.table.key)} AS key
FROM json_to_recordset($1::json) AS incoming (${columns.map(recordColumn).join(', ')})
JOIN ${own.name} AS stored ON ${same.join(' AND ')}${live}`,
    [arrayOfRows(found.map(({ row }) => row))],
  )
  return new Set(rows.map(({ key }) => key))
}
