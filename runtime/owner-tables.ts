import type { ColumnType } from 'kysely'
import type { Bigint, Text, Timestamptz } from './columns.ts'

type Stamp = ColumnType<Date, Date | string | undefined, Date | string>
type Flag = ColumnType<boolean, boolean, boolean>
type Id = ColumnType<string, string | bigint, never>

/** Who records can belong to, those who left included. Columns are Fivetran's. */
export interface OwnerTable {
  /** What `hubspot_owner_id` holds; not the id of the user. */
  owner_id: Id
  portal_id: ColumnType<string, string | bigint, string | bigint>
  /** `PERSON` or `QUEUE`. */
  type: Text
  /** Of those who left the last one known, as their names are: HubSpot clears them. */
  email: Text
  /** "" where HubSpot has no name. */
  first_name: Text
  last_name: Text
  /** Null for queues and for those who left. */
  active_user_id: Bigint
  user_id_including_inactive: Bigint
  /** False for those who left: their records keep their id. */
  is_active: Flag
  created_at: Timestamptz
  updated_at: Timestamptz
  _fivetran_synced: Stamp
}

/** Teams that owners are in; one that nobody is in any more is marked as deleted. */
export interface TeamTable {
  id: Id
  name: ColumnType<string, string, string>
  _fivetran_deleted: ColumnType<boolean, boolean | undefined, boolean>
  _fivetran_synced: Stamp
}

/** Who is in which team now. */
export interface OwnerTeamTable {
  owner_id: Id
  team_id: Id
  is_team_primary: Flag
  _fivetran_synced: Stamp
}
