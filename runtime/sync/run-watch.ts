import type { Change } from '../hubspot/changes.ts'
import type { Account } from '../hubspot/client/account.ts'

/** Learns during a run what a later look at HubSpot alone must know, without the database. */
export interface RunWatch {
  /** Whether the run includes a pass of this name that is not due. */
  wants(pass: string): boolean
  noteAccount(account: Account): void
  /**
   * Changes that the run found and brings into the table. Later searches begin at `settledMs`, as the next
   * run would.
   */
  noteChanges(changes: readonly Change[], settledMs: number): void
  /** HubSpot's number of live records, and the table's at the end of the comparison. */
  noteTotal(found: number, stored: number): void
}

/** More recent changes than this do not fit one search. */
const mostKnown = 200

/** The part of HubSpot that one run saw. */
export class Sighting implements RunWatch {
  readonly wants: RunWatch['wants']
  account: Account | null = null
  /** Null if the run did not search, or found more than a later search can compare. */
  recent: { readonly fromMs: number; readonly changes: readonly Change[] } | null = null
  /** Null unless HubSpot and the table agree. */
  total: number | null = null

  constructor(wants: RunWatch['wants']) {
    this.wants = wants
  }

  noteAccount(account: Account): void {
    this.account = account
  }

  noteChanges(changes: readonly Change[], settledMs: number): void {
    const known = this.recent === null ? changes : [...this.recent.changes, ...changes]
    const recent = known.filter(({ stampMs }) => stampMs >= settledMs)
    const cut = recent.slice(0, mostKnown + 1)
    this.recent = { fromMs: settledMs, changes: cut }
  }

  noteTotal(found: number, stored: number): void {
    this.total = found === stored ? found : null
  }
}
