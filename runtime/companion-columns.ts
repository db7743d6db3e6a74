import type { ColumnType } from 'kysely'
import type { Bool, Text, Timestamptz } from './columns.ts'

type Id = ColumnType<string, string | bigint, string | bigint>
type Word = ColumnType<string, string, string>
type Count = ColumnType<number | null, number | null | undefined, number | null>
type Flag = ColumnType<boolean, boolean, boolean>
type Stamp = ColumnType<Date, Date | string | undefined, Date | string>

/** A row of a table of links: both ids and the type of the association. */
export type AssociationColumns<From extends string, To extends string> = {
  [Name in From | To]: Id
} & {
  /** HubSpot's association type; unique only within its category. */
  type_id: ColumnType<number, number, number>
  /** `HUBSPOT_DEFINED`, `USER_DEFINED` or `INTEGRATOR_DEFINED`. */
  category: Word
  /** Null for an association without a label. */
  label: Text
  _fivetran_synced: Stamp
}

/** A row of a table of merges: the id that was merged, and the surviving record. */
export type MergeColumns<Survivor extends string, Merged extends string> = {
  [Name in Survivor | Merged]: Id
} & { _fivetran_synced: Stamp }

export interface PipelineColumns {
  pipeline_id: Word
  label: Word
  display_order: Count
  active: Flag
  created_at: Timestamptz
  updated_at: Timestamptz
  object_type_id: Word
  _fivetran_deleted: ColumnType<boolean, boolean | undefined, boolean>
  _fivetran_synced: Stamp
}

export interface PipelineStageColumns {
  stage_id: Word
  pipeline_id: Word
  label: Word
  display_order: Count
  active: Flag
  is_closed: Bool
  closed_won: Bool
  /** Deals only, between 0 and 1. */
  probability: Count
  /** Tickets only: `OPEN` or `CLOSED`. */
  ticket_state: Text
  created_at: Timestamptz
  updated_at: Timestamptz
  _fivetran_deleted: ColumnType<boolean, boolean | undefined, boolean>
  _fivetran_synced: Stamp
}

/** A row of a table of former values. */
export type HistoryColumns<Owner extends string> = { [Name in Owner]: Id } & {
  /** HubSpot's name of the property. */
  name: Word
  /** Several values within one millisecond are stored a microsecond apart, oldest first. */
  timestamp: ColumnType<Date, Date | string, Date | string>
  value: Text
  source: Text
  source_id: Text
  _fivetran_synced: Stamp
}
