import { findLinkTables } from '../../postgres/load/compare-links.ts'
import { planCompare } from '../../postgres/load/compare-rows.ts'
import { recordIds } from '../../postgres/load/record-ids.ts'
import type { Pass, PassContext, PassCounts } from '../pass.ts'
import type { RepairSpan } from '../sync-options.ts'
import { countsOf } from '../tally.ts'
import { comparePages, compareSpans, type Suspect } from '../verify/compare-ids.ts'
import { type Looking, lookAtLinks } from '../verify/look-again.ts'
import { readTimes } from '../verify/read-times.ts'
import { comparisonOf } from '../verify/verify-values.ts'
import { rememberSuspects, settle } from './settle.ts'
import { writeAnswered } from './write-answered.ts'

/** Compares these spans of ids with HubSpot's list again and settles the differences at once. */
export function repairOf(spans: readonly RepairSpan[]): Pass {
  return {
    name: 'repair',
    everyMs: 0,
    plan: async () => [],
    run: (context) => repair(context, spans),
  }
}

async function repair(context: PassContext, spans: readonly RepairSpan[]): Promise<PassCounts> {
  const { entity, database, tally, signal } = context
  const looking = { ...context, times: await readTimes(database, entity) }
  const comparing = {
    signal,
    onSuspects: (suspects: readonly Suspect[]) => rememberSuspects(context, suspects),
  }
  const byValue = spans.filter(({ parts }) => parts?.includes('values'))
  const byStamp = spans.filter((span) => !byValue.includes(span))
  await compareSpans(context, byStamp, comparing)
  await comparePages(context, byValue, comparing, comparisonOf(looking, planCompare(entity)))
  await settle(context)
  for (const span of spans) {
    if (span.parts?.includes('links')) await repairLinks(context, looking, span)
  }
  return countsOf(tally)
}

/** Records per call; some have thousands of links. */
const linkedRecords = 200

async function repairLinks(
  context: PassContext,
  looking: Looking,
  { from, until }: RepairSpan,
): Promise<void> {
  const { entity, database, signal } = context
  const groups = recordIds(database, entity, {
    size: () => linkedRecords,
    spans: [{ after: String(from - 1n), upTo: String(until - 1n), changedSince: null }],
  })
  for await (const ids of groups) {
    signal.throwIfAborted()
    await equalizeLinks(context, looking, ids)
  }
}

/** Makes the links of these records equal to HubSpot's where they differ. */
export async function equalizeLinks(
  { entity, database, commit, run }: PassContext,
  looking: Looking,
  ids: readonly string[],
): Promise<void> {
  for (const association of await findLinkTables(database, entity)) {
    const { differences, links } = await lookAtLinks(looking, association, ids)
    if (differences.length === 0) continue
    const differing = differences.map(({ id }) => id)
    // Not counted, because a run's counters are about records.
    await commit((transaction) =>
      writeAnswered(transaction, run, association, {
        settled: differing,
        answered: differing,
        links,
        foundAt: null,
      }),
    )
  }
}
