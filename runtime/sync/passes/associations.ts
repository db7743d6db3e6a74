import type { AssociationTable } from '../../entity.ts'
import { associationInputs, type LinkAnswer, readAssociations } from '../../hubspot/associations.ts'
import { inOrder } from '../../hubspot/concurrency/in-order.ts'
import { fitsBigint } from '../../hubspot/record.ts'
import { missingTableFix } from '../../postgres/connection/table-check.ts'
import { tableOf } from '../../postgres/identifier.ts'
import { haveTables } from '../../postgres/load/bring-rows.ts'
import { countLiveRows, everyId, findRows } from '../../postgres/load/live-rows.ts'
import { type Orphans, removeOrphanedLinks } from '../../postgres/load/load-links.ts'
import { type RecordSpan, recordIds } from '../../postgres/load/record-ids.ts'
import {
  linksPart,
  lockLinks,
  readClaimed,
  removeLinksToLost,
} from '../../postgres/state/link-claims.ts'
import {
  forgetReads,
  type PendingRead,
  readPending,
  rememberReads,
} from '../../postgres/state/pending-read.ts'
import { brakedPass } from '../brake.ts'
import type { Pass, PassContext, PassResult, PlanContext } from '../pass.ts'
import type { PlannedCalls } from '../planned-calls.ts'
import { countsOf } from '../tally.ts'
import { firstInputs, InputSize } from './input-size.ts'
import { LinkProblems } from './link-problems.ts'
import {
  byNumber,
  type CirclePosition,
  changedSpans,
  IdCircle,
  laterId,
  readIdPosition,
} from './position.ts'
import { refusalOf } from './read-optional.ts'
import { writeAnswered } from './write-answered.ts'

/**
 * A changed link does not change the modified stamp, so all links are read daily; an hour less than a day,
 * so that a daily run always finds the pass due.
 */
const everyMs = 23 * 3_600_000
/**
 * Twice what HubSpot's limit allows while a call takes 400 ms. Answers are written in order, so a slow one
 * delays the others.
 */
const mostUnderWay = 16

/**
 * The two passes of an association table: one reads all links once a day; the other reads, in every run,
 * the links of records that changed here since. Both make a record's rows equal to HubSpot's answer.
 * Records without an answer keep their rows; deleted records lose them.
 */
export function associationPasses(association: AssociationTable): readonly Pass[] {
  const name = linksPart(association)
  const changed = `changed_${name}` as const
  return [
    {
      name,
      everyMs,
      unit: 'links',
      tables: () => [association.table],
      covers: [changed],
      reads: () => [byNumber],
      plan: (context) => planAll(context, association),
      run: (context) => readTable(context, association, null),
    },
    {
      name: changed,
      everyMs: 0,
      unit: 'links',
      tables: () => [association.table],
      plan: async () => [],
      // Until the first full read completes, the pass of all links covers these records, too.
      run: async (context) =>
        context.freshAsOf === null ? {} : readTable(context, association, context.freshAsOf),
    },
  ]
}

async function planAll(
  { entity, hubspot, database, total }: PlanContext,
  { toObjectType }: AssociationTable,
): Promise<readonly PlannedCalls[]> {
  const records = total ?? (await countLiveRows(database, entity, everyId))
  const path = hubspot.paths.associationsBatchRead(entity.objectType, toObjectType)
  const calls = Math.ceil(records / associationInputs)
  return [{ endpoint: `POST ${path}`, calls, bucket: 'general' }]
}

async function readTable(
  context: PassContext,
  association: AssociationTable,
  changedSince: Date | null,
): Promise<PassResult> {
  const { entity, commit, emit, tally } = context
  const { table } = association
  const braked = brakedPass(context.brake)
  if (braked !== null) return { skipped: braked }
  const { schema, name } = tableOf(association)
  if (!(await commit((transaction) => haveTables(transaction, [{ schema, table: name }])))) {
    const code = 'ASSOCIATIONS_TABLE_MISSING'
    const message = `associations not read: there is no table ${table}`
    emit({ type: 'notice', code, message, fix: missingTableFix })
    return { skipped: `${code}: ${message}` }
  }
  const way =
    changedSince === null ? IdCircle.restore(context.position) : changedWay(context, changedSince)
  // The pass of all links reports the refusal.
  const say = changedSince === null ? emit : () => {}
  const refusal = await refusalOf(`associations of ${table}`, say, () =>
    readLinks(context, association, way),
  )
  const orphans: Orphans = changedSince === null ? 'all' : { deletedSince: changedSince }
  tally.deleted += await commit(async (transaction) => {
    await lockLinks(transaction, association)
    const orphaned = await removeOrphanedLinks(transaction, entity, association, orphans)
    return orphaned + (await removeLinksToLost(transaction, association, context.startedAt))
  })
  const counts = countsOf(tally)
  if (refusal !== null) return { ...counts, skipped: refusal }
  const rest = context.begunAt < context.startedAt ? way.rest() : null
  return rest === null ? counts : { ...counts, again: rest }
}

/** Records of one call. */
interface LinkGroup {
  readonly ids: readonly string[]
  /** Whether the position advances past these records. */
  readonly moves: boolean
  /** When claims on these records were looked up; null if they were not. */
  readonly foundAt: Date | null
}

type AskedLinks = LinkAnswer & Omit<LinkGroup, 'ids'> & { readonly asked: readonly string[] }

/** In every run, records that HubSpot did not answer for earlier come first. */
async function* unreadFirst(
  { database, run }: PassContext,
  part: string,
  { readsAll }: LinkWay,
  rest: () => AsyncIterable<readonly string[]>,
): AsyncGenerator<LinkGroup> {
  for (let after = '0'; !readsAll; ) {
    const ids = await readPending(database, run, part, { after, most: firstInputs })
    if (ids.length > 0) yield { ids, moves: false, foundAt: null }
    if (ids.length < firstInputs) break
    after = ids.at(-1) ?? after
  }
  for await (const ids of rest()) yield { ids, moves: true, foundAt: null }
}

/**
 * Records claimed by runs of the other end come last, after all older answers were written: the answers of
 * those runs may be older than this run's.
 */
async function* claimedLast(
  { database, run }: PassContext,
  association: AssociationTable,
): AsyncGenerator<LinkGroup> {
  for (let after = '0'; ; ) {
    const { ids, foundAt } = await readClaimed(database, run, association, {
      after,
      most: firstInputs,
    })
    if (ids.length > 0) yield { ids, moves: false, foundAt }
    if (ids.length < firstInputs) return
    after = ids.at(-1) ?? after
  }
}

/**
 * A record that HubSpot does not know is not read again, unless its row is live: then one of HubSpot's two answers
 * is out of date.
 */
async function unreadOf(
  { database, entity }: PassContext,
  { unanswered }: LinkAnswer,
): Promise<readonly PendingRead[]> {
  const askable = unanswered.filter(({ id }) => fitsBigint(id))
  const isUnknown = ({ reason }: (typeof askable)[number]) => reason === 'OBJECT_NOT_FOUND'
  const unknown = askable.filter(isUnknown).map(({ id }) => id)
  const rows = unknown.length === 0 ? null : await findRows(database, entity, unknown)
  return askable
    .filter((one) => !isUnknown(one) || rows?.get(one.id)?.isDeleted === false)
    .map(({ id }) => ({ id, reason: 'unread' }))
}

/** The records to read, and their order. */
interface LinkWay {
  /** Reads all records; pending reads need no separate calls. */
  readonly readsAll: boolean
  spansLeft(): readonly RecordSpan[]
  positionAt(last: string): CirclePosition
  /** The part that a resumed pass must read again. */
  rest(): CirclePosition | null
}

function changedWay({ position, begunAt }: PassContext, since: Date): LinkWay {
  const begun = readIdPosition(position)
  return {
    readsAll: false,
    spansLeft: () => changedSpans(begun, { begunAt, since }),
    positionAt: (last) => ({ last: laterId(begun, last) }),
    rest: () => null,
  }
}

async function readLinks(
  context: PassContext,
  association: AssociationTable,
  way: LinkWay,
): Promise<void> {
  const { entity, database } = context
  const size = new InputSize()
  const spans = way.spansLeft()
  const groups = unreadFirst(context, linksPart(association), way, () =>
    recordIds(database, entity, { size: () => size.inputs, spans }),
  )
  const problems = new LinkProblems()
  const claimed = claimedLast(context, association)
  await readGroups(context, association, { way, size, problems, groups })
  await readGroups(context, association, { way, size, problems, groups: claimed })
  problems.report(context, association)
}

interface LinkReading {
  readonly way: LinkWay
  readonly size: InputSize
  readonly problems: LinkProblems
  readonly groups: AsyncIterable<LinkGroup>
}

/** All answers are written when it resolves. */
async function readGroups(
  context: PassContext,
  association: AssociationTable,
  { way, size, problems, groups }: LinkReading,
): Promise<void> {
  const { entity, hubspot, signal, emit, commit, tally, run } = context
  const pair = { from: entity.objectType, to: association.toObjectType }
  const part = linksPart(association)
  const accepted = { most: associationInputs }
  const read = async ({ ids, ...group }: LinkGroup) => {
    const answer = await readAssociations(hubspot, pair, ids, accepted)
    size.adapt(answer)
    return { ...answer, ...group, asked: ids }
  }
  const write = async ({ moves, foundAt, asked, ...answer }: AskedLinks) => {
    const { answered, links } = answer
    const position = moves ? way.positionAt(asked.at(-1) ?? '0') : undefined
    const unread = await unreadOf(context, answer)
    const settled = asked.filter((id) => !unread.some((each) => each.id === id))
    const loaded = await commit(async (transaction) => {
      const written = await writeAnswered(transaction, run, association, {
        settled,
        answered,
        links,
        foundAt,
      })
      await forgetReads(transaction, run, part, settled)
      await rememberReads(transaction, run, part, unread)
      return written
    }, position)
    tally.read += asked.length
    tally.inserted += loaded.inserted
    tally.updated += loaded.updated
    tally.unchanged += loaded.unchanged
    tally.deleted += loaded.deleted
    problems.add(answer)
    emit({ type: 'page_read', records: asked.length, read: tally.read })
  }
  // One answer is written while the next ones are read; the position advances in read order.
  let writing: Promise<void> = Promise.resolve()
  try {
    for await (const answer of inOrder(groups, mostUnderWay, read)) {
      await writing
      signal.throwIfAborted()
      writing = write(answer)
      writing.catch(() => {})
    }
  } finally {
    await writing
  }
}
