import type {
  archived,
  Bigint,
  Bool,
  CalendarDate,
  Numeric,
  SystemColumns,
  Text,
  Timestamptz,
} from './columns.ts'
import type { Codec } from './values/codec.ts'

/** The facts of one entity: what a generated `sync.ts` states and everything here works from. */
export interface Entity<Table extends SystemColumns = SystemColumns> {
  /** CLI argument and folder, plural: `line_items`. */
  readonly entity: string
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

/** Narrowest first: whatever a Text column takes, a Numeric one takes too, so it would match as well. */
type CodecOf<Column> = Column extends CalendarDate
  ? Codec<'date'>
  : Column extends Text
    ? Codec<'text'>
    : Column extends Numeric
      ? Codec<'numeric'>
      : Column extends Bigint
        ? Codec<'bigint'>
        : Column extends Bool
          ? Codec<'boolean'>
          : Column extends Timestamptz
            ? Codec<'timestamptz'>
            : never

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
