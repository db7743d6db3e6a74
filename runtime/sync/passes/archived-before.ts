import { listInFormat } from '../../hubspot/records.ts'
import { findRows } from '../../postgres/load/live-rows.ts'
import { planLoad } from '../../postgres/load/load-plan.ts'
import { type LoadPage, loadPages } from '../load-pages.ts'
import type { Pass, PassContext } from '../pass.ts'
import { rowFormat } from '../row-format.ts'

/**
 * Brings the records that were in the recycle bin before the first sync, as rows marked as deleted: once, and
 * only if the options say so. Rows that exist are left to the other passes.
 */
export const archivedBefore: Pass = {
  name: 'archived_before',
  everyMs: Number.POSITIVE_INFINITY,
  isWanted: (options) => options.archivedBefore === true,
  async plan({ entity, hubspot }) {
    // HubSpot does not say how many records the recycle bin has.
    const endpoint = `GET ${hubspot.paths.objects(entity.objectType)}`
    return [{ endpoint, calls: 1, bucket: 'general' }]
  },
  run(context) {
    const plan = planLoad(context.entity)
    const properties = [...new Set(plan.columns.map(({ property }) => property))]
    return loadPages(context, newRecords(context, properties, rowFormat(plan.columns)), { plan })
  },
}

/** The records of the recycle bin that have no row, with their values. */
async function* newRecords(
  { entity, hubspot, database }: PassContext,
  properties: readonly string[],
  format: ReturnType<typeof rowFormat>,
): AsyncGenerator<LoadPage> {
  const request = { objectType: entity.objectType, properties, archived: 'only' as const }
  for await (const page of listInFormat(hubspot, request, format)) {
    const ids = page.records.map(({ id }) => id)
    const rows = await findRows(database, entity, ids)
    const records = page.records.filter((record) => record.archived && !rows.has(record.id))
    yield { records, unread: [], nameless: page.nameless }
  }
}
