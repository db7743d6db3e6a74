import { batchRecords, readBatch } from '../../hubspot/batch-read.ts'
import { HubSpotError } from '../../hubspot/client/hubspot-error.ts'
import { inOrder } from '../../hubspot/concurrency/in-order.ts'
import { tableOf } from '../../postgres/identifier.ts'
import { findLinkTables } from '../../postgres/load/compare-links.ts'
import { type ComparePlan, compareRows, planCompare } from '../../postgres/load/compare-rows.ts'
import type { IdSpan } from '../../postgres/load/live-rows.ts'
import { everyRecord, recordIds } from '../../postgres/load/record-ids.ts'
import { sampleIds } from '../../postgres/load/sample-ids.ts'
import type { ConvertedRecord } from '../../values/row.ts'
import { InputSize } from '../passes/input-size.ts'
import { rowFormat } from '../row-format.ts'
import type { Difference } from './classify-difference.ts'
import { type Comparing, comparePages, type PageComparison, type Suspect } from './compare-ids.ts'
import type { Compared, Left } from './compared.ts'
import { type Look, type Looking, lookAtLinks, lookAtStamps, lookAtValues } from './look-again.ts'

/** Calls in flight; the limiter sets their pace. */
const mostUnderWay = 8

/** Receives counts and findings. */
export interface Finder {
  count(records: number, what: 'values'): void
  count(records: number, what: 'links', table: string): void
  addAll(look: Look, spanOf: (difference: Difference) => IdSpan): void
}

/** Compares all values of every page of the list. */
export async function compareAllValues(
  looking: Looking,
  spans: readonly IdSpan[],
  comparing: Comparing,
  found: Finder,
): Promise<Compared> {
  const plan = planCompare(looking.entity)
  let values = 0
  const unanswered = new Set<string>()
  const comparison = {
    ...comparisonOf(looking, plan),
    async differing(records: readonly ConvertedRecord[]) {
      values += records.length
      found.count(records.length, 'values')
      noteUnanswered(records, unanswered)
      return findDiffering(looking, plan, records)
    },
  }
  await comparePages(
    looking,
    spans,
    {
      ...comparing,
      async onSuspects(suspects, span) {
        const { others, values: byValue } = partSuspects(suspects)
        found.addAll(await lookAtStamps(looking, others), () => span)
        found.addAll(await lookAtValues(looking, plan, byValue), () => span)
      },
    },
    comparison,
  )
  return { values, links: 0, left: leftOf(unanswered) }
}

function noteUnanswered(records: readonly ConvertedRecord[], unanswered: Set<string>): void {
  for (const record of records) for (const name of record.unanswered) unanswered.add(name)
}

function leftOf(unanswered: ReadonlySet<string>): readonly Left[] {
  return [...unanswered]
    .sort()
    .map((subject) => ({ subject, why: "HubSpot's answers lack this property" }))
}

/** Compares pages value by value. */
export function comparisonOf(looking: Looking, plan: ComparePlan): PageComparison<ConvertedRecord> {
  return {
    properties: plan.properties,
    format: rowFormat(plan.columns),
    differing: (records) => findDiffering(looking, plan, records),
  }
}

async function findDiffering(
  { database }: Looking,
  plan: ComparePlan,
  records: readonly ConvertedRecord[],
): Promise<ReadonlySet<string>> {
  const compared = await compareRows(database, plan, records)
  const differing = compared.filter(({ columns }) => columns.length > 0)
  return new Set(differing.map(({ record }) => record.id))
}

function partSuspects(suspects: readonly Suspect[]) {
  // For records with another stamp, the differing columns are named as well.
  const isValue = ({ kind }: Suspect) => kind === 'value' || kind === 'stale'
  return {
    values: suspects.filter(isValue).map(({ id }) => id),
    others: suspects.filter((one) => !isValue(one)).map(({ id }) => id),
  }
}

export interface Sampling {
  readonly count: number
  readonly random: () => number
  readonly signal: AbortSignal
}

/** Compares values and links of randomly drawn live rows. */
export async function compareSample(
  looking: Looking,
  { count, random, signal }: Sampling,
  found: Finder,
): Promise<Compared> {
  const { entity, database } = looking
  const plan = planCompare(entity)
  const ids = await sampleIds(database, entity, count, random)
  const unanswered = new Set<string>()
  let values = 0
  for (let start = 0; start < ids.length; start += batchRecords) {
    signal.throwIfAborted()
    const some = ids.slice(start, start + batchRecords)
    found.addAll(await compareSome(looking, plan, some, unanswered), spanOf)
    values += some.length
    found.count(some.length, 'values')
  }
  const { links, left } = await compareLinksOf(looking, ids, signal, found)
  return { values, links, left: [...leftOf(unanswered), ...left] }
}

/** Compares the links of these records. */
export function compareLinksOf(
  looking: Looking,
  ids: readonly string[],
  signal: AbortSignal,
  found: Finder,
): Promise<Pick<Compared, 'links' | 'left'>> {
  const groups = () => chunks(ids, sampledLinks)
  return compareLinkTables(looking, { groups, signal }, found)
}

/** Records per call; some have thousands of links. */
const sampledLinks = 200

/** Compares at most a hundred records, by id. Adds the properties that an answer lacks to `unanswered`. */
export async function compareSome(
  looking: Looking,
  plan: ComparePlan,
  ids: readonly string[],
  unanswered: Set<string>,
): Promise<Look> {
  const { entity, hubspot, database } = looking
  const request = { objectType: entity.objectType, properties: plan.properties }
  const { records } = await readBatch(hubspot, request, rowFormat(plan.columns), ids)
  noteUnanswered(records, unanswered)
  const equal = new Set(
    (await compareRows(database, plan, records))
      .filter(({ record, row, columns }) => {
        return columns.length === 0 && row?.updatedAtMs === record.updatedAtMs && !row.isDeleted
      })
      .map(({ record }) => record.id),
  )
  const suspects = ids.filter((id) => !equal.has(id))
  return lookAtValues(looking, plan, suspects)
}

function spanOf({ id }: Difference): IdSpan {
  return { from: BigInt(id), until: BigInt(id) + 1n }
}

async function* chunks(ids: readonly string[], size: number): AsyncGenerator<readonly string[]> {
  for (let start = 0; start < ids.length; start += size) yield ids.slice(start, start + size)
}

/** Compares the links of every live row. */
export function compareAllLinks(
  looking: Looking,
  signal: AbortSignal,
  found: Finder,
): Promise<Pick<Compared, 'links' | 'left'>> {
  const { entity, database } = looking
  const groups = (size: InputSize) =>
    recordIds(database, entity, { size: () => size.inputs, spans: [everyRecord] })
  return compareLinkTables(looking, { groups, signal }, found)
}

interface LinkGroups {
  readonly groups: (size: InputSize) => AsyncGenerator<readonly string[]>
  readonly signal: AbortSignal
}

/** Compares one table after another. */
async function compareLinkTables(
  looking: Looking,
  { groups, signal }: LinkGroups,
  found: Finder,
): Promise<Pick<Compared, 'links' | 'left'>> {
  let links = 0
  const left: Left[] = []
  for (const association of await findLinkTables(looking.database, looking.entity)) {
    const size = new InputSize()
    let ofTable = 0
    try {
      const looks = inOrder(groups(size), mostUnderWay, async (ids) => {
        const look = await lookAtLinks(looking, association, ids)
        size.adapt({ links: { length: look.linkCount } })
        return look
      })
      for await (const { answered, differences } of looks) {
        signal.throwIfAborted()
        found.addAll({ differences, unread: [] }, spanOf)
        ofTable += answered.length
        links = Math.max(links, ofTable)
        found.count(answered.length, 'links', tableOf(association).name)
      }
    } catch (error) {
      if (!isRefusal(error)) throw error
      left.push({ subject: tableOf(association).name, why: error.message })
    }
  }
  return { links, left }
}

/** The token may not read them, or the objects have no such links. */
function isRefusal(error: unknown): error is HubSpotError {
  return error instanceof HubSpotError && [400, 403, 404].includes(error.status ?? 0)
}
