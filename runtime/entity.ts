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

/** The facts of one entity: what a generated `entity.ts` states and everything here works from. */
export interface Entity<Table extends SystemColumns = SystemColumns> extends CompanionFacts {
  /** CLI argument and folder, plural: `line_items`. */
  readonly name: string
  /** What API paths take: a type id such as `0-3` or `2-123`. */
  readonly objectType: string
  /** Schema and table, unquoted, e.g. `hubspot.line_item`. */
  readonly table: `${string}.${string}`
  /** The portal it was generated for; null when it was explored from a file, then any portal will do. */
  readonly portalId: number | null
  /** The property that holds the modified stamp. */
  readonly modifiedProperty: string
  readonly properties: PropertyMap<Table>
  /** Properties that share the column `overflow`; absent where every property has a column. */
  readonly overflow?: SharedColumn | undefined
  /** Columns of properties that HubSpot calculates: their changes move no modified stamp. */
  readonly calculated?: readonly string[] | undefined
}

/**
 * The companion tables of an entity, by kind. What has to know every kind is a record of these: one that is
 * new does not compile until each of them handles it.
 */
export interface CompanionFacts {
  /** Links to records of other object types, a table for each of them. */
  readonly associations?: readonly AssociationTable[] | undefined
  /** Which record became which; absent where the entity cannot be merged. */
  readonly merges?: MergeTable | undefined
  /** Absent where the entity has no pipelines. */
  readonly pipelines?: PipelineTables | undefined
  /** Absent unless the configuration asks for it. */
  readonly history?: HistoryTable | undefined
}

export type CompanionKind = keyof CompanionFacts

/** What an entity states of one kind that it has. */
export type CompanionFact<Kind extends CompanionKind> = NonNullable<CompanionFacts[Kind]>

/**
 * `from` id, `to` id, `type_id integer`, `category text`, `label text`, `_fivetran_synced`; its key is all
 * of them but the label and the stamp.
 */
export interface AssociationTable {
  /** Unquoted: `hubspot.deal_contact`. */
  readonly table: `${string}.${string}`
  /** The other object type, as API paths take it: `0-1`. */
  readonly toObjectType: string
  /** `deal_id`. */
  readonly fromColumn: string
  /** `contact_id`. */
  readonly toColumn: string
}

/** One row for an id that was merged away: its survivor at that time, its own id (the key), `_fivetran_synced`. */
export interface MergeTable {
  /** Unquoted: `hubspot.merged_deal`. */
  readonly table: `${string}.${string}`
  /** `deal_id`. */
  readonly survivorColumn: string
  /** `merged_deal_id`. */
  readonly mergedColumn: string
}

/** Rows of pipelines and of their stages; their columns are Fivetran's. */
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
  /** Names of properties. */
  readonly properties: readonly string[]
}

/** What the column `overflow` is filled with, by key. */
export interface SharedColumn {
  readonly properties: Readonly<Record<string, PropertyCodec>>
  /** Keys of archived properties: rows keep their values. */
  readonly archived: readonly string[]
}

/** One property and the codec that fills its column. */
export interface PropertyCodec<C extends Codec = Codec> {
  /** HubSpot's name. */
  readonly property: string
  readonly codec: C
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

/** The codec of exactly this column type: some take whatever another one takes. */
type CodecOf<Column> = {
  [Type in CodecType]: [Column, ColumnsByCodec[Type]] extends [ColumnsByCodec[Type], Column]
    ? Codec<Type>
    : never
}[CodecType]

/** The columns that sync fills from properties: neither system columns, nor archived ones, nor `overflow`. */
export type PropertyColumns<Table> = {
  [Name in Exclude<keyof Table, keyof SystemColumns | 'overflow'>]: Table[Name] extends {
    readonly [archived]: true
  }
    ? never
    : Name
}[Exclude<keyof Table, keyof SystemColumns | 'overflow'>]

/**
 * Column ← property, for every property column of a table: a missing column, an extra one, or a codec
 * of another type does not compile.
 */
export type PropertyMap<Table> = {
  readonly [Name in PropertyColumns<Table>]: PropertyCodec<CodecOf<Table[Name]>>
}
