import { ENGAGEMENT_TYPE_IDS } from '../catalogue/object-types.ts'
import type { ObjectType, Property } from '../store.ts'
import { Identity } from './identity.ts'
import { mix, saltOf } from './mix.ts'
import type { OddValues } from './oddities.ts'
import type { MergedRecord } from './portal-record.ts'
import { Subject, type World } from './subject.ts'
import { Timeline } from './timeline.ts'
import { type ValueMaker, valueMakers } from './value-makers.ts'

/** One in this many ranks is in the recycle bin from the start. */
const ARCHIVED_EVERY = 101
const ARCHIVED_RANK = 50
/** One in this many records has another record, or a chain of two, merged into it. */
const MERGED_EVERY = 43
/** Merged ids lie this far below their survivor's; the more distant one was merged into the nearer one. */
const MERGED_AT = [3, 5] as const

/**
 * The records of an object type before any change: computed from the seed on demand, by index (ids ascend
 * with it) or by rank (modified stamps ascend with it). Nothing is stored per record.
 */
export class Population {
  readonly objectType: ObjectType
  readonly size: number
  readonly identity: Identity
  readonly #timeline: Timeline
  readonly #salt: number
  readonly #makers: ReadonlyMap<string, ValueMaker>
  readonly #world: World

  constructor(
    objectType: ObjectType,
    properties: readonly Property[],
    facts: { size: number; seed: number; world: World; oddValues: OddValues },
  ) {
    this.objectType = objectType
    this.size = facts.size
    this.#salt = mix(saltOf(objectType.typeId), facts.seed)
    this.#world = facts.world
    this.identity = new Identity(facts.size, this.#salt, laneOf(objectType.typeId))
    this.#timeline = new Timeline(facts.size, this.#salt)
    this.#makers = valueMakers(objectType, properties, facts.oddValues)
  }

  seed(index: number): number {
    return mix(this.#salt, index)
  }

  modifiedMs(index: number): number {
    return this.#timeline.modifiedMs(this.#timeline.rankOfIndex(index))
  }

  createdMs(index: number): number {
    return this.#timeline.createdMs(index, this.modifiedMs(index))
  }

  isArchived(index: number): boolean {
    return isArchivedRank(this.#timeline.rankOfIndex(index))
  }

  /** When an archived record was archived: some hours after its last change. */
  archivedMs(index: number): number {
    return this.modifiedMs(index) + 7_200_000 + (this.seed(index) % 86_400_000)
  }

  /** Number of records that are not archived. */
  get liveCount(): number {
    return this.size - archivedRanksBelow(this.size)
  }

  /** Number of live records with a stamp in [fromMs, untilMs]. */
  countByModified(fromMs: number, untilMs: number): number {
    const first = this.#timeline.firstRankFrom(fromMs)
    const end = this.#timeline.firstRankFrom(untilMs + 1)
    return Math.max(0, end - first - (archivedRanksBelow(end) - archivedRanksBelow(first)))
  }

  /** Indices of live records by (stamp, id), from a stamp on. */
  *indicesByModified(fromMs: number): Generator<number> {
    let rank = this.#timeline.firstRankFrom(fromMs)
    while (rank < this.size) {
      const ms = this.#timeline.modifiedMs(rank)
      const sameInstant: number[] = []
      while (rank < this.size && this.#timeline.modifiedMs(rank) === ms) {
        if (!isArchivedRank(rank)) {
          sameInstant.push(this.#timeline.indexOfRank(rank))
        }
        rank += 1
      }
      yield* sameInstant.length > 1 ? sameInstant.sort((a, b) => a - b) : sameInstant
    }
  }

  subject(index: number): Subject {
    const modifiedMs = this.modifiedMs(index)
    return new Subject(
      {
        world: this.#world,
        typeId: this.objectType.typeId,
        index,
        id: this.identity.id(index),
        createdMs: this.#timeline.createdMs(index, modifiedMs),
        modifiedMs,
      },
      this.seed(index),
    )
  }

  makers(): ReadonlyMap<string, ValueMaker> {
    return this.#makers
  }

  /** The index of the record that an id was merged into before the portal's creation. */
  survivorOf(mergedId: number): number | undefined {
    const slot = this.identity.slot(mergedId)
    if (slot < 0 || slot >= this.size) {
      return undefined
    }
    return this.merges(slot).some(({ id }) => id === mergedId) ? slot : undefined
  }

  /** Merges into a record before the portal's creation, as in `hs_merged_object_ids`. */
  merges(index: number): readonly MergedRecord[] {
    const seed = this.seed(index)
    if (seed % MERGED_EVERY !== 0 || this.isArchived(index)) {
      return []
    }
    const id = this.identity.id(index)
    const modifiedMs = this.modifiedMs(index)
    const stepMs = Math.floor((modifiedMs - this.createdMs(index)) / (MERGED_AT.length + 1))
    return MERGED_AT.slice(0, 1 + (seed % 2)).map((distance, place) => ({
      id: id - distance,
      atMs: modifiedMs - stepMs * (MERGED_AT.length - place),
    }))
  }
}

/** All kinds of engagements share one numbering. */
function laneOf(typeId: string): number | undefined {
  const lane = ENGAGEMENT_TYPE_IDS.indexOf(typeId)
  return lane === -1 ? undefined : lane
}

function isArchivedRank(rank: number): boolean {
  return rank % ARCHIVED_EVERY === ARCHIVED_RANK
}

function archivedRanksBelow(rank: number): number {
  return Math.floor((rank + ARCHIVED_EVERY - 1 - ARCHIVED_RANK) / ARCHIVED_EVERY)
}
