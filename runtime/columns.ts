import type { ColumnType, SelectType } from 'kysely'

/**
 * The column types of generated tables as Kysely sees them: the types of selects, inserts and updates. Each
 * has a distinct insert type, so that a property map which pairs a column with the wrong codec does not
 * compile.
 */
export type Text = ColumnType<string | null, string | null | undefined, string | null>
/** Exact decimal, read as text, so that no number passes through a float. */
export type Numeric = ColumnType<
  string | null,
  string | number | null | undefined,
  string | number | null
>
/** 64-bit integer, read as text because it does not fit a JavaScript number. */
export type Bigint = ColumnType<
  string | null,
  string | bigint | null | undefined,
  string | bigint | null
>
export type Bool = ColumnType<boolean | null, boolean | null | undefined, boolean | null>
/** Calendar day as `YYYY-MM-DD`; a JavaScript Date would add a time zone. */
export type CalendarDate = ColumnType<
  string | null,
  `${number}-${number}-${number}` | null | undefined,
  string | null
>
/** A point in time. */
export type Timestamptz = ColumnType<
  Date | null,
  Date | string | null | undefined,
  Date | string | null
>

/** A column that is never null. */
export type Filled<Column> =
  Column extends ColumnType<infer Select, infer Insert, infer Update>
    ? ColumnType<NonNullable<Select>, NonNullable<Insert>, NonNullable<Update>>
    : never

/** Any JSON value. Numbers arrive as JavaScript numbers; cast the column to text if every digit counts. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue }

/** Any JSON; inserted as text. */
export type Jsonb = ColumnType<JsonValue, string | null | undefined, string | null>

export declare const archived: unique symbol
/** A column whose property is archived in HubSpot: it keeps its values, and sync no longer writes it. */
export type Archived<Column> = Column & { readonly [archived]: true }

/**
 * The `jsonb` column of a table with too many properties for one column each: text by the column name that
 * the property would have. A property without a value has no key.
 */
export type Overflow<Columns> = ColumnType<
  { readonly [Name in keyof Columns]?: string },
  string | undefined,
  string
>

/** Several labels in one column of a labelled view. */
export type TextList = ColumnType<string[] | null, never, never>

/** A labelled view of a table: read-only, with lists in columns that hold several options. */
export type Labelled<Table, Lists extends keyof Table> = {
  [Name in keyof Table]: Name extends Lists
    ? TextList
    : ColumnType<SelectType<Table[Name]>, never, never>
}

/** Columns of a labelled view with a datetime's day, `YYYY-MM-DD`, in the portal's time zone. */
export type PortalDays<Names extends string> = {
  [Name in Names]: ColumnType<string | null, never, never>
}

/** The first columns of every entity's table. */
export interface SystemColumns {
  /** HubSpot's record id. */
  id: ColumnType<string, string | bigint, never>
  /** The portal from which the record was read. */
  portal_id: ColumnType<string, string | bigint | undefined, never>
  /** Archived in or gone from HubSpot; always equals `_fivetran_deleted`. */
  is_deleted: ColumnType<boolean, boolean | undefined, boolean>
  _fivetran_deleted: ColumnType<boolean, boolean | undefined, boolean>
  /** When this row last changed here; unchanged rows are not rewritten. */
  _fivetran_synced: ColumnType<Date, Date | string | undefined, Date | string>
  /** The record's `updatedAt` in HubSpot; decides which version is newer. */
  updated_at: ColumnType<Date, Date | string, Date | string>
}
