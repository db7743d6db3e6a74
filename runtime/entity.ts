import type {
  archived,
  Bigint,
  Bool,
  CalendarDate,
  Jsonb,
  Numeric,
  SystemColumns,
  Text,
  Timestamptz,
} from './columns.ts'
import type { Codec, CodecType } from './values/codec.ts'

/** The facts of an entity, stated by a generated `entity.ts` and used by all of the runtime. */
export interface Entity<Table extends SystemColumns = SystemColumns> extends CompanionFacts {
  /** CLI argument and folder name, plural: `line_items`. */
  readonly name: string
  /** The type in API paths: `0-3` or `2-123`. */
  readonly objectType: string
  /** Schema and table, unquoted, e.g. `hubspot.line_item`. */
  readonly table: `${string}.${string}`
  /**
   * The portal it was generated for; null if it was explored from a file, in which case any portal is
   * accepted.
   */
  readonly portalId: number | null
  /** The property that holds the modified stamp. */
  readonly modifiedProperty: string
  readonly properties: PropertyMap<Table>
  /** Properties that share the column `overflow`; absent if every property has a column. */
  readonly overflow?: SharedColumn | undefined
  /** Columns of properties that HubSpot calculates: their changes do not change the modified stamp. */
  readonly calculated?: readonly string[] | undefined
  /**
   * The name of its description, if it is no object type but a resource: lists, forms. Its tables then follow
   * from the description, and it has no properties.
   */
  readonly resource?: string | undefined
  /**
   * Of a resource whose rows belong to pairs of object types: for each type that the project copies, all of these
   * and the others with which HubSpot associates it. Type ids.
   */
  readonly objectPairs?: Readonly<Record<string, readonly string[]>> | undefined
}

/**
 * The companion tables of an entity, by kind. Code that must cover every kind uses a record over these
 * keys, so a new kind does not compile until all of it handles the kind.
 */
export interface CompanionFacts {
  /** Links to records of other object types, one table for each. */
  readonly associations?: readonly AssociationTable[] | undefined
  /** Records that were merged into others; absent if the entity cannot be merged. */
  readonly merges?: MergeTable | undefined
  /** Absent if the entity has no pipelines. */
  readonly pipelines?: PipelineTables | undefined
  /** Absent unless the configuration asks for it. */
  readonly history?: HistoryTable | undefined
}

export type CompanionKind = keyof CompanionFacts

/** The facts that an entity states about one kind of companion. */
export type CompanionFact<Kind extends CompanionKind> = NonNullable<CompanionFacts[Kind]>

/**
 * `from` id, `to` id, `type_id integer`, `category text`, `label text`, `_fivetran_synced`; the key
 * consists of all columns except the label and the stamp.
 */
export interface AssociationTable {
  /** Unquoted: `hubspot.deal_contact`. */
  readonly table: `${string}.${string}`
  /** The other object type as in API paths: `0-1`. */
  readonly toObjectType: string
  /** `deal_id`. */
  readonly fromColumn: string
  /** `contact_id`. */
  readonly toColumn: string
}

/**
 * One row per merged id: the survivor at the time of the merge, the merged id (the key),
 * `_fivetran_synced`.
 */
export interface MergeTable {
  /** Unquoted: `hubspot.merged_deal`. */
  readonly table: `${string}.${string}`
  /** `deal_id`. */
  readonly survivorColumn: string
  /** `merged_deal_id`. */
  readonly mergedColumn: string
}

/** Tables of pipelines and their stages, with Fivetran's columns. */
export interface PipelineTables {
  /** Unquoted: `hubspot.deal_pipeline`. */
  readonly table: `${string}.${string}`
  /** Unquoted: `hubspot.deal_pipeline_stage`. */
  readonly stageTable: `${string}.${string}`
}

/** Id, `name`, `timestamp` (the key), `value`, `source`, `source_id`, `_fivetran_synced`. */
export interface HistoryTable {
  /** Unquoted: `hubspot.deal_property_history`. */
  readonly table: `${string}.${string}`
  /** `deal_id`. */
  readonly idColumn: string
  /** Property names. */
  readonly properties: readonly string[]
}

/** The content of the column `overflow`, by key. */
export interface SharedColumn {
  readonly properties: Readonly<Record<string, PropertyCodec>>
  /** Keys of archived properties: rows keep their values. */
  readonly archived: readonly string[]
}

/** A property and the codec that fills its column. */
export interface PropertyCodec<C extends Codec = Codec> {
  /** HubSpot's name. */
  readonly property: string
  readonly codec: C
  /**
   * When HubSpot created it, if it replaces a deleted property of the same name. Values read of the deleted
   * one do not belong to it.
   */
  readonly since?: string | undefined
}

/** The column type that each codec fills. */
export interface ColumnsByCodec {
  readonly text: Text
  readonly numeric: Numeric
  readonly bigint: Bigint
  readonly boolean: Bool
  readonly date: CalendarDate
  readonly timestamptz: Timestamptz
  readonly jsonb: Jsonb
}

/** The codec of exactly this column type; needed because some types accept the values of others. */
type CodecOf<Column> = {
  [Type in CodecType]: [Column, ColumnsByCodec[Type]] extends [ColumnsByCodec[Type], Column]
    ? Codec<Type>
    : never
}[CodecType]

/** The columns that sync fills from properties: no system columns, no archived ones, no `overflow`. */
export type PropertyColumns<Table> = {
  [Name in Exclude<keyof Table, keyof SystemColumns | 'overflow'>]: Table[Name] extends {
    readonly [archived]: true
  }
    ? never
    : Name
}[Exclude<keyof Table, keyof SystemColumns | 'overflow'>]

/**
 * Column ← property, for every property column of a table: a missing or extra column, or a codec of another
 * type, does not compile.
 */
export type PropertyMap<Table> = {
  readonly [Name in PropertyColumns<Table>]: PropertyCodec<CodecOf<Table[Name]>>
}
