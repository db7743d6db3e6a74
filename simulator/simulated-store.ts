import { associationTypesOf } from './catalogue/association-kinds.ts'
import { firstHistory } from './population/history.ts'
import { isoInstant } from './population/instant.ts'
import { mergeRecords } from './population/merge-records.ts'
import type { Population } from './population/population.ts'
import { PortalDefinitions } from './population/portal-definitions.ts'
import { PortalLinks } from './population/portal-links.ts'
import type { PropertyShelf } from './population/property-shelf.ts'
import type { RecordShelf } from './population/record-shelf.ts'
import type { Web } from './population/web.ts'
import type {
  HistoryEntry,
  Link,
  ObjectType,
  Owner,
  Pipeline,
  PortalUsers,
  Property,
  Store,
  StoredRecord,
} from './store.ts'

/** All data of an object type. */
export interface PortalPart {
  readonly population: Population
  readonly properties: PropertyShelf
  readonly shelf: RecordShelf
}

interface PortalParts {
  readonly portal: Store['portal']
  readonly objectTypes: readonly ObjectType[]
  /** By type id. */
  readonly parts: ReadonlyMap<string, PortalPart>
  readonly web: Web
  readonly now: () => number
}

/** The store with computed records; {@link Store} documents its methods. */
export class SimulatedStore implements Store {
  readonly portal: Store['portal']
  readonly #definitions: PortalDefinitions
  readonly #parts: ReadonlyMap<string, PortalPart>
  readonly #links: PortalLinks
  readonly #now: () => number

  constructor({ portal, objectTypes, parts, web, now }: PortalParts) {
    this.portal = portal
    this.#definitions = new PortalDefinitions(objectTypes)
    this.#parts = parts
    this.#links = new PortalLinks(web, (typeId) => this.#part(typeId))
    this.#now = now
  }

  objectTypes(): readonly ObjectType[] {
    return this.#definitions.objectTypes('live')
  }

  archivedObjectTypes(): readonly ObjectType[] {
    return this.#definitions.objectTypes('archived')
  }

  findObjectType(nameOrId: string): ObjectType | undefined {
    return this.#definitions.find(nameOrId)
  }

  archiveObjectType(typeId: string): void {
    this.#definitions.archive(typeId)
  }

  restoreObjectType(typeId: string): void {
    this.#definitions.restore(typeId)
  }

  properties(typeId: string): readonly Property[] {
    return this.#part(typeId).properties.all()
  }

  groups(typeId: string) {
    return this.#part(typeId).properties.groups
  }

  pipelines(typeId: string) {
    return this.#definitions.pipelines(typeId)
  }

  setPipelines(typeId: string, pipelines: readonly Pipeline[] | undefined): void {
    this.#definitions.setPipelines(typeId, pipelines)
  }

  readonly owners = () => this.#definitions.owners()

  readonly portalUsers = () => this.#definitions.users()

  setPortalUsers(users: PortalUsers): void {
    this.#definitions.setUsers(users)
  }

  setOwners(owners: readonly Owner[]): void {
    this.#definitions.setOwners(owners)
  }

  associationTypes(fromTypeId: string, toTypeId: string) {
    return associationTypesOf(fromTypeId, toTypeId)
  }

  scan(typeId: string, fromId: bigint, options: { archived: boolean }): Iterable<StoredRecord> {
    return this.#part(typeId).shelf.scan(Number(fromId), options.archived ? 'archived' : 'live')
  }

  scanByModified(typeId: string, fromMs: number): Iterable<StoredRecord> {
    return this.#part(typeId).shelf.scanByModified(fromMs)
  }

  countByModified(typeId: string, fromMs: number, untilMs: number): number {
    return this.#part(typeId).shelf.countByModified(fromMs, untilMs)
  }

  count(typeId: string): number {
    return this.#part(typeId).shelf.count
  }

  record(typeId: string, id: string): StoredRecord | undefined {
    return this.#part(typeId).shelf.read(readId(id))
  }

  survivorOf(typeId: string, id: string): string | undefined {
    return this.#part(typeId).shelf.survivorOf(readId(id))?.toString()
  }

  links(fromTypeId: string, id: string, toTypeId: string): readonly Link[] {
    return this.#links.of({ typeId: fromTypeId, id: readId(id) }, toTypeId)
  }

  history(typeId: string, id: string, property: string): readonly HistoryEntry[] {
    const { population, shelf } = this.#part(typeId)
    const changed = shelf.changes(readId(id))
    const index = changed === undefined ? population.identity.index(readId(id)) : changed.index
    const make = population.makers().get(property)
    return [
      ...(changed?.history.get(property) ?? []),
      ...(index === undefined || make === undefined
        ? []
        : firstHistory(population.subject(index), property, make)),
    ]
  }

  create(typeId: string, properties: Readonly<Record<string, string>>): StoredRecord {
    const { shelf } = this.#part(typeId)
    const nowMs = this.#now()
    const { id } = shelf.create({ nowMs, createdMs: nowMs, index: undefined })
    const origin = { hs_object_source: 'INTEGRATION', hs_object_source_label: 'INTEGRATION' }
    this.#setValues(typeId, id, { ...origin, ...properties }, nowMs)
    return this.#existing(typeId, id)
  }

  update(
    typeId: string,
    id: string,
    properties: Readonly<Record<string, string | null>>,
    options: { silently?: boolean } = {},
  ): void {
    const nowMs = this.#now()
    this.#setValues(typeId, this.#numberOf(typeId, id), properties, nowMs)
    if (options.silently !== true) {
      this.#part(typeId).shelf.change(readId(id), (record) => {
        record.modifiedMs = nowMs
      })
    }
  }

  archive(typeId: string, id: string): void {
    const nowMs = this.#now()
    this.#part(typeId).shelf.change(this.#numberOf(typeId, id), (record) => {
      record.state = 'archived'
      record.archivedMs = nowMs
    })
  }

  purge(typeId: string, id: string): void {
    this.#part(typeId).shelf.change(this.#numberOf(typeId, id), (record) => {
      record.state = 'gone'
    })
  }

  restore(typeId: string, id: string, options: { silently?: boolean } = {}): void {
    const nowMs = this.#now()
    this.#part(typeId).shelf.change(this.#numberOf(typeId, id), (record) => {
      record.state = 'live'
      if (options.silently !== true) record.modifiedMs = nowMs
    })
  }

  merge(
    typeId: string,
    primaryId: string,
    mergedId: string,
    options: { newId?: boolean } = {},
  ): string {
    const survivor = mergeRecords(this.#part(typeId), this.#links, {
      primaryId: this.#numberOf(typeId, primaryId),
      mergedId: this.#numberOf(typeId, mergedId),
      survivorId: options.newId === true ? 'new' : 'primary',
      nowMs: this.#now(),
    })
    return String(survivor)
  }

  link(
    fromTypeId: string,
    fromId: string,
    toTypeId: string,
    toId: string,
    type: { category: string; typeId: number },
  ): void {
    this.#links.changes.link(
      { typeId: fromTypeId, id: this.#numberOf(fromTypeId, fromId) },
      { typeId: toTypeId, id: this.#numberOf(toTypeId, toId) },
      type,
    )
  }

  unlink(fromTypeId: string, fromId: string, toTypeId: string, toId: string): void {
    this.#links.changes.unlink(
      { typeId: fromTypeId, id: this.#numberOf(fromTypeId, fromId) },
      { typeId: toTypeId, id: this.#numberOf(toTypeId, toId) },
    )
  }

  addProperty(typeId: string, property: Property): void {
    this.#part(typeId).properties.add(property)
  }

  archiveProperty(typeId: string, name: string): void {
    this.#part(typeId).properties.archive(name, this.#now())
  }

  restoreProperty(typeId: string, name: string): void {
    this.#part(typeId).properties.restore(name)
  }

  remakeProperty(typeId: string, name: string): void {
    this.#part(typeId).properties.remake(name, this.#now())
  }

  retypeProperty(typeId: string, name: string, type: string, fieldType: string): void {
    this.#part(typeId).properties.retype(name, { type, fieldType }, this.#now())
  }

  relabelProperty(typeId: string, name: string, label: string): void {
    this.#part(typeId).properties.relabel(name, label, this.#now())
  }

  #part(typeId: string): PortalPart {
    const part = this.#parts.get(typeId)
    if (part === undefined) throw new Error(`no object type \`${typeId}\` in the portal`)
    return part
  }

  #existing(typeId: string, id: number): StoredRecord {
    const record = this.#part(typeId).shelf.read(id)
    if (record === undefined) throw new Error(`no record \`${id}\` of object type \`${typeId}\``)
    return record
  }

  /** The id of an existing record as a number. */
  #numberOf(typeId: string, id: string): number {
    return Number(this.#existing(typeId, readId(id)).id)
  }

  #setValues(
    typeId: string,
    id: number,
    values: Readonly<Record<string, string | null>>,
    nowMs: number,
  ): void {
    const { shelf, properties } = this.#part(typeId)
    for (const name of Object.keys(values)) {
      if (properties.has(name)) continue
      throw new Error(`no property \`${name}\` on object type \`${typeId}\``)
    }
    shelf.change(id, (record) => {
      for (const [name, value] of Object.entries(values)) {
        record.values.set(name, value)
        const entry = {
          value: value ?? '',
          timestamp: isoInstant(nowMs),
          sourceType: 'INTEGRATION',
        }
        record.history.set(name, [entry, ...(record.history.get(name) ?? [])])
      }
    })
  }
}

/** Ids that HubSpot never assigns (too long, not numeric) become NaN, which matches no record. */
function readId(id: string): number {
  return /^\d{1,15}$/.test(id) ? Number(id) : Number.NaN
}
