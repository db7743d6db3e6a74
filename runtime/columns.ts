import type { ColumnType, SelectType } from 'kysely'

/**
 * The column types of generated tables, as Kysely sees them: what a select returns, what an insert
 * and an update take. Each has an insert type of its own, so that a property map which pairs a column
 * with the wrong codec does not compile.
 */
export type Text = ColumnType<string | null, string | null | undefined, string | null>
/** Exact decimal, read as text: no number passes through a float. */
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
/** Instant. */
export type Timestamptz = ColumnType<
  Date | null,
  Date | string | null | undefined,
  Date | string | null
>

/** What JSON can say. A number comes as a JavaScript number: cast the column to text where every digit counts. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue }

/** Any JSON; inserted as its text. */
export type Jsonb = ColumnType<JsonValue, string | null | undefined, string | null>

export declare const archived: unique symbol
/** A column whose property is archived in HubSpot: it keeps its rows' values, sync no longer writes it. */
export type Archived<Column> = Column & { readonly [archived]: true }

/**
 * The `jsonb` column of a table that is too wide for a column each: text by the name that a column would
 * have; a property without a value has no key.
 */
export type Overflow<Columns> = ColumnType<
  { readonly [Name in keyof Columns]?: string },
  string | undefined,
  string
>

/** Several labels in one column of a labelled view. */
export type TextList = ColumnType<string[] | null, never, never>

/** A labelled view of a table: only read, with lists in the columns that hold several options. */
export type Labelled<Table, Lists extends keyof Table> = {
  [Name in keyof Table]: Name extends Lists
    ? TextList
    : ColumnType<SelectType<Table[Name]>, never, never>
}

/** Columns of a labelled view with the day, `YYYY-MM-DD`, that a datetime has in the portal's time zone. */
export type PortalDays<Names extends string> = {
  [Name in Names]: ColumnType<string | null, never, never>
}

/** What every entity's table begins with. */
export interface SystemColumns {
  /** HubSpot's record id. */
  id: ColumnType<string, string | bigint, never>
  /** The portal that the record was read from. */
  portal_id: ColumnType<string, string | bigint | undefined, never>
  /** Archived or gone in HubSpot; always equal to `_fivetran_deleted`. */
  is_deleted: ColumnType<boolean, boolean | undefined, boolean>
  _fivetran_deleted: ColumnType<boolean, boolean | undefined, boolean>
  /** When this row last changed here; not rewritten when nothing changed. */
  _fivetran_synced: ColumnType<Date, Date | string | undefined, Date | string>
  /** HubSpot's `updatedAt` of the record; decides which version is newer. */
  updated_at: ColumnType<Date, Date | string, Date | string>
}
