/**
 * The portal as the simulator's HTTP layer sees it: one store for all API versions. Records are computed on
 * demand from a seed, so a million cost no more than a thousand; only changes by tests and faults are
 * stored.
 */
export interface Store {
  readonly portal: Portal
  objectTypes(): readonly ObjectType[]
  /** Custom objects whose schema an admin archived; no other method returns them. */
  archivedObjectTypes(): readonly ObjectType[]
  /**
   * By plural or singular name in any case, type id, or fully qualified name; not by a custom object's bare
   * name.
   */
  findObjectType(nameOrId: string): ObjectType | undefined
  /** Definitions including archived ones, in no particular order, as in HubSpot. */
  properties(typeId: string): readonly Property[]
  groups(typeId: string): readonly Group[]
  /** Undefined if the object type has no pipelines at all. */
  pipelines(typeId: string): readonly Pipeline[] | undefined
  owners(): readonly Owner[]
  portalUsers(): PortalUsers
  associationTypes(fromTypeId: string, toTypeId: string): readonly AssociationType[]

  /** Records with id ≥ `fromId`, ascending by id. `archived` returns only the recycle bin. */
  scan(typeId: string, fromId: bigint, options: { archived: boolean }): Iterable<StoredRecord>
  /** Live records by (modified stamp, id), ascending, from a stamp in ms on. */
  scanByModified(typeId: string, fromMs: number): Iterable<StoredRecord>
  /** Live records with a stamp in [fromMs, untilMs]; fast for any size. */
  countByModified(typeId: string, fromMs: number, untilMs: number): number
  /** Number of live records. */
  count(typeId: string): number
  /** Live or archived; undefined if it never existed, was purged, or was merged. */
  record(typeId: string, id: string): StoredRecord | undefined
  /** The survivor of a merged id, through chains. */
  survivorOf(typeId: string, id: string): string | undefined
  /** Links of a record, ascending by toId; the same pair may have several types. */
  links(fromTypeId: string, id: string, toTypeId: string): readonly Link[]
  /** Value history of a property, newest first. */
  history(typeId: string, id: string, property: string): readonly HistoryEntry[]

  create(typeId: string, properties: Readonly<Record<string, string>>): StoredRecord
  /** Sets values (null or "" clears) and updates the modified stamp, unless `silently`. */
  update(
    typeId: string,
    id: string,
    properties: Readonly<Record<string, string | null>>,
    options?: { silently?: boolean },
  ): void
  archive(typeId: string, id: string): void
  /** Removes the record without a trace, as after a GDPR delete. */
  purge(typeId: string, id: string): void
  /** Restores from the recycle bin; `silently` leaves the modified stamp as it was. */
  restore(typeId: string, id: string, options?: { silently?: boolean }): void
  /** `newId` creates a new id for the survivor, as HubSpot sometimes does. Returns the survivor's id. */
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
  /** Deletes the property and creates another one with the same name, to which earlier values do not belong. */
  remakeProperty(typeId: string, name: string): void
  retypeProperty(typeId: string, name: string, type: string, fieldType: string): void
  relabelProperty(typeId: string, name: string, label: string): void
  /** Archives the schema of a custom object; its records are kept for a restoration. */
  archiveObjectType(typeId: string): void
  restoreObjectType(typeId: string): void
  /** Replaces all owners, including archived ones. */
  setOwners(owners: readonly Owner[]): void
  /** Replaces all users, roles and teams of the settings; owners have teams of their own. */
  setPortalUsers(users: PortalUsers): void
  /** Replaces all pipelines of an object type; undefined if it cannot have any. */
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
  /** Other names in API paths. */
  readonly aliases?: readonly string[]
  /** Routes that HubSpot has for other objects and not for this one. */
  readonly missing?: readonly ('search' | 'batch_read')[]
  /** `p{portalId}_{name}`, custom objects only. */
  readonly fullyQualifiedName?: string
  readonly labels: { readonly singular: string; readonly plural: string }
  readonly custom: boolean
  readonly primaryDisplayProperty: string
  /** Alternative scopes for reading records, and for reading definitions. */
  readonly recordScopes: readonly string[]
  readonly schemaScopes: readonly string[]
  /** `createdate` or `hs_createdate`; `lastmodifieddate` or `hs_lastmodifieddate`. */
  readonly createdProperty: string
  readonly modifiedProperty: string
  /** Sent by default, besides hs_object_id and the two above. */
  readonly defaultProperties: readonly string[]
}

/** A definition as the properties endpoint sends it; fields that HubSpot omits are absent. */
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

/** Users, roles and teams as the settings API sends them; keys without a value are absent. */
export interface PortalUsers {
  readonly users: readonly SettingsUser[]
  readonly roles: readonly SettingsRole[]
  readonly teams: readonly SettingsTeam[]
}

export interface SettingsUser {
  /** The `userId` of an owner. */
  readonly id: string
  readonly email: string
  readonly firstName?: string
  readonly lastName?: string
  readonly primaryTeamId?: string
  readonly secondaryTeamIds?: readonly string[]
  readonly roleId?: string
  readonly roleIds: readonly string[]
  readonly superAdmin: boolean
}

interface SettingsRole {
  readonly id: string
  readonly name: string
  readonly requiresBillingWrite: boolean
}

export interface SettingsTeam {
  readonly id: string
  readonly name: string
  readonly userIds: readonly string[]
  readonly secondaryUserIds: readonly string[]
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
  /** One value, computed on demand; undefined if unset. Preferred for reading a few properties. */
  value(property: string): string | undefined
  /**
   * Set values by property name (including ""); unset ones are absent. Computed at each read, which is
   * slow.
   */
  readonly properties: Readonly<Record<string, string>>
  /** ISO as HubSpot writes it: without a fraction at 0 ms. */
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
