import { batchRecords } from '../../hubspot/batch-read.ts'
import { type Fate, findFates } from '../../hubspot/find-fates.ts'
import { findMerged, findRows, markDeleted } from '../../postgres/live-rows.ts'
import { type LoadPlan, planLoad } from '../../postgres/load-plan.ts'
import { rememberMerges } from '../../postgres/merges.ts'
import type { ConvertedRecord } from '../../values/row.ts'
import { type LoadPage, loadPages } from '../load-pages.ts'
import type { PassContext, PassCounts } from '../pass.ts'
import { rowFormat } from '../row-format.ts'
import { countsOf } from '../tally.ts'

/**
 * Brings these records to the state that reads by id find them in, whatever a list or the search index
 * said: live ones are upserted, archived and vanished ones marked as deleted, merged-away ones besides
 * remembered with their survivor, which is upserted too. Commits by itself, a hundred records at a time,
 * without a position: call it outside of a transaction. Rows that are right already stay as they are. Gives
 * what this came to, which the context's tally has as well.
 */
export async function settleMissing(
  context: PassContext,
  candidateIds: readonly string[],
): Promise<PassCounts> {
  const plan = planLoad(context.entity)
  const before = countsOf(context.tally)
  const ids = [...new Set(candidateIds)]
  for (let start = 0; start < ids.length; start += batchRecords) {
    context.signal.throwIfAborted()
    await settleSome(context, plan, ids.slice(start, start + batchRecords))
  }
  const after = countsOf(context.tally)
  const since = (name: keyof PassCounts) => (after[name] ?? 0) - (before[name] ?? 0)
  return {
    read: since('read'),
    inserted: since('inserted'),
    updated: since('updated'),
    unchanged: since('unchanged'),
    deleted: since('deleted'),
  }
}

async function settleSome(
  context: PassContext,
  plan: LoadPlan,
  ids: readonly string[],
): Promise<void> {
  const { entity, hubspot, database, tally } = context
  const properties = [...new Set(plan.columns.map(({ property }) => property))]
  const request = { objectType: entity.objectType, properties }
  const format = rowFormat(plan.columns)
  const merged = await findMerged(database, entity, ids)
  const fates = await findFates(hubspot, request, format, ids, merged)
  const survivors = survivorsOf(fates)
  // A survivor may be new here: a merge can mint an id of its own for it.
  const wanted = [...new Set(survivors.values())].filter((id) => !fates.has(id))
  const found = await findFates(hubspot, request, format, wanted)
  const deleted = [...fates]
    .filter(([, { kind }]) => kind !== 'live' && kind !== 'unread')
    .map(([id]) => id)
  let marked = 0
  const settling: PassContext = {
    ...context,
    commit: (write, position) =>
      context.commit(async (transaction) => {
        // Before the rows: an archived version that loses against its row leaves that as it is.
        marked = await markDeleted(transaction, entity, deleted)
        const written = await write(transaction)
        await rememberMerges(transaction, entity, survivors)
        return written
      }, position),
  }
  // A record that was archived before it was ever read has no row and gets none.
  const rows = await findRows(database, entity, [...archivedOf(fates).keys()])
  const archived = [...archivedOf(fates)].filter(([id]) => rows.has(id)).map(([, record]) => record)
  await loadPages(settling, onePage([...liveOf(fates), ...archived, ...liveOf(found)]), {
    plan,
    beatsRowsBefore: context.begunAt,
  })
  tally.deleted += marked
}

async function* onePage(records: readonly ConvertedRecord[]): AsyncGenerator<LoadPage> {
  yield { records }
}

type Fates = ReadonlyMap<string, Fate<ConvertedRecord>>

function liveOf(fates: Fates): readonly ConvertedRecord[] {
  return [...fates.values()].flatMap((fate) => (fate.kind === 'live' ? fate.record : []))
}

function archivedOf(fates: Fates): ReadonlyMap<string, ConvertedRecord> {
  const records = new Map<string, ConvertedRecord>()
  for (const [id, fate] of fates) {
    if (fate.kind === 'archived') records.set(id, fate.record)
  }
  return records
}

function survivorsOf(fates: Fates): ReadonlyMap<string, string> {
  const survivors = new Map<string, string>()
  for (const [id, fate] of fates) {
    if (fate.kind === 'merged') survivors.set(id, fate.survivorId)
  }
  return survivors
}
