import type { AssociationTable } from '../../entity.ts'
import { type AssociationLink, readAssociations } from '../../hubspot/associations.ts'
import { historyBatchRecords } from '../../hubspot/batch-read.ts'
import { HubSpotError } from '../../hubspot/client/hubspot-error.ts'
import { type Fate, findFates } from '../../hubspot/find-fates.ts'
import { readHistories } from '../../hubspot/histories.ts'
import { tableOf } from '../../postgres/identifier.ts'
import { compareLinks } from '../../postgres/load/compare-links.ts'
import {
  type ComparedRow,
  type ComparePlan,
  compareRows,
  ownColumns,
} from '../../postgres/load/compare-rows.ts'
import { findMerged, findRows } from '../../postgres/load/live-rows.ts'
import type { ConvertedRecord } from '../../values/row.ts'
import { rowFormat } from '../row-format.ts'
import { classifyDifference, type Difference } from './classify-difference.ts'
import { type Copy, noValues, stampsOnly } from './compare-ids.ts'
import type { ReadTimes } from './read-times.ts'

/** A copy, and when its parts were read. */
export interface Looking extends Copy {
  readonly times: ReadTimes
}

/** The result of a second look. */
export interface Look {
  readonly differences: readonly Difference[]
  /** Records that HubSpot gave no answer for. */
  readonly unread: readonly string[]
}

/**
 * Asks both sides again about up to a hundred ids, by id and stamp. Ids on which HubSpot and the table
 * agree by now are no difference.
 */
export async function lookAtStamps(
  { entity, hubspot, database, times }: Looking,
  ids: readonly string[],
): Promise<Look> {
  const request = { objectType: entity.objectType, properties: noValues }
  const merged = await findMerged(database, entity, ids)
  const fates = await findFates(hubspot, request, stampsOnly, ids, merged)
  const rows = await findRows(database, entity, ids)
  const differences = ids.flatMap((id) => {
    const fate = fates.get(id)
    if (fate === undefined) return []
    return classifyDifference(id, fate, rows.get(id), times.stampedMs) ?? []
  })
  return { differences, unread: unreadOf(fates) }
}

function unreadOf(fates: ReadonlyMap<string, Fate<unknown>>): readonly string[] {
  return [...fates].flatMap(([id, { kind }]) => (kind === 'unread' ? id : []))
}

/** The same with all values. */
export async function lookAtValues(
  looking: Looking,
  plan: ComparePlan,
  ids: readonly string[],
): Promise<Look> {
  const { entity, hubspot, database, times } = looking
  const request = { objectType: entity.objectType, properties: plan.properties }
  const merged = await findMerged(database, entity, ids)
  const fates = await findFates(hubspot, request, rowFormat(plan.columns), ids, merged)
  const live = [...fates.values()].flatMap((fate) => (fate.kind === 'live' ? fate.record : []))
  const compared = await compareRows(database, plan, live)
  const others = ids.filter((id) => fates.get(id)?.kind !== 'live')
  const rows = await findRows(database, entity, others)
  const recalculated = await findRecalculated(looking, compared)
  const differences = [
    ...others.flatMap((id) => {
      const fate = fates.get(id)
      const row = rows.get(id)
      if (fate === undefined || fate.kind === 'live') return []
      if (fate.kind !== 'unread' && row?.flagsDiffer === true) {
        return { id, kind: 'extra', reason: 'unexplained', columns: ['_fivetran_deleted'] } as const
      }
      return classifyDifference(id, fate, row, times.stampedMs) ?? []
    }),
    ...compared.flatMap((one) => judgeRow(one, times, recalculated) ?? []),
  ]
  return { differences, unread: unreadOf(fates) }
}

function judgeRow(
  { record, row, columns }: ComparedRow,
  { stampedMs }: ReadTimes,
  recalculated: ReadonlySet<string>,
): Difference | null {
  const { id } = record
  const difference = classifyDifference(id, { kind: 'live', record }, row, stampedMs)
  const names = columns.map(({ column }) => column)
  // Nothing in HubSpot changes these columns.
  const isOwn = names.some((name) => ownColumns.has(name))
  if (difference !== null) {
    if (names.length === 0) return difference
    return { ...difference, columns: names, ...(isOwn && { reason: 'unexplained' }) }
  }
  if (names.length === 0) return null
  const reason = recalculated.has(id) ? 'recalculated' : 'unexplained'
  return { id, kind: 'value', reason, columns: names }
}

/**
 * Among rows that differ only in calculated columns, the ids whose values may be newer than the last daily
 * read. HubSpot's history shows when a value appeared; without a history the difference counts as possibly
 * newer.
 */
async function findRecalculated(
  { entity, hubspot, times }: Looking,
  compared: readonly ComparedRow[],
): Promise<ReadonlySet<string>> {
  const calculated = new Set(entity.calculated)
  const candidates = compared.filter(({ record, row, columns }) => {
    const isSame = row?.updatedAtMs === record.updatedAtMs && row.isDeleted === false
    return isSame && columns.length > 0 && columns.every(({ column }) => calculated.has(column))
  })
  const found = new Set<string>()
  for (let start = 0; start < candidates.length; start += historyBatchRecords) {
    const some = candidates.slice(start, start + historyBatchRecords)
    const names = new Set(some.flatMap(({ columns }) => columns.map(({ property }) => property)))
    const changes = await readChanges(hubspot, entity.objectType, [...names], some)
    for (const { record, columns } of some) {
      const isOld = columns.some(({ property }) => {
        const changedMs = changes.get(`${record.id} ${property}`)
        return changedMs !== undefined && changedMs <= (times.calculatedMs ?? 0)
      })
      if (!isOld) found.add(record.id)
    }
  }
  return found
}

/** When each value of these records appeared, by id and property; leaves out properties without a history. */
async function readChanges(
  hubspot: Looking['hubspot'],
  objectType: string,
  properties: readonly string[],
  rows: readonly { readonly record: ConvertedRecord }[],
): Promise<ReadonlyMap<string, number>> {
  const ids = rows.map(({ record }) => record.id)
  const changes = new Map<string, number>()
  try {
    const { records } = await readHistories(hubspot, objectType, { former: properties }, ids)
    for (const { id, versions } of records) {
      for (const { property, timestamp } of versions) {
        const key = `${id} ${property}`
        const changedMs = Date.parse(timestamp)
        if (changedMs > (changes.get(key) ?? 0)) changes.set(key, changedMs)
      }
    }
  } catch (error) {
    if (!(error instanceof HubSpotError) || ![400, 403, 404].includes(error.status ?? 0))
      throw error
  }
  return changes
}

/** HubSpot's links of some records, and how the rows differ from them. */
export interface LinksLook {
  /** Records whose links are all known. */
  readonly answered: readonly string[]
  /** Number of links of these records. */
  readonly linkCount: number
  /** All links in HubSpot of the records that differ. */
  readonly links: readonly AssociationLink[]
  readonly differences: readonly Difference[]
}

/**
 * Links that were read longer ago than this may have changed since; HubSpot does not say when a link
 * changed.
 */
const recentMs = 3_600_000

/** Compares the links of up to a thousand records; differing ones count only after being asked about again. */
export async function lookAtLinks(
  looking: Looking,
  association: AssociationTable,
  ids: readonly string[],
): Promise<LinksLook> {
  const { entity, hubspot, database, times } = looking
  const pair = { from: entity.objectType, to: association.toObjectType }
  const first = await readAssociations(hubspot, pair, ids)
  const suspects = await compareLinks(database, association, first.answered, first.links)
  const { answered } = first
  const linkCount = first.links.length
  if (suspects.length === 0) return { answered, linkCount, links: [], differences: [] }
  const again = await readAssociations(
    hubspot,
    pair,
    suspects.map(({ id }) => id),
  )
  const differing = await compareLinks(database, association, again.answered, again.links)
  const { name } = tableOf(association)
  const ageMs = times.linkAgesMs.get(name)
  const isRecent = ageMs !== undefined && ageMs < recentMs
  const reason = ageMs === undefined ? 'never_read' : isRecent ? 'unexplained' : 'linked_since'
  const differences = differing.map(
    ({ id, toId }): Difference => ({ id, kind: 'link', reason, table: name, toId }),
  )
  const ofDiffering = new Set(differing.map(({ id }) => id))
  const links = again.links.filter(({ fromId }) => ofDiffering.has(fromId))
  return { answered, linkCount, links, differences }
}
