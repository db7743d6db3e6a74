import type { ObjectType } from '../store.ts'
import { type ChangedRecord, compareStamps } from './changed-record.ts'
import { mix } from './mix.ts'
import type { Population } from './population.ts'
import { PortalRecord } from './portal-record.ts'
import { SortedList } from './sorted-list.ts'

/** Records of an object type: the population, overlaid with changed, created and removed records. */
export class RecordShelf {
  readonly #population: Population
  readonly #changed = new Map<number, ChangedRecord>()
  readonly #byId = new SortedList<ChangedRecord>((left, right) => left.id - right.id)
  readonly #liveByStamp = new SortedList<ChangedRecord>(compareStamps)
  /** Stamps of live records in the population that a change now overrides. */
  readonly #coveredStamps = new SortedList<number>((left, right) => left - right)
  readonly #survivors = new Map<number, number>()
  #created = 0

  constructor(population: Population) {
    this.#population = population
  }

  get objectType(): ObjectType {
    return this.#population.objectType
  }

  get count(): number {
    return this.#population.liveCount - this.#coveredStamps.length + this.#liveByStamp.length
  }

  countByModified(fromMs: number, untilMs: number): number {
    const covered = (ms: number) => this.#coveredStamps.placeOf((stamp) => stamp - ms)
    const changed = (ms: number) => this.#liveByStamp.placeOf((each) => each.modifiedMs - ms)
    return (
      this.#population.countByModified(fromMs, untilMs) -
      (covered(untilMs + 1) - covered(fromMs)) +
      (changed(untilMs + 1) - changed(fromMs))
    )
  }

  *scan(fromId: number, state: 'live' | 'archived'): Generator<PortalRecord> {
    const { identity, size } = this.#population
    let index = identity.firstIndexFrom(fromId)
    let place = this.#byId.placeOf((each) => each.id - fromId)
    for (;;) {
      const changed = this.#byId.at(place)
      const id = index < size ? identity.id(index) : Number.POSITIVE_INFINITY
      if (changed !== undefined && changed.id <= id) {
        place += 1
        index += changed.id === id ? 1 : 0
        if (changed.state === state) {
          yield this.#readChanged(changed)
        }
      } else if (index < size) {
        if (this.#population.isArchived(index) === (state === 'archived')) {
          yield this.#readUnchanged(index)
        }
        index += 1
      } else {
        return
      }
    }
  }

  *scanByModified(fromMs: number): Generator<PortalRecord> {
    let place = this.#liveByStamp.placeOf((each) => each.modifiedMs - fromMs)
    for (const index of this.#population.indicesByModified(fromMs)) {
      const id = this.#population.identity.id(index)
      if (this.#changed.has(id)) {
        continue
      }
      const here = { id, modifiedMs: this.#population.modifiedMs(index) }
      let changed = this.#liveByStamp.at(place)
      while (changed !== undefined && compareStamps(changed, here) < 0) {
        yield this.#readChanged(changed)
        place += 1
        changed = this.#liveByStamp.at(place)
      }
      yield this.#readUnchanged(index)
    }
    for (let rest = this.#liveByStamp.at(place); rest !== undefined; ) {
      yield this.#readChanged(rest)
      place += 1
      rest = this.#liveByStamp.at(place)
    }
  }

  read(id: number): PortalRecord | undefined {
    const changed = this.#changed.get(id)
    if (changed !== undefined) {
      return changed.state === 'gone' ? undefined : this.#readChanged(changed)
    }
    const index = this.#population.identity.index(id)
    return index === undefined ? undefined : this.#readUnchanged(index)
  }

  isLive(id: number): boolean {
    const changed = this.#changed.get(id)
    if (changed !== undefined) {
      return changed.state === 'live'
    }
    const index = this.#population.identity.index(id)
    return index !== undefined && !this.#population.isArchived(index)
  }

  /** The stored changes of a record, if any. */
  changes(id: number): ChangedRecord | undefined {
    return this.#changed.get(id)
  }

  /** Changes a live or archived record and updates orders and counts. */
  change(id: number, apply: (record: ChangedRecord) => void): void {
    const record = this.#changed.get(id) ?? this.#cover(id)
    this.#order(record, 'remove')
    apply(record)
    this.#order(record, 'add')
  }

  /** Adds a record with a new id; with `index`, values of that record of the population apply by default. */
  create(facts: { nowMs: number; createdMs: number; index: number | undefined }): ChangedRecord {
    const record: ChangedRecord = {
      id: this.#mintId(),
      index: facts.index,
      values: new Map(),
      history: new Map(),
      createdMs: facts.createdMs,
      modifiedMs: facts.nowMs,
      state: 'live',
      archivedMs: 0,
      merges: [],
    }
    this.#remember(record)
    return record
  }

  /** Stores the survivor of a merged id. */
  replace(id: number, survivorId: number): void {
    this.#survivors.set(id, survivorId)
  }

  survivorOf(id: number): number | undefined {
    let survivor = this.#nextSurvivor(id)
    for (let next = survivor; next !== undefined; next = this.#nextSurvivor(next)) {
      survivor = next
    }
    return survivor
  }

  #nextSurvivor(id: number): number | undefined {
    const later = this.#survivors.get(id)
    if (later !== undefined) {
      return later
    }
    const index = this.#population.survivorOf(id)
    return index === undefined ? undefined : this.#population.identity.id(index)
  }

  #readUnchanged(index: number): PortalRecord {
    const subject = this.#population.subject(index)
    return new PortalRecord(this.objectType, this.#population.makers(), {
      id: subject.id,
      createdMs: subject.createdMs,
      modifiedMs: subject.modifiedMs,
      archivedMs: this.#population.isArchived(index)
        ? this.#population.archivedMs(index)
        : undefined,
      merges: this.#population.merges(index),
      subject,
      changed: undefined,
    })
  }

  #readChanged(record: ChangedRecord): PortalRecord {
    return new PortalRecord(this.objectType, this.#population.makers(), {
      id: record.id,
      createdMs: record.createdMs,
      modifiedMs: record.modifiedMs,
      archivedMs: record.state === 'archived' ? record.archivedMs : undefined,
      merges: record.merges,
      subject: record.index === undefined ? undefined : this.#population.subject(record.index),
      changed: record.values,
    })
  }

  /** Stores the state of a record of the population before its first change. */
  #cover(id: number): ChangedRecord {
    const index = this.#population.identity.index(id)
    if (index === undefined) {
      throw new Error(`no record \`${id}\` among the ${this.objectType.name}`)
    }
    const archived = this.#population.isArchived(index)
    const record: ChangedRecord = {
      id,
      index,
      values: new Map(),
      history: new Map(),
      createdMs: this.#population.createdMs(index),
      modifiedMs: this.#population.modifiedMs(index),
      state: archived ? 'archived' : 'live',
      archivedMs: archived ? this.#population.archivedMs(index) : 0,
      merges: this.#population.merges(index),
    }
    if (!archived) {
      this.#coveredStamps.add(record.modifiedMs)
    }
    this.#remember(record)
    return record
  }

  /** Permanent: a record that is gone still hides the population's record of the same id. */
  #remember(record: ChangedRecord): void {
    this.#changed.set(record.id, record)
    this.#byId.add(record)
    this.#order(record, 'add')
  }

  #order(record: ChangedRecord, move: 'add' | 'remove'): void {
    if (record.state === 'live') {
      this.#liveByStamp[move](record)
    }
  }

  /**
   * New ids are above the highest one or, every other time, in a gap further down, because ids do not
   * follow time.
   */
  #mintId(): number {
    const { identity, size } = this.#population
    for (;;) {
      this.#created += 1
      const inGap = this.#created % 2 === 0 && size > 0
      const index = inGap
        ? mix(this.#population.seed(0), this.#created) % size
        : size + this.#created
      const id = inGap ? identity.idInGap(index) : identity.id(index)
      if (!this.#changed.has(id)) {
        return id
      }
    }
  }
}
