/**
 * What the simulator's HTTP layer asks of its portal: one store under both path families. Records are
 * made on demand from a seed, so a million cost what a thousand cost; only what a test or a fault
 * changes is remembered.
 */
export interface Store {
  readonly portal: Portal
  objectTypes(): readonly ObjectType[]
  /** Custom objects whose schema an admin archived: nothing else answers for them. */
  archivedObjectTypes(): readonly ObjectType[]
  /** By plural or singular name in any case, type id, or fully qualified name; not by a custom object's bare name. */
  findObjectType(nameOrId: string): ObjectType | undefined
  /** Definitions, archived ones included; order is HubSpot's, that is: none to rely on. */
  properties(typeId: string): readonly Property[]
  groups(typeId: string): readonly Group[]
  /** Undefined where the object type has no pipelines at all. */
  pipelines(typeId: string): readonly Pipeline[] | undefined
  owners(): readonly Owner[]
  associationTypes(fromTypeId: string, toTypeId: string): readonly AssociationType[]

  /** Records with id ≥ `fromId`, ascending by id. `archived` gives only the recycle bin. */
  scan(typeId: string, fromId: bigint, options: { archived: boolean }): Iterable<StoredRecord>
  /** Live records by (modified stamp, id), ascending, from a stamp in ms on. */
  scanByModified(typeId: string, fromMs: number): Iterable<StoredRecord>
  /** Live records whose stamp is in [fromMs, untilMs]; cheap whatever the size. */
  countByModified(typeId: string, fromMs: number, untilMs: number): number
  /** How many live records there are. */
  count(typeId: string): number
  /** Live or archived; undefined when it never was, was purged, or was merged away. */
  record(typeId: string, id: string): StoredRecord | undefined
  /** The survivor of a merged-away id, through chains. */
  survivorOf(typeId: string, id: string): string | undefined
  /** Links of one record, ascending by toId; the same pair may carry several types. */
  links(fromTypeId: string, id: string, toTypeId: string): readonly Link[]
  /** Value history of one property, newest first. */
  history(typeId: string, id: string, property: string): readonly HistoryEntry[]

  create(typeId: string, properties: Readonly<Record<string, string>>): StoredRecord
  /** Sets values (null or "" clears) and moves the modified stamp, unless `silently`. */
  update(
    typeId: string,
    id: string,
    properties: Readonly<Record<string, string | null>>,
    options?: { silently?: boolean },
  ): void
  archive(typeId: string, id: string): void
  /** Gone without a trace, as after a GDPR delete. */
  purge(typeId: string, id: string): void
  /** Out of the recycle bin; `silently` leaves the modified stamp as it was. */
  restore(typeId: string, id: string, options?: { silently?: boolean }): void
  /** `newId` mints a new id for the survivor, as HubSpot sometimes does. Returns the survivor's id. */
  merge(typeId: string, primaryId: string, mergedId: string, options?: { newId?: boolean }): string
  link(
    fromTypeId: string,
    fromId: string,
    toTypeId: string,
    toId: string,
    type: { category: string; typeId: number },
  ): void
  unlink(fromTypeId: string, fromId: string, toTypeId: string, toId: string): void
  addProperty(typeId: string, property: Property): void
  archiveProperty(typeId: string, name: string): void
  restoreProperty(typeId: string, name: string): void
  retypeProperty(typeId: string, name: string, type: string, fieldType: string): void
  relabelProperty(typeId: string, name: string, label: string): void
  /** The schema of a custom object; its records are kept for when it comes back. */
  archiveObjectType(typeId: string): void
  restoreObjectType(typeId: string): void
  /** All of them again, archived ones included. */
  setOwners(owners: readonly Owner[]): void
  /** All pipelines of an object type again; undefined: it cannot have any. */
  setPipelines(typeId: string, pipelines: readonly Pipeline[] | undefined): void
}

export interface Portal {
  readonly portalId: number
  readonly timeZone: string
  readonly currency: string
  readonly uiDomain: string
  readonly dataHostingLocation: string
  readonly accountType: string
}

export interface ObjectType {
  readonly typeId: string
  /** Plural name in API paths; for a custom object its bare name. */
  readonly name: string
  readonly singularName: string
  /** `p{portalId}_{name}`, custom objects only. */
  readonly fullyQualifiedName?: string
  readonly labels: { readonly singular: string; readonly plural: string }
  readonly custom: boolean
  readonly primaryDisplayProperty: string
  /** The scopes of which one is needed to read records, and definitions. */
  readonly recordScopes: readonly string[]
  readonly schemaScopes: readonly string[]
  /** `createdate` or `hs_createdate`; `lastmodifieddate` or `hs_lastmodifieddate`. */
  readonly createdProperty: string
  readonly modifiedProperty: string
  /** Sent without being asked for, besides hs_object_id and the two above. */
  readonly defaultProperties: readonly string[]
}

/** A definition as the properties endpoint sends it: fields that HubSpot leaves out are absent here. */
export interface Property {
  readonly name: string
  readonly label: string
  readonly type: string
  readonly fieldType: string
  readonly description: string
  readonly groupName: string
  readonly options: readonly Option[]
  readonly displayOrder: number
  readonly calculated: boolean
  readonly externalOptions: boolean
  readonly hasUniqueValue: boolean
  readonly hidden: boolean
  readonly formField: boolean
  readonly modificationMetadata: Readonly<Record<string, boolean>>
  readonly dataSensitivity: 'non_sensitive' | 'sensitive' | 'highly_sensitive'
  readonly hubspotDefined?: true
  readonly archived?: boolean
  readonly archivedAt?: string
  readonly createdAt?: string
  readonly updatedAt?: string
  readonly createdUserId?: string
  readonly updatedUserId?: string
  readonly referencedObjectType?: string
  readonly calculationFormula?: string
  readonly showCurrencySymbol?: boolean
  readonly currencyPropertyName?: string
  readonly numberDisplayHint?: string
  readonly textDisplayHint?: string
  readonly dateDisplayHint?: string
  readonly sensitiveDataCategories?: readonly string[]
}

export interface Option {
  readonly label: string
  readonly value: string
  readonly displayOrder?: number
  readonly hidden: boolean
  readonly description?: string
}

export interface Group {
  readonly name: string
  readonly label: string
  readonly displayOrder: number
  readonly archived: boolean
}

export interface Pipeline {
  readonly id: string
  readonly label: string
  readonly displayOrder: number
  readonly stages: readonly Stage[]
  readonly createdAt: string
  readonly updatedAt: string
  readonly archived: boolean
}

export interface Stage {
  readonly id: string
  readonly label: string
  readonly displayOrder: number
  /** All values are strings, as HubSpot sends them. */
  readonly metadata: Readonly<Record<string, string>>
  readonly writePermissions: string
  readonly createdAt: string
  readonly updatedAt: string
  readonly archived: boolean
}

export interface Owner {
  readonly id: string
  readonly email: string
  readonly type: 'PERSON' | 'QUEUE'
  readonly firstName: string
  readonly lastName: string
  readonly userId: number | null
  readonly userIdIncludingInactive: number | null
  readonly teams?: readonly {
    readonly id: string
    readonly name: string
    readonly primary: boolean
  }[]
  readonly createdAt: string
  readonly updatedAt: string
  readonly archived: boolean
}

export interface AssociationType {
  readonly category: 'HUBSPOT_DEFINED' | 'USER_DEFINED' | 'INTEGRATOR_DEFINED'
  readonly typeId: number
  readonly label: string | null
}

export interface Link {
  readonly toId: string
  readonly types: readonly AssociationType[]
}

export interface StoredRecord {
  readonly id: string
  /** One value, made when asked for; undefined when unset. The way to read a few properties. */
  value(property: string): string | undefined
  /** Values that are set, by property name ("" included); unset ones are absent. Made at each read: dear. */
  readonly properties: Readonly<Record<string, string>>
  /** ISO as HubSpot writes it: no fraction at 0 ms. */
  readonly createdAt: string
  readonly updatedAt: string
  readonly archived: boolean
  readonly archivedAt?: string
}

export interface HistoryEntry {
  readonly value: string
  readonly timestamp: string
  readonly sourceType: string
  readonly sourceId?: string
}
