import { HubgenError } from '../../errors.ts'
import { batchRecords, readBatch } from '../../hubspot/batch-read.ts'
import { type Fate, findFates } from '../../hubspot/find-fates.ts'
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
  forgetReads,
  readPending,
  recordsPart,
  rememberReads,
} from '../../postgres/state/pending-read.ts'
import type { ConvertedRecord } from '../../values/row.ts'
import { deletesBraked } from '../brake.ts'
import { loadPages } from '../load-pages.ts'
import type { PassContext } from '../pass.ts'
import { rowFormat } from '../row-format.ts'
import { noValues, type Suspect, stampsOnly } from '../verify/compare-ids.ts'
import { eraseGone, isNews } from './erase-gone.ts'

/** What is loaded may say that it swallowed others, which are read in the next round; two records that name each other end with the last. */
const mostRounds = 3
/** An example of each; more would not be looked at. */
const mostExamples = 3
/** Where HubSpot gives no answer for any of N records, it gives none for the others either. */
const silentRecords = 50

/** Keeps in the database what a comparison found, to be settled by reads by id. */
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
 * The one place where rows are marked as deleted. Brings every record that is remembered as one to read to
 * the state that reads by id find it in, whatever a list, a count or another record said: live ones are
 * upserted, archived and vanished ones marked, merged-away ones besides remembered with their survivor, which
 * is upserted too. What HubSpot gives no answer for stays as it is, and is read in the next run. Commits by
 * itself, a hundred records at a time, without a position. Fails with DELETES_BRAKED before it marks any where
 * the run would mark too many, and with RECORDS_UNANSWERED where HubSpot says nothing about any of them.
 */
export async function settle(context: PassContext): Promise<void> {
  if ((await trySettle(context)) === 'answering') return
  const { name: entity } = context.entity
  throw new HubgenError(
    'RECORDS_UNANSWERED',
    'HubSpot says nothing about records that it was asked for by id, neither that they are there nor that ' +
      'they are not: they stay as they are, and every run asks for them again',
    {
      at: `POST ${context.hubspot.paths.batchRead(context.entity.objectType)}`,
      fix: `run \`hubgen sync ${entity}\` again in a few minutes; https://status.hubspot.com tells of outages`,
    },
  )
}

/** The same where it is enough to have tried. */
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
  /** Rows that were written before are older than what is read from now on. */
  readonly since: Date
  countLive(): Promise<number>
}

function openSettling(context: PassContext, round: number, since: Date): Settling {
  const { entity, database } = context
  // What the last round loads may name records that have no live row: who swallowed them is remembered still.
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

/** What is to be read, a batch read at a time. */
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

/**
 * Loads those that are live, and counts what would be marked: whether a record was archived, merged or purged
 * does not matter for that. Fails when it is too much.
 */
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
    const unread = answer.unread.filter(({ id }) => !fates.has(id) || isUnread(fates.get(id)))
    await load(settling, {
      ...nothing,
      records: answer.records,
      live: idsOf(answer.records),
      unread,
    })
    if (isSilent(ids, unread)) return 'silent'
    if (exceeded) continue
    const lost = [...answer.notFound, ...lostOf(fates)]
    const marks = await liveOf(context, lost)
    examples.push(...marks.slice(0, mostExamples - examples.length))
    missing += marks.length
    exceeded = await brake.isExceededBy(missing, countLive)
  }
  if (exceeded) await applyBrake(settling, missing, examples)
  return 'answering'
}

/** Those that the table has as live. */
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

/** Gives what HubSpot has no answer for. */
async function settleSome(
  settling: Settling,
  ids: readonly string[],
): Promise<readonly UnreadRecord[]> {
  const { context, plan, request, countLive } = settling
  const { entity, hubspot, database, brake } = context
  const format = rowFormat(plan.columns)
  const merged = await findMerged(database, entity, ids)
  const fates = await findFates(hubspot, request, format, ids, merged)
  const survivors = survivorsOf(fates)
  // A survivor may be new here: a merge can mint an id of its own for it.
  const wanted = [...new Set(survivors.values())].filter((id) => !fates.has(id))
  const found = await findFates(hubspot, request, format, wanted)
  const deleted = lostOf(fates)
  const marks = await liveOf(context, deleted)
  // More than the screening saw: HubSpot has changed its mind meanwhile.
  if (await brake.isExceededBy(marks.length, countLive)) {
    await applyBrake(settling, marks.length, marks.slice(0, mostExamples))
  }
  // A record that was archived before it was ever read has no row and gets none.
  const archived = recordsOf(fates, 'archived')
  const rows = await findRows(database, entity, idsOf(archived))
  const unread = unreadOf(fates)
  const live = [...recordsOf(fates, 'live'), ...recordsOf(found, 'live')]
  await load(settling, {
    records: [...live, ...archived.filter((record) => isNews(rows.get(record.id), record))],
    fates,
    live: idsOf(live),
    deleted,
    survivors,
    unread: [...unread, ...unreadOf(found)],
  })
  return unread
}

/** What became of records, as it is to be written in one transaction. */
interface Settled {
  readonly records: readonly ConvertedRecord[]
  /** Ids of those among them that are live. */
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
  let marked = 0
  const commit: PassContext['commit'] = (write, position) =>
    context.commit(async (transaction) => {
      // Before the rows: an archived version that loses against its row leaves that as it is.
      marked = await markDeleted(transaction, entity, deleted)
      const written = await write(transaction)
      await rememberMerges(transaction, entity, survivors)
      await rememberClaims(transaction, entity, plan.columns, gone)
      await eraseGone(transaction, context, settled.fates)
      await forgetReads(transaction, run, recordsPart, [...live, ...deleted])
      return written
    }, position)
  const page = (async function* () {
    yield { records, unread }
  })()
  await loadPages({ ...context, commit }, page, { plan, beatsRowsBefore: since })
  tally.deleted += marked
  brake.marked += marked
}

type Fates = ReadonlyMap<string, Fate<ConvertedRecord>>

type Answering = 'answering' | 'silent'

function isSilent(asked: readonly string[], unread: readonly UnreadRecord[]): boolean {
  return asked.length >= silentRecords && unread.length === asked.length
}

function isUnread(fate: Fate<unknown> | undefined): boolean {
  return fate?.kind === 'unread'
}

/** Those that HubSpot does not have as live under their ids. */
function lostOf(fates: ReadonlyMap<string, Fate<unknown>>): readonly string[] {
  return [...fates].flatMap(([id, { kind }]) => (kind === 'live' || kind === 'unread' ? [] : id))
}

function recordsOf(fates: Fates, kind: 'live' | 'archived'): readonly ConvertedRecord[] {
  return [...fates.values()].flatMap((fate) =>
    (fate.kind === 'live' || fate.kind === 'archived') && fate.kind === kind ? fate.record : [],
  )
}

function unreadOf(fates: Fates): readonly UnreadRecord[] {
  return [...fates].flatMap(([id, fate]) =>
    fate.kind === 'unread' ? { id, reason: fate.reason } : [],
  )
}

function survivorsOf(fates: Fates): ReadonlyMap<string, string> {
  const survivors = new Map<string, string>()
  for (const [id, fate] of fates) {
    if (fate.kind === 'merged') survivors.set(id, fate.survivorId)
  }
  return survivors
}

function idsOf(records: readonly { readonly id: string }[]): readonly string[] {
  return records.map(({ id }) => id)
}
