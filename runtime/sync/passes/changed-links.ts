/*
 * A table of links is filled by the runs of one end and corrected by the runs of the other
 * (`passes/changed-links.ts`). Each run records in `hubgen.link_table` which tables it fills, so a run of
 * contacts finds `deal_contact` although its generated files do not mention it. The run of contacts
 * compares pairs from its own side and reads the differing deals again, because types and labels differ by
 * direction. Both runs may be active at once, so it first claims these deals (`state/link-claims.ts`): runs
 * of deals do not write answers that they requested before the claim, and they read deals again that are
 * still claimed at their end.
 */

import { associationInputs, readAssociations } from '../../hubspot/associations.ts'
import { asObject } from '../../hubspot/client/answer-body.ts'
import { inOrder } from '../../hubspot/concurrency/in-order.ts'
import { loadLinks } from '../../postgres/load/load-links.ts'
import { type RecordSpan, recordIds } from '../../postgres/load/record-ids.ts'
import {
  claimLinks,
  findClaimed,
  lockLinks,
  releaseLinks,
} from '../../postgres/state/link-claims.ts'
import {
  findTablesOfOthers,
  findUnequal,
  rememberLinkTables,
  removeLinksToDeleted,
  type TableOfOthers,
} from '../../postgres/state/link-tables.ts'
import { brakedPass } from '../brake.ts'
import type { Pass, PassContext, PassResult } from '../pass.ts'
import { countsOf } from '../tally.ts'
import { InputSize } from './input-size.ts'
import { changedSpans, type IdPosition, laterId, readIdPosition } from './position.ts'
import { refusalOf } from './read-optional.ts'

/** Answers in flight or waiting to be written; few links change between runs. */
const mostUnderWay = 4

/**
 * Corrects links in tables that other entities fill, for records of this entity that changed here since. A
 * contact that was deleted or merged away loses its rows in `deal_contact`. The links of a contact that was
 * created, restored or merged with another are compared with HubSpot. If a pair has more or fewer types,
 * the record of the `from` end is read again, because only its own answer has the types and labels that its
 * rows store.
 */
export const changedLinks: Pass = {
  name: 'changed_links',
  everyMs: 0,
  unit: 'links',
  plan: async () => [],
  run: correctTables,
}

interface LinksPosition extends IdPosition {
  readonly table: string
}

async function correctTables(context: PassContext): Promise<PassResult> {
  const { entity, database, commit, run, freshAsOf, tally } = context
  await commit((transaction) => rememberLinkTables(transaction, run, entity))
  const braked = brakedPass(context.brake)
  if (braked !== null) return { skipped: braked }
  // After a first sync, the runs of the other end read the links to new records with all their links.
  if (freshAsOf === null) return {}
  const tables = await findTablesOfOthers(database, run, entity)
  for (const table of tables) {
    tally.deleted += await commit(async (transaction) => {
      await lockLinks(transaction, table)
      return removeLinksToDeleted(transaction, entity, table, freshAsOf)
    })
  }
  for (const table of tables) {
    // The daily pass of all links of that table meets the same refusal, and reports it until it is
    // resolved.
    await refusalOf(`links of ${table.table}`, context.emit, () =>
      correctTable(context, table, freshAsOf),
    )
  }
  return countsOf(tally)
}

async function correctTable(
  context: PassContext,
  table: TableOfOthers,
  since: Date,
): Promise<void> {
  const { entity, database, hubspot, signal, tally } = context
  const size = new InputSize()
  const accepted = { most: associationInputs }
  const spans = spansOf(context, table, since)
  const groups = recordIds(database, entity, { size: () => size.inputs, spans })
  const pair = { from: entity.objectType, to: table.fromObjectType }
  const read = async (ids: readonly string[]) => {
    const { answered, links } = await readAssociations(hubspot, pair, ids, accepted)
    size.adapt({ links })
    const pairs = links.map(({ fromId, toId }) => ({ fromId: toId, toId: fromId }))
    return { ids, unequal: await findUnequal(database, table, answered, pairs) }
  }
  for await (const { ids, unequal } of inOrder(groups, mostUnderWay, read)) {
    signal.throwIfAborted()
    await readAgain(context, table, unequal)
    tally.read += ids.length
    await context.commit(async () => {}, positionAfter(context, table, ids.at(-1) ?? '0'))
  }
}

/**
 * Reads all links of these records, as runs of their own entity do. If such a run has asked about a record
 * in the meantime, it is unknown whose answer is newer, so the record is asked about again.
 */
async function readAgain(
  { signal, ...context }: PassContext,
  table: TableOfOthers,
  fromIds: readonly string[],
): Promise<void> {
  const left = [...fromIds]
  while (left.length > 0) {
    signal.throwIfAborted()
    left.push(...(await askClaimed(context, table, left.splice(0, associationInputs))))
  }
}

/** Returns the records that another run has asked about since they were claimed. */
async function askClaimed(
  { hubspot, commit, run, tally }: Omit<PassContext, 'signal'>,
  table: TableOfOthers,
  ids: readonly string[],
): Promise<readonly string[]> {
  const pair = { from: table.fromObjectType, to: table.toObjectType }
  await commit((transaction) => claimLinks(transaction, run, table, ids))
  const { answered, links } = await readAssociations(hubspot, pair, ids)
  const { loaded, lost } = await commit(async (transaction) => {
    await lockLinks(transaction, table)
    const claimed = new Set(await findClaimed(transaction, run, table, answered))
    const isClaimed = (id: string) => claimed.has(id)
    const ours = links.filter(({ fromId }) => isClaimed(fromId))
    const written = await loadLinks(transaction, table, answered.filter(isClaimed), ours)
    await releaseLinks(transaction, run, table, answered)
    return { loaded: written, lost: answered.filter((id) => !isClaimed(id)) }
  })
  tally.inserted += loaded.inserted
  tally.updated += loaded.updated
  tally.unchanged += loaded.unchanged
  tally.deleted += loaded.deleted
  return lost
}

/**
 * Tables are processed in name order. In tables before the interrupted one, only records that changed since
 * then are left.
 */
function spansOf(
  { position, begunAt }: PassContext,
  { table }: TableOfOthers,
  since: Date,
): readonly RecordSpan[] {
  const reached = tableIn(position)
  if (reached === null || table > reached) return changedSpans(null, { begunAt, since })
  if (table < reached) return changedSpans(null, { begunAt, since: begunAt })
  return changedSpans(readIdPosition(position), { begunAt, since })
}

/** The position never moves back: a table that was finished before the interruption does not change it. */
function positionAfter(
  { position }: PassContext,
  { table }: TableOfOthers,
  last: string,
): LinksPosition | undefined {
  const reached = tableIn(position)
  if (reached === null || table > reached) return { table, last }
  if (table < reached) return undefined
  return { table, last: laterId(readIdPosition(position), last) }
}

function tableIn(position: unknown): string | null {
  const { table } = asObject(position)
  return typeof table === 'string' ? table : null
}
