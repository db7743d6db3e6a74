/*
 * The copy audits itself: once a day, the last pass of a run compares 200 live rows with HubSpot by value
 * and by link, through the codecs and in SQL (`runtime/postgres/load/compare-rows.ts`). Counts, ids and
 * stamps cannot show what a bug of ours left out. The sample is drawn in blocks of the table, not by id,
 * because ids have 1 to 13 digits and are unevenly spread. A difference counts only after both sides were
 * asked again. It is explained by a stamp that moved since the last sync, by HubSpot's history of a
 * calculated value, or, for links (which have no time), by a daily read that is more than an hour old. The
 * pass runs last, because only data that was just read can be judged. Changes that earlier runs missed and
 * the preceding passes repaired are counted separately (`runtime/sync/passes/missed-changes.ts`). `hubgen
 * verify --values all` makes the same comparison for every row, page by page.
 */

import { batchRecords } from '../../hubspot/batch-read.ts'
import { machine } from '../../machine.ts'
import { planCompare } from '../../postgres/load/compare-rows.ts'
import { countLiveRows, everyId } from '../../postgres/load/live-rows.ts'
import { retrying } from '../../postgres/state/commit.ts'
import { linksPart } from '../../postgres/state/link-claims.ts'
import { readPassStates } from '../../postgres/state/pass-state.ts'
import { recordsPart, rememberReads } from '../../postgres/state/pending-read.ts'
import { readRunBegin } from '../../postgres/state/state.ts'
import { writeAudit } from '../../postgres/state/write-audit.ts'
import { nameSome } from '../../words/name-some.ts'
import { formatCount } from '../../words/numbers-as-text.ts'
import { brakedPass } from '../brake.ts'
import type { Pass, PassContext, PassResult, PlanContext } from '../pass.ts'
import { patienceOf } from '../patience.ts'
import type { PlannedCalls } from '../planned-calls.ts'
import { countsOf } from '../tally.ts'
import { AuditTally, auditedRecords } from '../verify/audit-tally.ts'
import type { Difference } from '../verify/classify-difference.ts'
import type { Look, Looking } from '../verify/look-again.ts'
import { readTimes } from '../verify/read-times.ts'
import { compareLinksOf, compareSample, compareSome, type Finder } from '../verify/verify-values.ts'
import { equalizeLinks } from './repair.ts'
import { rememberSuspects, settle } from './settle.ts'

/** An hour less than a day, so that a daily run always finds the pass due. */
const everyMs = 23 * 3_600_000
/**
 * Once a day, compares randomly drawn records with HubSpot value by value and link by link, repairs
 * differences, and saves the result in `hubgen.audit`. The other passes should have prevented any
 * difference that no change explains.
 */
export const audit: Pass = {
  name: 'audit',
  everyMs,
  plan: planCalls,
  run: auditSample,
}

async function planCalls(context: PlanContext): Promise<readonly PlannedCalls[]> {
  const { entity, hubspot, database, total, isFirstLoad } = context
  if (isFirstLoad) return []
  const records = total ?? (await countLiveRows(database, entity, everyId))
  const compared = Math.min(records, auditedRecords)
  const batches = Math.ceil(compared / batchRecords)
  const read = hubspot.paths.batchRead(entity.objectType)
  return [
    { endpoint: `POST ${read}`, calls: batches, bucket: 'general' },
    ...(entity.associations ?? []).map(
      ({ toObjectType }): PlannedCalls => ({
        endpoint: `POST ${hubspot.paths.associationsBatchRead(entity.objectType, toObjectType)}`,
        calls: compared === 0 ? 0 : 1,
        bucket: 'general',
      }),
    ),
  ]
}

/** Whether this run has read every compared part from the start. */
async function wasAllReadNow(context: PassContext): Promise<boolean> {
  const { entity, database, run } = context
  const patience = patienceOf(context)
  const runBegan = await retrying(database, () => readRunBegin(database, run), patience)
  const states = await retrying(database, () => readPassStates(database, [entity.name]), patience)
  const compared = ['records', ...(entity.associations ?? []).map(linksPart)]
  if (entity.calculated?.length) compared.push('calculated')
  return compared.every((pass) => {
    const { freshAsOf = null, interrupted = true } = states.get(entity.name)?.get(pass) ?? {}
    return !interrupted && freshAsOf !== null && freshAsOf >= runBegan
  })
}

/** Keeps the differences themselves, since a sample has few. */
class Findings implements Finder {
  readonly tally = new AuditTally()
  readonly differences: Difference[] = []
  readonly unread: string[] = []

  count(records: number, _what: 'values' | 'links', table?: string): void {
    this.tally.count(records, table)
  }

  addAll({ differences, unread }: Look): void {
    this.unread.push(...unread)
    for (const difference of differences) {
      this.tally.add(difference)
      this.differences.push(difference)
    }
  }
}

async function auditSample(context: PassContext): Promise<PassResult> {
  const { entity, database, options, run, signal, commit, tally } = context
  const braked = brakedPass(context.brake)
  if (braked !== null) return { skipped: braked }
  // Everything was just read, so nothing can be missing; the audit is due a day later.
  if (context.freshAsOf === null && (await wasAllReadNow(context))) return countsOf(tally)
  const { random = machine.random } = options
  const looking = { ...context, times: await readTimes(database, entity) }
  const found = new Findings()
  await compareSample(looking, { count: auditedRecords, random, signal }, found)
  if (found.differences.length > 0) {
    await repairDifferences(context, looking, found.differences)
    found.tally.noteMended((await compareAgain(looking, found.differences)).tally)
  }
  await commit(async (transaction) => {
    const unread = found.unread.map((id) => ({ id, reason: 'unread' as const }))
    await rememberReads(transaction, run, recordsPart, unread)
    await writeAudit(transaction, entity.name, run.id, found.tally.subjects())
  })
  tellUnexplained(context, found)
  return countsOf(tally)
}

async function repairDifferences(
  context: PassContext,
  looking: Looking,
  differences: readonly Difference[],
): Promise<void> {
  const suspects = differences.flatMap(({ id, kind }) => (kind === 'link' ? [] : { id, kind }))
  if (suspects.length > 0) {
    await rememberSuspects(context, suspects)
    await settle(context)
  }
  const linked = new Set(differences.flatMap(({ id, kind }) => (kind === 'link' ? id : [])))
  if (linked.size > 0) await equalizeLinks(context, looking, [...linked])
}

/** Compares the differing records again and returns the remaining differences. */
async function compareAgain(
  looking: Looking & Pick<PassContext, 'signal'>,
  differences: readonly Difference[],
): Promise<Findings> {
  const plan = planCompare(looking.entity)
  const left = new Findings()
  const ids = new Set(differences.filter(({ kind }) => kind !== 'link').map(({ id }) => id))
  const all = [...ids]
  for (let start = 0; start < all.length; start += batchRecords) {
    const some = all.slice(start, start + batchRecords)
    left.addAll(await compareSome(looking, plan, some, new Set()))
  }
  const linked = differences.filter(({ kind }) => kind === 'link').map(({ id }) => id)
  if (linked.length > 0) await compareLinksOf(looking, [...new Set(linked)], looking.signal, left)
  return left
}

function tellUnexplained({ entity, emit }: PassContext, { tally, differences }: Findings): void {
  const subjects = tally.unexplained
  if (subjects.length === 0) return
  const where = nameSome(subjects)
  const records = new Set(differences.map(({ id }) => id)).size
  emit({
    type: 'notice',
    code: 'AUDIT_DIFFERS',
    message:
      `${formatCount(records)} of the randomly compared records differed from HubSpot, in ` +
      `${where}, and no change explains it; these records were read again`,
    fix: `run \`hubgen verify ${entity.name} --values all\` to compare every record`,
  })
}
