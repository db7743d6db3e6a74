/**
 * What HubSpot said about one entity and what was decided from it, as committed in
 * `generated/<entity>/analysis.json`. Everything that `hubgen generate` writes is a pure function of
 * such files. Lists are sorted by name unless said otherwise; there is no clock and no version in it.
 */
export interface Analysis {
  /** CLI argument, folder and module: plural snake case, e.g. `line_items`. */
  readonly entity: string
  /** Table name without schema, singular, e.g. `line_item`. */
  readonly table: string
  /** Postgres schema of the table where hubgen.config.ts chose one; `schemaOf` knows the default. */
  readonly schema?: string | undefined
  readonly objectType: ObjectType
  /** The portal it was read from; null when explored from a saved file. */
  readonly portal: PortalFacts | null
  /** The property that identifies a record to a person (`email`, `dealname`), where the entity has one. */
  readonly keyProperty: string | null
  /** `createdate` or `hs_createdate`, whichever the entity fills (null when it defines neither). */
  readonly createdProperty: string | null
  /** `lastmodifieddate` for contacts, `hs_lastmodifieddate` for the rest. */
  readonly modifiedProperty: string
  /** Properties that hubgen.config.ts wants an index on, besides those that every table has. */
  readonly extraIndexes?: readonly string[] | undefined
  /** Properties whose former values hubgen.config.ts asks for, by name. */
  readonly history?: readonly string[] | undefined
  /** Names of companion tables of this entity that already hold another entity's records, by name. */
  readonly takenTables?: readonly string[] | undefined
  /** Property groups, by name. */
  readonly groups: readonly PropertyGroup[]
  /** Properties that have a column, by name. */
  readonly properties: readonly AnalyzedProperty[]
  /** Properties that have none, with the reason, by name. */
  readonly skipped: readonly SkippedProperty[]
  /** Pipelines of this object type, by display order then id; empty where it has none. */
  readonly pipelines: readonly Pipeline[]
  /** Associations to other entities, by entity. */
  readonly associations: readonly Association[]
  /** How many records the evidence was read from; null when nothing was sampled. */
  readonly sampledRecords: number | null
  /** Properties that the fullest sampled record has. */
  readonly fullestRecord?: number | undefined
}

export interface ObjectType {
  /** HubSpot's type id, e.g. `0-3`, `2-123`. */
  readonly id: string
  /** The name that API paths take: `deals`, or `p123_car` for a custom object. */
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
  /** HubSpot's `type` as sent now, e.g. `enumeration`; the decision is `column.type`. */
  readonly type: string
  /** HubSpot's `fieldType`: how the form shows it; "" where HubSpot leaves it out. */
  readonly fieldType: string
  /** In HubSpot's order. */
  readonly options: readonly PropertyOption[]
  /** HubSpot computes the value; its changes do not move the modified stamp. */
  readonly calculated: boolean
  /** Values come from elsewhere (owners, pipelines), so they need not be among the options. */
  readonly externalOptions: boolean
  /** HubSpot's `referencedObjectType`, e.g. `OWNER`; null where it has none. */
  readonly referencedObjectType: string | null
  readonly hubspotDefined: boolean
  readonly hidden: boolean
  /** HubSpot holds the values unique. */
  readonly unique: boolean
  readonly sensitivity: 'non_sensitive' | 'sensitive' | 'highly_sensitive'
  /** Gone from HubSpot, or archived there: the column stays, sync no longer writes it. */
  readonly archived: boolean
  /** Archived here because hubgen.config.ts leaves it out, whatever HubSpot says. */
  readonly excluded?: true | undefined
  readonly column: Column
  /**
   * What the property was kept in before a person gave it another type, the first one first. They stay,
   * and sync goes on filling them.
   */
  readonly earlierColumns?: readonly Column[] | undefined
  /** Null until sampled. */
  readonly evidence: Evidence | null
}

export interface PropertyOption {
  readonly value: string
  readonly label: string
  /** HubSpot no longer offers it in forms; records may hold it. */
  readonly hidden?: true | undefined
}

/**
 * Columns are nullable; the type is a Postgres type and the name of the codec that fills it. The runtime, which
 * may not import this, has the same list; a test compares them.
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

/** A decision: once written down it stays until someone changes the file. */
export interface Column {
  /** At most 63 bytes, unique in the table, unquoted. */
  readonly name: string
  readonly type: ColumnType
  /** One sentence on why this type (and this name, where it is not `property_` + the property's name). */
  readonly reason: string
  /**
   * Why the property has no column of its own but a key, of this name, in the column `overflow`; absent
   * where it has one. Once given, this never changes.
   */
  readonly overflow?: string | undefined
}

/** What sampled values of one property looked like. Counts are of sampled records. */
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
  /** True, false, or null where HubSpot does not say. */
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

export interface AssociationType {
  readonly category: string
  readonly typeId: number
  readonly label: string | null
}
