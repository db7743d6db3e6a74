import type { Store, StoredRecord } from '../../simulator/store.ts'
import {
  acceptedVersions,
  type Columns,
  dueOf,
  type Horizon,
  isDue,
  type RecordChange,
  type RecordVersion,
  versionOf,
} from './record-version.ts'

interface Entry {
  /** Oldest first; the first is the state of the copy when it was last found right. */
  versions: RecordVersion[]
  /**
   * In changes of the portal: when its stamp moved, it was created or deleted, or it changed silently; 0:
   * never.
   */
  stampedAt: number
  livedAt: number
  silentAt: number
}

/** The rows that the table of an entity may hold for one record. */
export interface AcceptedRow {
  readonly deleted: boolean
  readonly stamped: RecordVersion
  readonly calculated: RecordVersion
}

/**
 * More would give too many accepted rows; a record that changes more often is judged by its last versions.
 */
const mostVersions = 16

/** The history of every record of one object type since the copy was last found right. */
export class RecordLedger {
  readonly #store: Store
  readonly #typeId: string
  readonly #entries = new Map<string, Entry>()
  /** Ids of records that had a row in the copy. */
  readonly #known = new Set<string>()
  /** Records that were restored without a stamp, and deleted ones: together their counts may agree. */
  #cameBackSilently = false
  #went = false

  constructor(store: Store, typeId: string) {
    this.#store = store
    this.#typeId = typeId
  }

  /** Call before a change: records the state of the record. */
  before(id: string): void {
    if (this.#entries.has(id)) return
    const record = this.#store.record(this.#typeId, id)
    const versions = record === undefined ? [] : [versionOf(record, 'stamped')]
    this.#entries.set(id, { versions, stampedAt: 0, livedAt: 0, silentAt: 0 })
  }

  after(id: string, change: RecordChange, at: number): void {
    const entry = this.#entries.get(id) ?? { versions: [], stampedAt: 0, livedAt: 0, silentAt: 0 }
    this.#entries.set(id, entry)
    const record = this.#store.record(this.#typeId, id)
    const last = entry.versions.at(-1)
    if (record !== undefined) entry.versions.push(versionOf(record, change))
    else if (last !== undefined) entry.versions.push({ ...last, change, gone: true })
    if (entry.versions.length > mostVersions) entry.versions.splice(1, 1)
    const isNow = entry.versions.at(-1)
    if (last === undefined || last.gone !== isNow?.gone) entry.livedAt = at
    if (change === 'silent') entry.silentAt = at
    else if (change !== 'restored silently') entry.stampedAt = at
    if (change === 'restored silently') this.#cameBackSilently = true
    if (change === 'archived' || change === 'purged') this.#went = true
  }

  /** The rows of which the table must have one; none if it must have no row, null if it may have none. */
  rowsOf(record: StoredRecord, horizon: Horizon): readonly (AcceptedRow | null)[] {
    const entry = this.#entries.get(record.id)
    const versions = entry?.versions ?? [versionOf(record, 'stamped')]
    const stamped = this.#accepted(versions, horizon, 'stamped')
    const calculated = this.#accepted(versions, horizon, 'calculated').filter(({ gone }) => !gone)
    const living = versions.filter(({ gone }) => !gone)
    const isKnown = this.#known.has(record.id)
    // One that was in the recycle bin all the time has no row.
    if (living.length === 0 && !isKnown) return []
    const lastValues = living.length === 0 ? versions : living
    const rows: (AcceptedRow | null)[] = []
    for (const version of stamped.filter(({ gone }) => !gone)) {
      for (const other of calculated.length === 0 ? [version] : calculated) {
        rows.push({ deleted: false, stamped: version, calculated: other })
      }
    }
    if (!stamped.some(({ gone }) => gone)) return rows
    for (const [place, version] of lastValues.entries()) {
      // Calculated values are read with the others, or later.
      for (const other of lastValues.slice(place)) {
        rows.push({ deleted: true, stamped: version, calculated: other })
      }
    }
    return isKnown ? rows : [...rows, null]
  }

  /** Ids in the ledger that the store no longer has: merged and purged ones. */
  *vanishedIds(): Generator<string> {
    for (const id of this.#entries.keys()) {
      if (this.#store.record(this.#typeId, id) === undefined) yield id
    }
  }

  /** The last state of a vanished record. */
  lastOf(id: string): StoredRecord | undefined {
    const version = this.#entries.get(id)?.versions.at(-1)
    if (version === undefined) return undefined
    const { values, updatedAt } = version
    const value = (name: string) => (Object.hasOwn(values, name) ? values[name] : undefined)
    return { id, value, properties: values, createdAt: updatedAt, updatedAt, archived: true }
  }

  /** Ids with a change that the copy may not have yet. */
  changedIds(): Iterable<string> {
    return this.#entries.keys()
  }

  /** Whether the copy had a row of it when it was last found right. */
  isKnown(id: string): boolean {
    return this.#known.has(id)
  }

  isLive(id: string): boolean {
    return this.#store.record(this.#typeId, id)?.archived === false
  }

  /** Whether the copy may not know yet if the record is live, or its values. */
  isUndecided(id: string, horizon: Horizon): boolean {
    const entry = this.#entries.get(id)
    if (entry === undefined) return false
    return this.#accepted(entry.versions, horizon, 'stamped').length > 1
  }

  /** The same for its creation and deletion alone. */
  isLifeUndecided(id: string, horizon: Horizon): boolean {
    const entry = this.#entries.get(id)
    if (entry === undefined) return false
    const accepted = this.#accepted(entry.versions, horizon, 'stamped')
    return accepted.some(({ gone }) => gone !== accepted[0]?.gone)
  }

  hasLivedAnew(id: string, since: number): boolean {
    return (this.#entries.get(id)?.livedAt ?? 0) > since
  }

  wasStamped(id: string, since: number): boolean {
    return (this.#entries.get(id)?.stampedAt ?? 0) > since
  }

  /** Its history may have entries of which the copy got no signal. */
  isSilent(id: string, horizon: Horizon): boolean {
    const entry = this.#entries.get(id)
    return entry !== undefined && horizon !== 'full' && entry.silentAt > entry.stampedAt
  }

  /** The copy was found right: due changes have no earlier version any more. */
  settle(horizon: Horizon): void {
    for (const record of this.#store.scan(this.#typeId, 0n, { archived: false })) {
      this.#known.add(record.id)
    }
    for (const [id, entry] of this.#entries) {
      const { versions } = entry
      const accepted = this.#accepted(versions, horizon, 'stamped')
      const calculated = this.#accepted(versions, horizon, 'calculated')
      const kept = Math.max(accepted.length, calculated.length)
      // The row of a deleted record may hold any version until its deletion.
      if (versions.at(-1)?.gone === true) continue
      if (kept > 1) entry.versions = versions.slice(-kept)
      else this.#entries.delete(id)
    }
    if (!isDue('week', horizon)) return
    this.#cameBackSilently = false
    this.#went = false
  }

  #accepted(
    versions: readonly RecordVersion[],
    horizon: Horizon,
    columns: Columns,
  ): readonly RecordVersion[] {
    const countsMayAgree = this.#cameBackSilently && this.#went
    return acceptedVersions(versions, ({ change }) =>
      isDue(dueOf(change, columns, countsMayAgree), horizon),
    )
  }
}
