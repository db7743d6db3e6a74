import { batchRecords } from '../../hubspot/batch-read.ts'
import { findRows } from '../../postgres/load/live-rows.ts'
import { findUnreadAmong } from '../../postgres/state/pending-read.ts'
import { writeAudit } from '../../postgres/state/write-audit.ts'
import type { ConvertedRecord } from '../../values/row.ts'
import { countOf } from '../../words/numbers-as-text.ts'
import type { PassContext } from '../pass.ts'
import { AuditTally } from '../verify/audit-tally.ts'
import { classifyDifference, type Difference, isExplained } from '../verify/classify-difference.ts'
import type { Suspect } from '../verify/compare-ids.ts'
import { lookAtStamps } from '../verify/look-again.ts'
import { readTimes } from '../verify/read-times.ts'

/**
 * Counts rows that a pass is about to repair although earlier runs should have: the record's stamp is so
 * old that `changes` has already searched that time. Without this, the rows would be repaired silently and
 * nobody would notice that runs miss changes. Records without a row do not count, because one that was
 * restored before it was ever read also has an old stamp. Neither do records that HubSpot could not return;
 * those are reported separately.
 */
export class MissedChanges {
  readonly #context: PassContext
  readonly #tally = new AuditTally()
  readonly #ids = new Set<string>()

  constructor(context: PassContext) {
    this.#context = context
  }

  /** Checks records that were just read by id, before they are written. */
  async lookAtRecords(records: readonly ConvertedRecord[]): Promise<void> {
    if (records.length === 0) return
    const { database, entity } = this.#context
    const { stampedMs } = await readTimes(database, entity)
    const ids = records.map(({ id }) => id)
    const rows = await findRows(database, entity, ids)
    await this.#add(
      records.flatMap(
        (record) =>
          classifyDifference(record.id, { kind: 'live', record }, rows.get(record.id), stampedMs) ??
          [],
      ),
    )
  }

  /**
   * Checks differences found in a list before they are remembered: records with another stamp are read
   * again.
   */
  async lookAtSuspects(suspects: readonly Suspect[]): Promise<void> {
    const { database, entity } = this.#context
    const stale = suspects.flatMap(({ id, kind }) => (kind === 'stale' ? id : []))
    if (stale.length === 0) return
    const looking = { ...this.#context, times: await readTimes(database, entity) }
    for (let start = 0; start < stale.length; start += batchRecords) {
      const look = await lookAtStamps(looking, stale.slice(start, start + batchRecords))
      await this.#add(look.differences)
    }
  }

  /** Called once at the end of a pass: saves the findings in `hubgen.audit` and emits a notice. */
  async report(): Promise<void> {
    const found = this.#ids.size
    if (found === 0) return
    const { entity, run, commit, emit } = this.#context
    this.#tally.count(found)
    this.#tally.noteMended(new AuditTally())
    const subjects = this.#tally.subjects()
    await commit((transaction) => writeAudit(transaction, entity.name, run.id, subjects))
    emit({
      type: 'notice',
      code: 'CHANGES_MISSED',
      message:
        `${countOf(found, 'record')} changed before the last run, which did not find ` +
        `${found === 1 ? 'it; it is' : 'them; they are'} read now`,
      fix: `run \`hubgen verify ${entity.name} --values all\` to compare every record`,
    })
  }

  async #add(differences: readonly Difference[]): Promise<void> {
    const { database, entity } = this.#context
    const missed = differences.filter(
      (difference) => difference.kind === 'stale' && !isExplained(difference),
    )
    const ids = missed.map(({ id }) => id)
    const unread = await findUnreadAmong(database, entity.name, ids)
    for (const difference of missed) {
      if (unread.has(difference.id) || this.#ids.has(difference.id)) continue
      this.#ids.add(difference.id)
      this.#tally.add(difference)
    }
  }
}
