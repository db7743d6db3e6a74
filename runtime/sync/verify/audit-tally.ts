import type { AuditedSubject } from '../../postgres/state/write-audit.ts'
import { type Difference, isExplained } from './classify-difference.ts'

/** The subject of what is about records as a whole: how many were compared value by value. */
const wholeRecord = '*'

/** Records that a run compares once a day. */
export const auditedRecords = 200

interface Counts {
  records: number
  differing: number
  unexplained: number
  mended: number
  exampleId: string | null
}

/** What a comparison of values and links comes to, by column and by table of links. */
export class AuditTally {
  readonly #subjects = new Map<string, Counts>([[wholeRecord, noCounts()]])

  /** N records more were compared, value by value or, of a table, link by link. */
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

  /** What of it differs still is in `left`; everything else was mended. */
  noteMended(left: AuditTally): void {
    for (const [subject, counts] of this.#subjects) {
      const still = left.#subjects.get(subject)?.differing ?? 0
      counts.mended = Math.max(0, counts.differing - still)
    }
  }

  /** Columns and tables of which a difference is not explained, those with most of them first. */
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

/** Where no value differs, it is the stamp, or whether the row is live. */
function columnsOf({ kind, columns = [] }: Difference): readonly string[] {
  if (columns.length > 0) return columns
  return kind === 'stale' ? ['updated_at'] : ['is_deleted']
}

function noCounts(): Counts {
  return { records: 0, differing: 0, unexplained: 0, mended: 0, exampleId: null }
}
