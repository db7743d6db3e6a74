import { pageRecords } from '../../hubspot/record-pages.ts'
import { compareSpans, spansFrom } from '../compare-ids.ts'
import type { Pass, PassContext, PassCounts } from '../pass.ts'
import { countsOf } from '../tally.ts'
import { settleMissing } from './missing.ts'

/** A difference that balances another hides from the counts of `deletes` for so long at most. */
const everyMs = (7 * 24 - 1) * 3_600_000

/**
 * Compares every id and modified stamp with HubSpot's list, and settles each that differs. A full scan
 * does as much, and counts as one.
 */
export const reconciliation: Pass = {
  name: 'reconciliation',
  everyMs,
  plan: async ({ entity, hubspot, total }) => [
    {
      endpoint: `GET ${hubspot.paths.objects(entity.objectType)}`,
      calls: Math.ceil((total ?? 0) / pageRecords),
      bucket: 'general',
    },
  ],
  run: reconcile,
}

async function reconcile(context: PassContext): Promise<PassCounts> {
  const { tally, signal, freshAsOf, begunAt } = context
  // The full scan of this very run has done it.
  if (freshAsOf !== null && begunAt.getTime() - freshAsOf.getTime() < everyMs) return {}
  await compareSpans(context, await spansFrom(context, startOf(context.position)), {
    signal,
    async onSuspects(suspects) {
      await settleMissing(
        context,
        suspects.map(({ id }) => id),
      )
    },
    onDoneUntil: (id) => context.commit(async () => {}, { doneUntil: String(id) }),
  })
  return countsOf(tally)
}

/** Where an interrupted one goes on. */
function startOf(position: unknown): bigint {
  const { doneUntil } = (position ?? {}) as { doneUntil?: unknown }
  return typeof doneUntil === 'string' && /^\d{1,18}$/.test(doneUntil) ? BigInt(doneUntil) : 0n
}
