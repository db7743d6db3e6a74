import { pageRecords } from '../../hubspot/record-pages.ts'
import type { IdSpan } from '../../postgres/load/live-rows.ts'
import type { Pass, PassContext, PassResult } from '../pass.ts'
import { countsOf } from '../tally.ts'
import { compareSpans, spansFrom } from '../verify/compare-ids.ts'
import { MissedChanges } from './missed-changes.ts'
import { rememberSuspects, settle } from './settle.ts'

/** The counts of `deletes` miss differences that cancel out; this pass finds them within a week. */
const everyMs = (7 * 24 - 1) * 3_600_000

/**
 * Compares every id and modified stamp with HubSpot's list and settles the differences. A full scan does
 * the same and counts as one.
 */
export const reconciliation: Pass = {
  name: 'reconciliation',
  everyMs,
  plan: async ({ entity, hubspot, total, freshAsOf }) => {
    const endpoint = `GET ${hubspot.paths.objects(entity.objectType)}`
    // The first run reads everything, which counts as a reconciliation.
    const calls = freshAsOf === null ? 0 : Math.ceil((total ?? 0) / pageRecords)
    return [{ endpoint, calls, bucket: 'general' }]
  },
  run: reconcile,
}

async function reconcile(context: PassContext): Promise<PassResult> {
  const { freshAsOf, begunAt } = context
  // The full scan of the same run has already done it.
  if (freshAsOf !== null && begunAt.getTime() - freshAsOf.getTime() < everyMs) return {}
  const spans = await spansFrom(context, startOf(context.position))
  return settleSpans(context, spans, async (id) => {
    await context.commit(async () => {}, { doneUntil: String(id) })
  })
}

async function settleSpans(
  context: PassContext,
  spans: readonly IdSpan[],
  onDoneUntil?: (id: bigint) => Promise<void>,
): Promise<PassResult> {
  const { tally, signal } = context
  const missed = new MissedChanges(context)
  await compareSpans(context, spans, {
    signal,
    async onSuspects(suspects) {
      await missed.lookAtSuspects(suspects)
      await rememberSuspects(context, suspects)
    },
    ...(onDoneUntil && { onDoneUntil }),
  })
  await missed.report()
  await settle(context)
  return countsOf(tally)
}

/** Where an interrupted pass resumes. */
function startOf(position: unknown): bigint {
  const { doneUntil } = (position ?? {}) as { doneUntil?: unknown }
  return typeof doneUntil === 'string' && /^\d{1,18}$/.test(doneUntil) ? BigInt(doneUntil) : 0n
}
