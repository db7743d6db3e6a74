/*
 * A table of links is filled by the runs of one end and mended by those of the other
 * (`passes/changed-links.ts`): each run notes in `hubgen.link_table` which tables it fills, so a run of
 * contacts finds `deal_contact` without a word in generated files. It compares pairs from its own side and
 * reads the deals that differ again: types and labels differ by direction. Both may run at once, so it
 * claims these deals first (`state/link-claims.ts`): answers that runs of deals asked for before the claim
 * are not written, and deals still claimed at the end of such a run are read again.
 */

import { asObject } from '../../hubspot/answer-body.ts'
import { associationInputs, readAssociations } from '../../hubspot/associations.ts'
import { inOrder } from '../../hubspot/in-order.ts'
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
import type { Pass, PassContext, PassResult } from '../pass.ts'
import { countsOf } from '../tally.ts'
import { InputSize } from './associations.ts'
import { changedSpans, type IdPosition, laterId, readIdPosition } from './position.ts'
import { refusalOf } from './read-optional.ts'

/** Answers that are on their way or wait for their turn: what changed is seldom much. */
const mostUnderWay = 4

/**
 * Links in tables that other entities fill, to records of this one that changed here since: a contact that was
 * deleted or merged away loses its rows in `deal_contact`, and those of one that was created, restored or has
 * swallowed another are compared with HubSpot. Where a pair has more types or fewer, the record of the `from`
 * end is read again: only its own answer has the types and labels that its rows have.
 */
export const changedLinks: Pass = {
  name: 'changed_links',
  everyMs: 0,
  unit: 'links',
  plan: async () => [],
  run: mendTables,
}

interface LinksPosition extends IdPosition {
  readonly table: string
}

async function mendTables(context: PassContext): Promise<PassResult> {
  const { entity, database, commit, run, freshAsOf, tally } = context
  await commit((transaction) => rememberLinkTables(transaction, run, entity))
  // What the first run finds new, the runs of the other end read with all links of theirs.
  if (freshAsOf === null) return {}
  const tables = await findTablesOfOthers(database, run, entity)
  for (const table of tables) {
    tally.deleted += await commit(async (transaction) => {
      await lockLinks(transaction, table)
      return removeLinksToDeleted(transaction, entity, table, freshAsOf)
    })
  }
  for (const table of tables) {
    // Once a day the pass of all links of that table meets the same, and is a problem until it is read.
    await refusalOf(`links of ${table.table}`, context.emit, () =>
      mendTable(context, table, freshAsOf),
    )
  }
  return countsOf(tally)
}

async function mendTable(context: PassContext, table: TableOfOthers, since: Date): Promise<void> {
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
 * All links of these records, as the runs of their own entity read them. Where such a run has asked about a record
 * meanwhile, nobody knows whose answer is newer: it is asked about again.
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

/** Gives the records that another run has asked about since they were claimed. */
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

/** Tables come by name: of those before the one that was interrupted, only what changed meanwhile is left. */
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

/** Never back: a table that was done before the interruption moves nothing. */
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
