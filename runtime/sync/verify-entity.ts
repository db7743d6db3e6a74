import type { Entity } from '../entity.ts'
import type { HubSpot } from '../hubspot/client.ts'
import { findFates } from '../hubspot/find-fates.ts'
import type { Database } from '../postgres/database.ts'
import { countQuarantined, findMerged, findRows, type IdSpan } from '../postgres/live-rows.ts'
import { readPassStates } from '../postgres/pass-state.ts'
import { ensureState } from '../postgres/state.ts'
import { checkTable } from '../postgres/table-check.ts'
import { classifyDifference, type Difference, type DifferenceKind } from './classify-difference.ts'
import { compareSpans, noValues, type Suspect, spansFrom, stampsOnly } from './compare-ids.ts'
import { checkEntityPortal, checkTablePortal } from './portal-guard.ts'

/** What a comparison of ids and modified stamps came to. */
export interface VerifyReport {
  readonly entity: string
  readonly table: string
  /** Live records in HubSpot's list. */
  readonly records: number
  /** How many of each kind, by reason. */
  readonly differences: Readonly<Record<DifferenceKind, Readonly<Record<string, number>>>>
  readonly total: number
  /** Records that Postgres refused: they have no row, which is no difference that a repair could mend. */
  readonly quarantined: number
  /** Suspects that HubSpot gave no answer for: they may differ or not. */
  readonly unread: number
  /** The first differences of each kind, ascending in no order. */
  readonly examples: readonly Difference[]
  /** Spans of ids that hold them all. */
  readonly spans: readonly IdSpan[]
  readonly calls: number
  readonly seconds: number
}

export interface VerifyOptions {
  readonly signal: AbortSignal
  /** Called with how many more records were compared. */
  readonly onPage?: (records: number) => void
  /** Called for each difference, of which the report keeps a few only. */
  readonly onDifference?: (difference: Difference) => void
}

/** Kept of each kind, for a person. */
const keptExamples = 10

/**
 * Compares the ids and modified stamps of HubSpot's list with those of the live rows, and changes nothing.
 * Both are streamed; a suspect is asked for again by id, on both sides, before it counts: what changes while
 * this goes on is no difference. Rejects with a HubgenError where it cannot look.
 */
export async function verifyEntity(
  entity: Entity,
  hubspot: HubSpot,
  database: Database,
  { signal, onPage, onDifference }: VerifyOptions,
): Promise<VerifyReport> {
  const startedMs = performance.now()
  const account = await hubspot.account()
  checkEntityPortal(entity, account)
  await checkTable(database, entity)
  await checkTablePortal(database, entity, account)
  await ensureState(database)
  const copy = { entity, hubspot, database }
  const watermarkMs = await readWatermark(database, entity)
  const differences: Record<DifferenceKind, Record<string, number>> = {
    missing: {},
    extra: {},
    stale: {},
  }
  const examples: Difference[] = []
  const spans = new Set<IdSpan>()
  let records = 0
  let total = 0
  let unread = 0
  await compareSpans(copy, await spansFrom(copy, 0n), {
    signal,
    onPage(count) {
      records += count
      onPage?.(count)
    },
    async onSuspects(suspects, span) {
      const found = await lookAgain(copy, suspects, watermarkMs)
      unread += found.unread
      for (const difference of found.differences) {
        const { kind, reason } = difference
        const before = Object.values(differences[kind]).reduce((sum, count) => sum + count, 0)
        if (before < keptExamples) examples.push(difference)
        differences[kind][reason] = (differences[kind][reason] ?? 0) + 1
        total++
        spans.add(span)
        onDifference?.(difference)
      }
    },
  })
  return {
    entity: entity.entity,
    table: entity.table,
    records,
    differences,
    total,
    quarantined: await countQuarantined(database, entity),
    unread,
    examples,
    spans: [...spans].sort((left, right) => (left.from < right.from ? -1 : 1)),
    calls: hubspot.calls,
    seconds: (performance.now() - startedMs) / 1000,
  }
}

/** What was changed in HubSpot until then should be in the table; null before the first sync. */
async function readWatermark(database: Database, entity: Entity): Promise<number | null> {
  const states = (await readPassStates(database, [entity.entity])).get(entity.entity)
  const stamps = ['changes', 'records'].map((pass) => states?.get(pass)?.freshAsOf?.getTime() ?? 0)
  const latest = Math.max(...stamps)
  return latest === 0 ? null : latest
}

async function lookAgain(
  { entity, hubspot, database }: Parameters<typeof compareSpans>[0],
  suspects: readonly Suspect[],
  watermarkMs: number | null,
): Promise<{ readonly differences: readonly Difference[]; readonly unread: number }> {
  const ids = suspects.map(({ id }) => id)
  const request = { objectType: entity.objectType, properties: noValues }
  const merged = await findMerged(database, entity, ids)
  const fates = await findFates(hubspot, request, stampsOnly, ids, merged)
  const rows = await findRows(database, entity, ids)
  const differences = ids.flatMap((id) => {
    const fate = fates.get(id)
    return fate === undefined ? [] : (classifyDifference(id, fate, rows.get(id), watermarkMs) ?? [])
  })
  const unread = [...fates.values()].filter(({ kind }) => kind === 'unread').length
  return { differences, unread }
}
