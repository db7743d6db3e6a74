import { OBJECT_TYPES } from '../catalogue/object-types.ts'
import type { StoredRecord } from '../store.ts'
import type { Population } from './population.ts'
import type { PortalLinks } from './portal-links.ts'
import type { MergedRecord } from './portal-record.ts'
import type { RecordShelf } from './record-shelf.ts'

interface MergeSide {
  readonly population: Population
  readonly shelf: RecordShelf
}

export interface Merge {
  readonly primaryId: number
  readonly mergedId: number
  /** `new`: both ids disappear, and a third one replaces them. */
  readonly survivorId: 'primary' | 'new'
  readonly nowMs: number
}

/**
 * Merges two records as HubSpot does: the primary's values win and the other's fill the gaps, the survivor
 * takes the links of both, and its `hs_merged_object_ids` lists the merged ids. Returns the survivor's id.
 */
export function mergeRecords(side: MergeSide, links: PortalLinks, merge: Merge): number {
  const { shelf } = side
  const { primaryId, mergedId, nowMs } = merge
  const values = {
    ...existing(shelf, mergedId).properties,
    ...existing(shelf, primaryId).properties,
  }
  const losers = merge.survivorId === 'new' ? [primaryId, mergedId] : [mergedId]
  const survivor = merge.survivorId === 'new' ? createSuccessor(side, merge) : primaryId
  const swallowed = losers.flatMap((id) => [...mergesOf(side, id), { id, atMs: nowMs }])
  for (const loser of losers) {
    moveLinks(links, shelf.objectType.typeId, loser, survivor)
    shelf.change(loser, (record) => {
      record.state = 'gone'
    })
    shelf.replace(loser, survivor)
  }
  shelf.change(survivor, (record) => {
    record.merges = [...record.merges, ...swallowed]
    record.modifiedMs = nowMs
    for (const [name, value] of Object.entries(values)) {
      record.values.set(name, value)
    }
  })
  return survivor
}

/** A record with a new id that continues the primary. */
function createSuccessor({ population, shelf }: MergeSide, { primaryId, nowMs }: Merge): number {
  const changed = shelf.changes(primaryId)
  const index = changed === undefined ? population.identity.index(primaryId) : changed.index
  const createdMs = Date.parse(existing(shelf, primaryId).createdAt)
  return shelf.create({ nowMs, createdMs, index }).id
}

function moveLinks(links: PortalLinks, typeId: string, from: number, to: number): void {
  for (const other of OBJECT_TYPES) {
    for (const link of links.of({ typeId, id: from }, other.typeId)) {
      for (const type of link.types) {
        links.changes.link(
          { typeId, id: to },
          { typeId: other.typeId, id: Number(link.toId) },
          type,
        )
      }
    }
  }
}

function existing(shelf: RecordShelf, id: number): StoredRecord {
  const record = shelf.read(id)
  if (record === undefined) {
    throw new Error(`no record \`${id}\` among the ${shelf.objectType.name}`)
  }
  return record
}

function mergesOf({ population, shelf }: MergeSide, id: number): readonly MergedRecord[] {
  const changed = shelf.changes(id)
  if (changed !== undefined) return changed.merges
  const index = population.identity.index(id)
  return index === undefined ? [] : population.merges(index)
}
