/**
 * HubSpot's definition of one entity and the decisions made from it, as committed in
 * `generated/<entity>/analysis.json`. Everything that `hubgen generate` writes is a pure function of such
 * files. Lists are sorted by name unless noted otherwise; the file contains no time and no version.
 */
export interface Analysis {
  /** CLI argument, folder and module: plural snake case, e.g. `line_items`. */
  readonly entity: string
  /** Table name without schema, singular, e.g. `line_item`. */
  readonly table: string
  /** Postgres schema of the table if hubgen.config.ts sets one; `schemaOf` applies the default. */
  readonly schema?: string | undefined
  readonly objectType: ObjectType
  /** The explored portal; null when explored from a saved file. */
  readonly portal: PortalFacts | null
  /** The property that identifies a record to a person (`email`, `dealname`), if the entity has one. */
  readonly keyProperty: string | null
  /** `createdate` or `hs_createdate`, whichever the entity fills (null when it defines neither). */
  readonly createdProperty: string | null
  /** `lastmodifieddate` for contacts, `hs_lastmodifieddate` for the rest. */
  readonly modifiedProperty: string
  /** Other tools in whose shape hubgen.config.ts asks for views of the tables. */
  readonly compat?: Compat | undefined
  /** Properties for which hubgen.config.ts asks for an index, in addition to the default indexes. */
  readonly extraIndexes?: readonly string[] | undefined
  /** Properties whose former values hubgen.config.ts asks for, by name. */
  readonly history?: readonly string[] | undefined
  /** Names of companion tables that are already used by the records of another entity, by name. */
  readonly takenTables?: readonly string[] | undefined
  /** Property groups, by name. */
  readonly groups: readonly PropertyGroup[]
  /** Properties that have a column, by name. */
  readonly properties: readonly AnalyzedProperty[]
  /** Properties without a column, with the reason, by name. */
  readonly skipped: readonly SkippedProperty[]
  /** Pipelines of this object type, by display order then id; empty if it has none. */
  readonly pipelines: readonly Pipeline[]
  /** Associations to other entities, by entity. */
  readonly associations: readonly Association[]
  /** HubSpot's validation rules, by property then kind; absent if there are none. */
  readonly rules?: readonly ValidationRule[] | undefined
  /** Number of records that the evidence comes from; null when nothing was sampled. */
  readonly sampledRecords: number | null
  /** Number of properties that the fullest sampled record has. */
  readonly fullestRecord?: number | undefined
}

/** The tools in whose shape hubgen can show its tables. */
export const COMPATS = ['fivetran'] as const

export type Compat = (typeof COMPATS)[number]

export interface ObjectType {
  /** HubSpot's type id, e.g. `0-3`, `2-123`. */
  readonly id: string
  /** The name in API paths: `deals`, or `p123_car` for a custom object. */
  readonly name: string
  readonly singularLabel: string
  readonly pluralLabel: string
  readonly custom: boolean
}

export interface PortalFacts {
  /** HubSpot's portalId, also called hub id; exact below 2^53. */
  readonly id: number
  /** IANA name, e.g. `US/Eastern`. */
  readonly timeZone: string
  /** ISO 4217 code, e.g. `EUR`. */
  readonly currency: string
}

export interface PropertyGroup {
  readonly name: string
  readonly label: string
}

export interface AnalyzedProperty {
  readonly name: string
  readonly label: string
  readonly description: string
  /** Group name; may be missing from `Analysis.groups`. */
  readonly group: string
  /** HubSpot's current `type`, e.g. `enumeration`; hubgen's decision is `column.type`. */
  readonly type: string
  /** HubSpot's `fieldType`, the control in forms; "" if HubSpot omits it. */
  readonly fieldType: string
  /** In HubSpot's order. */
  readonly options: readonly PropertyOption[]
  /** HubSpot computes the value; its changes do not move the modified stamp. */
  readonly calculated: boolean
  /** Values come from elsewhere (owners, pipelines), so they need not be among the options. */
  readonly externalOptions: boolean
  /** HubSpot's `referencedObjectType`, e.g. `OWNER`; null if it has none. */
  readonly referencedObjectType: string | null
  readonly hubspotDefined: boolean
  readonly hidden: boolean
  /** HubSpot enforces unique values. */
  readonly unique: boolean
  readonly sensitivity: 'non_sensitive' | 'sensitive' | 'highly_sensitive'
  /**
   * HubSpot's creation time of the property. A different time of a portal's own property means that it was
   * deleted and created again under its name; of HubSpot's properties the first known time stays.
   */
  readonly createdAt?: string | undefined
  /** HubSpot's time of the last change of the definition, as far as the change is visible in this file. */
  readonly updatedAt?: string | undefined
  /** Forms show the currency with the value. */
  readonly showCurrencySymbol?: true | undefined
  /** `createdAt` of the property that took the place of another one of its name: sync reads it in full. */
  readonly remadeAt?: string | undefined
  /** Missing from HubSpot, or archived there: the column stays, but sync no longer fills it. */
  readonly archived: boolean
  /** Archived because hubgen.config.ts excludes it, whatever HubSpot's definition is. */
  readonly excluded?: true | undefined
  /** HubSpot no longer lists it, not even as archived: it cannot be restored. */
  readonly purged?: true | undefined
  readonly column: Column
  /** The property's columns of earlier types, oldest first. They stay, and sync continues to fill them. */
  readonly earlierColumns?: readonly Column[] | undefined
  /** Null until sampled. */
  readonly evidence: Evidence | null
}

export interface PropertyOption {
  readonly value: string
  readonly label: string
  /** HubSpot no longer offers it in forms; records may have it. */
  readonly hidden?: true | undefined
}

/**
 * Columns are nullable; the type is a Postgres type and the name of the codec that fills it. The runtime,
 * which may not import this, has the same list; a test compares them.
 */
export const COLUMN_TYPES = [
  'text',
  'numeric',
  'bigint',
  'boolean',
  'date',
  'timestamptz',
  'jsonb',
] as const

export type ColumnType = (typeof COLUMN_TYPES)[number]

/** A decision: once written, it stays until a person changes the file. */
export interface Column {
  /** At most 63 bytes, unique in the table, unquoted. */
  readonly name: string
  readonly type: ColumnType
  /** One sentence: why this type, and why this name if it is not `property_` and the property's name. */
  readonly reason: string
  /**
   * Set if the property has no column of its own but is a key of this name in the column `overflow`: the
   * reason for that. Never changes once set.
   */
  readonly overflow?: string | undefined
}

/** Statistics about the sampled values of one property. Counts are of sampled records. */
export interface Evidence {
  /** Records in which the value was neither null nor "". */
  readonly filled: number
  /** Characters (UTF-16 units) of the longest value. */
  readonly longest: number
  /** Filled values that do not parse as the type HubSpot declares. */
  readonly unparsable: number
  /** Filled values by shape, largest count first; a value has exactly one shape. */
  readonly shapes: readonly { readonly shape: ValueShape; readonly count: number }[]
  /** Most digits before and after the decimal point among the number-shaped values. */
  readonly integerDigits: number
  readonly decimalDigits: number
}

export type ValueShape =
  | 'integer'
  | 'decimal'
  | 'scientific'
  | 'grouped_digits'
  | 'list'
  | 'iso_datetime'
  | 'iso_date'
  | 'epoch_milliseconds'
  | 'epoch_seconds'
  | 'boolean'
  | 'text'

export interface SkippedProperty {
  readonly name: string
  readonly label: string
  readonly type: string
  readonly reason: string
}

export interface Pipeline {
  readonly id: string
  readonly label: string
  /** By display order then id. */
  readonly stages: readonly PipelineStage[]
}

export interface PipelineStage {
  readonly id: string
  readonly label: string
  /** True, false, or null if HubSpot does not declare it. */
  readonly closed: boolean | null
  /** Deals only: HubSpot's text, e.g. `0.2`. */
  readonly probability: string | null
}

export interface Association {
  /** The other entity, e.g. `contacts`. */
  readonly entity: string
  readonly objectTypeId: string
  /** Association types from this entity to the other, by category then type id. */
  readonly types: readonly AssociationType[]
}

/** A rule for values that people enter in HubSpot. Earlier and imported values may break it. */
export interface ValidationRule {
  readonly property: string
  /** HubSpot's `ruleType`, e.g. `MAX_LENGTH`; one rule of a kind per property. */
  readonly kind: string
  /** HubSpot's `ruleArguments`, e.g. `["120"]`. */
  readonly arguments: readonly string[]
}

export interface AssociationType {
  readonly category: string
  readonly typeId: number
  readonly label: string | null
}
