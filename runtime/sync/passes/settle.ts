import { HubgenError } from '../../errors.ts'
import { batchRecords, readBatch } from '../../hubspot/batch-read.ts'
import { findFates } from '../../hubspot/find-fates.ts'
import type { UnreadRecord } from '../../hubspot/page.ts'
import {
  countLiveRows,
  everyId,
  findMerged,
  findRows,
  markDeleted,
} from '../../postgres/load/live-rows.ts'
import { type LoadPlan, planLoad } from '../../postgres/load/load-plan.ts'
import { rememberClaims, rememberMerges } from '../../postgres/load/merges.ts'
import {
  countPending,
  findCompany,
  forgetReads,
  readPending,
  recordsPart,
  rememberReads,
} from '../../postgres/state/pending-read.ts'
import { addIds } from '../../postgres/state/run-counts.ts'
import type { ConvertedRecord } from '../../values/row.ts'
import { deletesBraked } from '../brake.ts'
import { incompleteOf, loadPages } from '../load-pages.ts'
import type { PassContext } from '../pass.ts'
import { rowFormat } from '../row-format.ts'
import { noValues, type Suspect, stampsOnly } from '../verify/compare-ids.ts'
import { eraseGone, isNews } from './erase-gone.ts'
import { type Fates, sortFates } from './sort-fates.ts'

/** Loaded records may list merged ones, which the next round reads; a cycle ends after the last round. */
const mostRounds = 3
/** Ids per error message; more would not help. */
const mostExamples = 3
/** How many complete records are requested together with incomplete ones. */
const mostCompany = 10
/** If HubSpot gives no answer for any of this many records, it gives none for the others either. */
const silentRecords = 50

/** Saves the findings of a comparison, to be settled by reads by id. */
export async function rememberSuspects(
  { commit, run }: PassContext,
  suspects: readonly Suspect[],
): Promise<void> {
  const reads = suspects.map(({ id, kind }) => ({
    id,
    reason: kind === 'extra' ? ('not_listed' as const) : ('listed' as const),
  }))
  if (reads.length === 0) return
  await commit((transaction) => rememberReads(transaction, run, recordsPart, reads))
}

/**
 * The one place where rows are marked as deleted. Reads every remembered record by id and brings its row to
 * that state, whatever a list or a count said. Live records are upserted; archived and vanished ones are
 * marked; merged ones are marked and stored with their survivor, which is upserted too. Records without an
 * answer wait for the next run. Commits a hundred records at a time, without a position. Fails with
 * DELETES_BRAKED before it would mark too many rows, and with RECORDS_UNANSWERED if HubSpot gives no answer
 * at all.
 */
export async function settle(context: PassContext): Promise<void> {
  if ((await trySettle(context)) === 'answering') return
  const { name: entity } = context.entity
  throw new HubgenError(
    'RECORDS_UNANSWERED',
    'HubSpot gives no answer about records that were requested by id, neither that they exist nor that ' +
      'they do not: they stay as they are, and every run asks for them again',
    {
      at: `POST ${context.hubspot.paths.batchRead(context.entity.objectType)}`,
      fix: `run \`hubgen sync ${entity}\` again in a few minutes; https://status.hubspot.com shows outages`,
    },
  )
}

/** Like `settle`, but returns 'silent' instead of failing when HubSpot gives no answers. */
export async function trySettle(context: PassContext): Promise<Answering> {
  const { brake, database, run, entity } = context
  for (let round = 1; round <= mostRounds && !brake.applied; round++) {
    const { due, live, now } = await countPending(database, run, entity)
    if (due === 0) break
    const settling = openSettling(context, round, now)
    const mayBrake = await brake.isExceededBy(live, settling.countLive)
    if (mayBrake && (await screen(settling)) === 'silent') return 'silent'
    if ((await settleAll(settling)) === 'silent') return 'silent'
  }
  return 'answering'
}

interface Settling {
  readonly context: PassContext
  readonly plan: LoadPlan
  readonly request: { readonly objectType: string; readonly properties: readonly string[] }
  /** Rows written before this time are older than what is read from now on. */
  readonly since: Date
  countLive(): Promise<number>
}

function openSettling(context: PassContext, round: number, since: Date): Settling {
  const { entity, database } = context
  // The last round ignores claims on live rows: no later round would read them.
  const plan = planLoad(entity, round === mostRounds ? 'ignored' : 'doubted')
  const properties = [...new Set(plan.columns.map(({ property }) => property))]
  return {
    context,
    plan,
    request: { objectType: entity.objectType, properties },
    since,
    countLive: () => countLiveRows(database, entity, everyId),
  }
}

/** The ids to read, one batch read at a time. */
async function* pendingIds({
  database,
  run,
  signal,
}: PassContext): AsyncGenerator<readonly string[]> {
  for (let after = '-1'; ; ) {
    signal.throwIfAborted()
    const ids = await readPending(database, run, recordsPart, { after, most: batchRecords })
    const last = ids.at(-1)
    if (last === undefined) return
    yield ids
    after = last
  }
}

/** Loads live records and counts rows that would be marked. Fails if that would be too many. */
async function screen(settling: Settling): Promise<Answering> {
  const { context, plan, request, countLive } = settling
  const { brake, hubspot } = context
  const format = rowFormat(plan.columns)
  const stampsRequest = { ...request, properties: noValues }
  const examples: string[] = []
  let missing = 0
  let exceeded = false
  for await (const ids of pendingIds(context)) {
    const answer = await readBatch(hubspot, request, format, ids)
    const asked = exceeded ? [] : answer.unread.filter(({ reason }) => reason === 'unanswered')
    const fates = await findFates(hubspot, stampsRequest, stampsOnly, idsOf(asked))
    const unread = answer.unread.filter(({ id }) => (fates.get(id)?.kind ?? 'unread') === 'unread')
    await load(settling, {
      ...nothing,
      records: answer.records,
      live: idsOf(answer.records),
      unread,
    })
    if (isSilent(ids, unread)) return 'silent'
    if (exceeded) continue
    const lost = [...answer.notFound, ...sortFates(fates).lost]
    const marks = await liveOf(context, lost)
    examples.push(...marks.slice(0, mostExamples - examples.length))
    missing += marks.length
    exceeded = await brake.isExceededBy(missing, countLive)
  }
  if (exceeded) await applyBrake(settling, missing, examples)
  return 'answering'
}

/** Ids whose rows are live in the table. */
async function liveOf(
  { database, entity }: PassContext,
  ids: readonly string[],
): Promise<readonly string[]> {
  const rows = await findRows(database, entity, ids)
  return ids.filter((id) => rows.get(id)?.isDeleted === false)
}

async function applyBrake(
  { context, countLive }: Settling,
  missing: number,
  examples: readonly string[],
): Promise<never> {
  const { entity, hubspot, brake } = context
  brake.applied = true
  const [account, live] = [await hubspot.account(), await countLive()]
  throw deletesBraked({ entity, account, missing, live, marked: brake.marked, examples })
}

async function settleAll(settling: Settling): Promise<Answering> {
  for await (const ids of pendingIds(settling.context)) {
    if (isSilent(ids, await settleSome(settling, ids))) return 'silent'
  }
  return 'answering'
}

/** Returns the records that HubSpot gave no answer for. */
async function settleSome(
  settling: Settling,
  ids: readonly string[],
): Promise<readonly UnreadRecord[]> {
  const { context, plan, request, countLive } = settling
  const { entity, hubspot, database, brake } = context
  const format = rowFormat(plan.columns)
  const merged = await findMerged(database, entity, ids)
  const room = Math.min(mostCompany, batchRecords - ids.length)
  const company = await findCompany(database, entity, ids, room)
  const fates = new Map(await findFates(hubspot, request, format, [...ids, ...company], merged))
  for (const id of company) fates.delete(id)
  const { lost, survivors, unread, ...sorted } = sortFates(fates)
  // The survivor may be new here, because a merge can create a record with a new id.
  const wanted = [...new Set(survivors.values())].filter((id) => !fates.has(id))
  const found = await findFates(hubspot, request, format, wanted)
  const survived = sortFates(found)
  const marks = await liveOf(context, lost)
  // The screening saw fewer: HubSpot's state has changed since.
  if (await brake.isExceededBy(marks.length, countLive)) {
    await applyBrake(settling, marks.length, marks.slice(0, mostExamples))
  }
  // A record that was archived before it was ever read gets no row.
  const rows = await findRows(database, entity, idsOf(sorted.archived))
  const live = [...sorted.live, ...survived.live]
  await load(settling, {
    records: [...live, ...sorted.archived.filter((record) => isBinned(record, rows))],
    fates,
    live: idsOf(live),
    deleted: lost,
    survivors,
    unread: [...unread, ...survived.unread],
  })
  return unread
}

/** A record from the recycle bin that does not say it is archived is not written; its row is only marked. */
function isBinned(record: ConvertedRecord, rows: Awaited<ReturnType<typeof findRows>>): boolean {
  return record.archived && isNews(rows.get(record.id), record)
}

/** The result of settling records, to be written in one transaction. */
interface Settled {
  readonly records: readonly ConvertedRecord[]
  /** Ids of those among `records` that are live. */
  readonly live: readonly string[]
  readonly deleted: readonly string[]
  /** By the id that was merged away. */
  readonly survivors: ReadonlyMap<string, string>
  readonly unread: readonly UnreadRecord[]
  readonly fates: Fates
}

const nothing = { deleted: [], survivors: new Map<string, string>(), fates: new Map() }

async function load({ context, plan, since }: Settling, settled: Settled): Promise<void> {
  const { entity, run, tally, brake } = context
  const { records, live, deleted, survivors, unread } = settled
  const gone = deleted.filter((id) => settled.fates.get(id)?.kind === 'gone')
  const incomplete = new Set(incompleteOf(records).map(({ id }) => id))
  const read = live.filter((id) => !incomplete.has(id))
  let marked: Awaited<ReturnType<typeof markDeleted>> = { deleted: 0, ids: [] }
  const commit: PassContext['commit'] = (write, position) =>
    context.commit(async (transaction) => {
      // Mark first: an archived version that loses against a newer row leaves the mark in place.
      marked = await markDeleted(transaction, entity, deleted)
      const written = await write(transaction)
      await rememberMerges(transaction, entity, survivors)
      await rememberClaims(transaction, entity, plan.columns, gone)
      await eraseGone(transaction, context, settled.fates)
      await forgetReads(transaction, run, recordsPart, [...read, ...deleted])
      return written
    }, position)
  const page = (async function* () {
    yield { records, unread }
  })()
  await loadPages({ ...context, commit }, page, { plan, beatsRowsBefore: since })
  tally.deleted += marked.deleted
  tally.ids = addIds(tally.ids, { deleted: marked.ids })
  brake.marked += marked.deleted
}

type Answering = 'answering' | 'silent'

function isSilent(asked: readonly string[], unread: readonly UnreadRecord[]): boolean {
  return asked.length >= silentRecords && unread.length === asked.length
}

function idsOf(records: readonly { readonly id: string }[]): readonly string[] {
  return records.map(({ id }) => id)
}
