import type { ObjectType, StoredRecord } from '../store.ts'
import { isoInstant } from './instant.ts'
import type { Subject } from './subject.ts'
import type { ValueMaker } from './value-makers.ts'

/** A record that was merged into another one, and when. */
export interface MergedRecord {
  readonly id: number
  readonly atMs: number
}

/** The state of a record at the time of reading. */
export interface RecordState {
  readonly id: number
  readonly createdMs: number
  readonly modifiedMs: number
  /** Undefined while live. */
  readonly archivedMs: number | undefined
  /** Oldest first. */
  readonly merges: readonly MergedRecord[]
  /** Undefined for a record outside the population. */
  readonly subject: Subject | undefined
  /** Undefined for an unchanged record. */
  readonly changed: ReadonlyMap<string, string | null> | undefined
}

const MERGED_IDS = 'hs_merged_object_ids'
/** Of contacts only: each id with the time of its merge. */
const MERGED_VIDS = 'hs_calculated_merged_vids'

/** A record as read; its values are computed individually on demand. */
export class PortalRecord implements StoredRecord {
  readonly id: string
  readonly archived: boolean
  readonly archivedAt?: string
  readonly #objectType: ObjectType
  readonly #makers: ReadonlyMap<string, ValueMaker>
  readonly #state: RecordState

  constructor(objectType: ObjectType, makers: ReadonlyMap<string, ValueMaker>, state: RecordState) {
    this.id = String(state.id)
    this.archived = state.archivedMs !== undefined
    if (state.archivedMs !== undefined) {
      this.archivedAt = isoInstant(state.archivedMs)
    }
    this.#objectType = objectType
    this.#makers = makers
    this.#state = state
  }

  get createdAt(): string {
    return isoInstant(this.#state.createdMs)
  }

  get updatedAt(): string {
    return isoInstant(this.#state.modifiedMs)
  }

  value(property: string): string | undefined {
    const make = this.#makers.get(property)
    const own = make === undefined ? this.#ownValue(property) : undefined
    if (own !== undefined) {
      return own
    }
    const { changed, subject } = this.#state
    const set = changed?.get(property)
    if (set !== undefined) {
      return set ?? undefined
    }
    return subject === undefined ? undefined : make?.(subject)
  }

  get properties(): Readonly<Record<string, string>> {
    const { createdProperty, modifiedProperty } = this.#objectType
    const { changed, subject } = this.#state
    const values: Record<string, string> = {}
    const own = ['hs_object_id', createdProperty, modifiedProperty, MERGED_IDS, MERGED_VIDS]
    for (const name of own) {
      const value = this.value(name)
      if (value !== undefined) values[name] = value
    }
    for (const [name, make] of this.#makers) {
      const set = changed?.get(name)
      const value = set === undefined ? subject && make(subject) : set
      if (value !== undefined && value !== null) values[name] = value
    }
    for (const name of changed?.keys() ?? []) {
      const value = this.#makers.has(name) ? undefined : this.value(name)
      if (value !== undefined) values[name] = value
    }
    return values
  }

  #merges(entry: (merged: MergedRecord) => string): string | undefined {
    const { merges } = this.#state
    return merges.length > 0 ? merges.map(entry).join(';') : undefined
  }

  /** Values that depend on the record's state and have no maker. */
  #ownValue(property: string): string | undefined {
    switch (property) {
      case 'hs_object_id':
        return this.id
      case this.#objectType.createdProperty:
        return this.createdAt
      case this.#objectType.modifiedProperty:
        return this.updatedAt
      case MERGED_IDS:
        return this.#merges(({ id }) => String(id))
      case MERGED_VIDS:
        return this.#objectType.name === 'contacts'
          ? this.#merges(({ id, atMs }) => `${id}:${atMs}`)
          : undefined
      default:
        return undefined
    }
  }
}
