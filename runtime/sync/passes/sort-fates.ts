import type { Fate } from '../../hubspot/find-fates.ts'
import type { UnreadRecord } from '../../hubspot/page.ts'
import type { ConvertedRecord } from '../../values/row.ts'

/** Fates of records, by id. */
export type Fates = ReadonlyMap<string, Fate<ConvertedRecord>>

interface SortedFates<R> {
  readonly live: readonly R[]
  /** As the recycle bin has them. */
  readonly archived: readonly R[]
  /** Those that HubSpot does not have as live under their ids, archived ones too. */
  readonly lost: readonly string[]
  /** By the id that was merged away. */
  readonly survivors: ReadonlyMap<string, string>
  readonly unread: readonly UnreadRecord[]
}

/** The records of each kind of fate, in their order. */
export function sortFates<R>(fates: ReadonlyMap<string, Fate<R>>): SortedFates<R> {
  const live: R[] = []
  const archived: R[] = []
  const lost: string[] = []
  const survivors = new Map<string, string>()
  const unread: UnreadRecord[] = []
  for (const [id, fate] of fates) {
    if (fate.kind === 'live') live.push(fate.record)
    else if (fate.kind === 'unread') unread.push({ id, reason: fate.reason })
    else lost.push(id)
    if (fate.kind === 'archived') archived.push(fate.record)
    if (fate.kind === 'merged') survivors.set(id, fate.survivorId)
  }
  return { live, archived, lost, survivors, unread }
}
