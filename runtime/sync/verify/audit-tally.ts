import type { AuditedSubject } from '../../postgres/state/write-audit.ts'
import { type Difference, isExplained } from './classify-difference.ts'

/** The subject that counts records compared value by value. */
const wholeRecord = '*'

/** Number of records that a run compares once a day. */
export const auditedRecords = 200

interface Counts {
  records: number
  differing: number
  unexplained: number
  mended: number
  exampleId: string | null
}

/** The result of comparing values and links, by column and by table of links. */
export class AuditTally {
  readonly #subjects = new Map<string, Counts>([[wholeRecord, noCounts()]])

  /** Counts records that were compared value by value or, for a table, link by link. */
  count(records: number, table = wholeRecord): void {
    this.#of(table).records += records
  }

  add(difference: Difference): void {
    const { id, table } = difference
    const isNew = isExplained(difference) ? 0 : 1
    const subjects = table === undefined ? [wholeRecord, ...columnsOf(difference)] : [table]
    for (const subject of subjects) {
      const counts = this.#of(subject)
      counts.differing += 1
      counts.unexplained += isNew
      if (isNew === 1 || counts.exampleId === null) counts.exampleId = id
    }
  }

  /** `left` holds the remaining differences; all others were repaired. */
  noteMended(left: AuditTally): void {
    for (const [subject, counts] of this.#subjects) {
      const still = left.#subjects.get(subject)?.differing ?? 0
      counts.mended = Math.max(0, counts.differing - still)
    }
  }

  /** Columns and tables with unexplained differences, most frequent first. */
  get unexplained(): readonly string[] {
    return [...this.#subjects]
      .filter(([subject, { unexplained }]) => unexplained > 0 && subject !== wholeRecord)
      .sort(([, one], [, other]) => other.unexplained - one.unexplained)
      .map(([subject]) => subject)
  }

  /** A column was compared in as many records as were read. */
  subjects(): readonly AuditedSubject[] {
    const { records } = this.#of(wholeRecord)
    return [...this.#subjects].map(([subject, counts]) => ({
      subject,
      ...counts,
      records: counts.records > 0 ? counts.records : records,
    }))
  }

  #of(subject: string): Counts {
    const counts = this.#subjects.get(subject) ?? noCounts()
    this.#subjects.set(subject, counts)
    return counts
  }
}

/** If no value differs, the difference is the stamp or whether the row is live. */
function columnsOf({ kind, columns = [] }: Difference): readonly string[] {
  if (columns.length > 0) return columns
  return kind === 'stale' ? ['updated_at'] : ['is_deleted']
}

function noCounts(): Counts {
  return { records: 0, differing: 0, unexplained: 0, mended: 0, exampleId: null }
}
