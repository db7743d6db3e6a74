import type { Clock } from './clock.ts'
import type { Store, StoredRecord } from './store.ts'

/** How far search lags behind the store: by time, by number of searches, or both; the longer lag applies. */
export interface IndexLag {
  readonly ms?: number
  readonly calls?: number
}

/** A change that search may not show yet. */
export interface RecordChange {
  /** The record before the change; undefined if it did not exist or was in the recycle bin. */
  readonly before: StoredRecord | undefined
  readonly atMs: number
  readonly atSearch: number
}

/**
 * Records changes made through `observeStore`: versions for caches and, while search lags, the earlier
 * state of every changed record.
 */
export class ChangeLog {
  definitionsVersion = 0
  recordsVersion = 0
  /** Searches answered so far; a lag in calls counts these. */
  searches = 0
  lag: IndexLag | undefined
  /** Changes of an object type by record id, oldest first. */
  readonly #changes = new Map<string, Map<string, RecordChange[]>>()
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  noteRecord(typeId: string, id: string, before: StoredRecord | undefined): void {
    this.recordsVersion++
    if (this.lag === undefined) return
    const ofType = this.#changes.get(typeId) ?? new Map<string, RecordChange[]>()
    this.#changes.set(typeId, ofType)
    const ofRecord = ofType.get(id) ?? []
    ofType.set(id, ofRecord)
    ofRecord.push({
      before: before?.archived === true ? undefined : before,
      atMs: this.#clock.nowMs(),
      atSearch: this.searches,
    })
  }

  /**
   * Record versions that search still shows instead of the store's, by id; undefined for a record that it
   * does not show at all. A `share` of 0.5 returns the view of a reader that lags half as far.
   */
  staleRecords(typeId: string, share: number): ReadonlyMap<string, StoredRecord | undefined> {
    const stale = new Map<string, StoredRecord | undefined>()
    for (const [id, changes] of this.#changes.get(typeId) ?? []) {
      const oldest = changes.find((change) => this.#isHidden(change, share))
      if (oldest !== undefined) stale.set(id, oldest.before)
    }
    return stale
  }

  /** Drops changes that the index shows by now. */
  forgetIndexed(): void {
    for (const [typeId, ofType] of this.#changes) {
      for (const [id, changes] of ofType) {
        if (!changes.some((change) => this.#isHidden(change, 1))) ofType.delete(id)
      }
      if (ofType.size === 0) this.#changes.delete(typeId)
    }
  }

  #isHidden(change: RecordChange, share: number): boolean {
    const { ms = 0, calls = 0 } = this.lag ?? {}
    return (
      this.#clock.nowMs() - change.atMs < ms * share ||
      this.searches - change.atSearch < calls * share
    )
  }
}

/** Returns the same store, whose changes are recorded in the log. */
export function observeStore(store: Store, log: ChangeLog): Store {
  return { ...readingSide(store), ...recordChanges(store, log), ...definitionChanges(store, log) }
}

type RecordChanges =
  | 'create'
  | 'update'
  | 'archive'
  | 'purge'
  | 'restore'
  | 'merge'
  | 'link'
  | 'unlink'
type DefinitionChanges =
  | 'addProperty'
  | 'archiveProperty'
  | 'restoreProperty'
  | 'remakeProperty'
  | 'retypeProperty'
  | 'relabelProperty'
  | 'archiveObjectType'
  | 'restoreObjectType'
  | 'setOwners'
  | 'setPortalUsers'
  | 'setPipelines'

function readingSide(store: Store): Omit<Store, RecordChanges | DefinitionChanges> {
  return {
    portal: store.portal,
    objectTypes: () => store.objectTypes(),
    archivedObjectTypes: () => store.archivedObjectTypes(),
    findObjectType: (nameOrId) => store.findObjectType(nameOrId),
    properties: (typeId) => store.properties(typeId),
    groups: (typeId) => store.groups(typeId),
    pipelines: (typeId) => store.pipelines(typeId),
    owners: () => store.owners(),
    portalUsers: () => store.portalUsers(),
    associationTypes: (from, to) => store.associationTypes(from, to),
    scan: (typeId, fromId, options) => store.scan(typeId, fromId, options),
    scanByModified: (typeId, fromMs) => store.scanByModified(typeId, fromMs),
    countByModified: (typeId, fromMs, untilMs) => store.countByModified(typeId, fromMs, untilMs),
    count: (typeId) => store.count(typeId),
    record: (typeId, id) => store.record(typeId, id),
    survivorOf: (typeId, id) => store.survivorOf(typeId, id),
    links: (from, id, to) => store.links(from, id, to),
    history: (typeId, id, property) => store.history(typeId, id, property),
  }
}

function recordChanges(store: Store, log: ChangeLog): Pick<Store, RecordChanges> {
  const noted = (typeId: string, id: string, change: () => void): void => {
    const before = frozenRecord(store.record(typeId, id), log)
    change()
    log.noteRecord(typeId, id, before)
  }
  return {
    create: (typeId, properties) => {
      const record = store.create(typeId, properties)
      log.noteRecord(typeId, record.id, undefined)
      return record
    },
    update: (typeId, id, properties, options) =>
      noted(typeId, id, () => store.update(typeId, id, properties, options)),
    archive: (typeId, id) => noted(typeId, id, () => store.archive(typeId, id)),
    purge: (typeId, id) => noted(typeId, id, () => store.purge(typeId, id)),
    restore: (typeId, id, options) => noted(typeId, id, () => store.restore(typeId, id, options)),
    merge: (typeId, primaryId, mergedId, options) => {
      const before = [primaryId, mergedId].map((id) => frozenRecord(store.record(typeId, id), log))
      const survivorId = store.merge(typeId, primaryId, mergedId, options)
      log.noteRecord(typeId, primaryId, before[0])
      log.noteRecord(typeId, mergedId, before[1])
      if (survivorId !== primaryId) log.noteRecord(typeId, survivorId, undefined)
      return survivorId
    },
    link: (fromTypeId, fromId, toTypeId, toId, type) => {
      log.recordsVersion++
      store.link(fromTypeId, fromId, toTypeId, toId, type)
    },
    unlink: (fromTypeId, fromId, toTypeId, toId) => {
      log.recordsVersion++
      store.unlink(fromTypeId, fromId, toTypeId, toId)
    },
  }
}

function definitionChanges(store: Store, log: ChangeLog): Pick<Store, DefinitionChanges> {
  const noted = (change: () => void): void => {
    change()
    log.definitionsVersion++
    log.recordsVersion++
  }
  return {
    addProperty: (typeId, property) => noted(() => store.addProperty(typeId, property)),
    archiveProperty: (typeId, name) => noted(() => store.archiveProperty(typeId, name)),
    restoreProperty: (typeId, name) => noted(() => store.restoreProperty(typeId, name)),
    remakeProperty: (typeId, name) => noted(() => store.remakeProperty(typeId, name)),
    retypeProperty: (typeId, name, type, fieldType) =>
      noted(() => store.retypeProperty(typeId, name, type, fieldType)),
    relabelProperty: (typeId, name, label) =>
      noted(() => store.relabelProperty(typeId, name, label)),
    archiveObjectType: (typeId) => noted(() => store.archiveObjectType(typeId)),
    restoreObjectType: (typeId) => noted(() => store.restoreObjectType(typeId)),
    setOwners: (owners) => noted(() => store.setOwners(owners)),
    setPortalUsers: (users) => noted(() => store.setPortalUsers(users)),
    setPipelines: (typeId, pipelines) => noted(() => store.setPipelines(typeId, pipelines)),
  }
}

/** A copy that later changes do not affect; made only while search lags, because it computes every value. */
function frozenRecord(record: StoredRecord | undefined, log: ChangeLog): StoredRecord | undefined {
  if (record === undefined || log.lag === undefined) return undefined
  const properties = { ...record.properties }
  return {
    id: record.id,
    value: (property) => (Object.hasOwn(properties, property) ? properties[property] : undefined),
    properties,
    createdAt: record.createdAt,
    updatedAt: record.updatedAt,
    archived: record.archived,
    ...(record.archivedAt === undefined ? {} : { archivedAt: record.archivedAt }),
  }
}
