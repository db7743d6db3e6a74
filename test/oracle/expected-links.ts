import type { CompanionOf } from '../../generator/model/companion.ts'
import type { StoredRecord } from '../../simulator/store.ts'
import type { Judged } from './expected-records.ts'
import {
  type ExpectedRow,
  type ExpectedTable,
  foundQuery,
  quoted,
  withoutNulls,
} from './expected-table.ts'
import { isDue } from './record-version.ts'

/** A table of links: one row per link of two live records and per type. */
export function expectedLinks(
  judged: Judged,
  companion: CompanionOf<'associations'>,
  syncedTypeIds: ReadonlySet<string>,
): ExpectedTable {
  const { table, syncFact } = companion
  const { fromColumn, toColumn } = syncFact
  const [from, to] = [`t.${quoted(fromColumn)}`, `t.${quoted(toColumn)}`]
  const left = undecidedLinks(judged, companion, syncedTypeIds)
  return {
    name: table,
    found: foundQuery(
      `${quoted(judged.analysis.schema ?? 'hubspot')}.${quoted(table)}`,
      `concat_ws(' ', ${from}, ${to}, t.category, t.type_id)`,
      { label: 't.label' },
      `NOT ${from}::text = ANY($1::text[]) AND NOT ${to}::text = ANY($2::text[])
        AND NOT concat(${from}, ' ', ${to}) = ANY($3::text[])`,
    ),
    parameters: [[...left.from], [...left.to], [...left.pairs]],
    rows: linkRows(judged, companion, left),
  }
}

interface Undecided {
  readonly from: ReadonlySet<string>
  readonly to: ReadonlySet<string>
  /** Both ids with a space between them. */
  readonly pairs: ReadonlySet<string>
}

/**
 * Links that may or may not be here yet: between two records without a signal to the copy, and of records
 * that it may not know to be live.
 */
function undecidedLinks(
  { portal, analysis, horizon }: Judged,
  { to }: CompanionOf<'associations'>,
  syncedTypeIds: ReadonlySet<string>,
): Undecided {
  const fromTypeId = analysis.objectType.id
  const [own, others] = [portal.records(fromTypeId), portal.records(to.objectType)]
  const isSynced = syncedTypeIds.has(to.objectType)
  const isDaily = isDue('day', horizon)
  const from = new Set<string>()
  const ofOthers = new Set<string>()
  const pairs = new Set<string>()
  for (const id of own.changedIds()) if (own.isLifeUndecided(id, horizon)) from.add(id)
  for (const id of others.changedIds()) {
    // For an object type that is not synced, links show only once a day which records still exist.
    const isUntold = !isSynced && !isDaily && others.hasLivedAnew(id, 0)
    if (isUntold || (isSynced && others.isLifeUndecided(id, horizon))) ofOthers.add(id)
  }
  if (isDaily) return { from, to: ofOthers, pairs }
  for (const [fromId, toId] of portal.links.pairs(fromTypeId, to.objectType)) {
    const ends = [
      { typeId: fromTypeId, id: fromId },
      { typeId: to.objectType, id: toId },
    ] as const
    const changedAt = portal.links.changedAt(...ends)
    const isTold =
      own.wasStamped(fromId, changedAt) ||
      own.hasLivedAnew(fromId, changedAt) ||
      (isSynced && others.hasLivedAnew(toId, changedAt))
    if (!isTold) pairs.add(`${fromId} ${toId}`)
  }
  return { from, to: ofOthers, pairs }
}

function* linkRows(
  { portal, analysis }: Judged,
  { to }: CompanionOf<'associations'>,
  left: Undecided,
): Generator<ExpectedRow> {
  const { store } = portal
  const { id: typeId } = analysis.objectType
  for (const { id } of store.scan(typeId, 0n, { archived: false })) {
    if (left.from.has(id) || portal.unreadable.has(`${typeId} ${id}`)) continue
    for (const { toId, types } of store.links(typeId, id, to.objectType)) {
      if (left.to.has(toId) || left.pairs.has(`${id} ${toId}`)) continue
      for (const { category, typeId: kind, label } of types) {
        const key = `${id} ${toId} ${category} ${kind}`
        yield { key, row: withoutNulls({ label }), required: true }
      }
    }
  }
}

/**
 * The table of merges, followed to its end: every id that was merged into a live record leads to that record.
 * Ids that were merged into a deleted record may be known or not.
 */
export function expectedMerges(judged: Judged, companion: CompanionOf<'merges'>): ExpectedTable {
  const { analysis } = judged
  const table = `${quoted(analysis.schema ?? 'hubspot')}.${quoted(companion.table)}`
  const [merged, survivor] = [
    quoted(companion.syncFact.mergedColumn),
    quoted(companion.syncFact.survivorColumn),
  ]
  const rows = [...mergeRows(judged)]
  const undecided = rows.filter(({ required }) => !required).map(({ key }) => key)
  return {
    name: companion.table,
    found: `SELECT merged::text AS key, jsonb_build_object('survivor', survivor::text) AS row
      FROM (WITH RECURSIVE chain AS (
        SELECT ${merged} AS merged, ${survivor} AS survivor, 1 AS steps FROM ${table}
        UNION ALL SELECT chain.merged, next.${survivor}, steps + 1
        FROM chain JOIN ${table} AS next ON next.${merged} = chain.survivor WHERE steps < 100
      ) SELECT DISTINCT ON (merged) merged, survivor FROM chain ORDER BY merged, steps DESC) AS ended
      WHERE NOT merged::text = ANY($1::text[])`,
    parameters: [undecided],
    rows: rows.filter(({ required }) => required),
  }
}

function* mergeRows(judged: Judged): Generator<ExpectedRow> {
  const { portal, analysis } = judged
  const { id: typeId } = analysis.objectType
  const told = new Set<string>()
  const ofRecord = function* (record: StoredRecord, required: boolean): Generator<ExpectedRow> {
    for (const merged of swallowedBy(record)) {
      if (told.has(merged)) continue
      told.add(merged)
      const survivor = portal.store.survivorOf(typeId, merged) ?? record.id
      yield { key: merged, row: { survivor }, required }
    }
  }
  const isReadable = (id: string) => !portal.unreadable.has(`${typeId} ${id}`)
  for (const record of portal.store.scan(typeId, 0n, { archived: false })) {
    yield* ofRecord(record, isReadable(record.id))
  }
  for (const record of portal.store.scan(typeId, 0n, { archived: true })) {
    yield* ofRecord(record, false)
  }
  const ledger = portal.records(typeId)
  for (const id of ledger.vanishedIds()) {
    const last = ledger.lastOf(id)
    const survivor = portal.store.survivorOf(typeId, id)
    const isRead = survivor !== undefined && ledger.isLive(survivor)
    if (survivor !== undefined && !told.has(id)) {
      told.add(id)
      yield { key: id, row: { survivor }, required: isRead }
    }
    if (last !== undefined) yield* ofRecord(last, false)
  }
}

/** `76340251;46897301`, and of contacts `76340251:1417469632000`, which may name the record itself; other text names no record. */
function swallowedBy(record: StoredRecord): readonly string[] {
  return ['hs_merged_object_ids', 'hs_calculated_merged_vids']
    .flatMap((name) => (record.value(name) ?? '').split(';'))
    .map((one) => one.split(':')[0] ?? '')
    .filter((id) => /^\d+$/.test(id) && id !== record.id)
}
