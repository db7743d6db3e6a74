import type { ColumnType } from 'kysely'
import type { Bigint, Text, Timestamptz } from './columns.ts'

type Stamp = ColumnType<Date, Date | string | undefined, Date | string>
type Flag = ColumnType<boolean, boolean, boolean>
type Id = ColumnType<string, string | bigint, never>

/** Owners of records, including those who have left. Columns are Fivetran's. */
export interface OwnerTable {
  /** The value of `hubspot_owner_id`; not the user's id. */
  owner_id: Id
  portal_id: ColumnType<string, string | bigint, string | bigint>
  /** `PERSON` or `QUEUE`. */
  type: Text
  /** For owners who have left: the last known value, as for their names, because HubSpot clears both. */
  email: Text
  /** "" if HubSpot has no name. */
  first_name: Text
  last_name: Text
  /** Null for queues and for owners who have left. */
  active_user_id: Bigint
  user_id_including_inactive: Bigint
  /** False for owners who have left; their records keep the id. */
  is_active: Flag
  created_at: Timestamptz
  updated_at: Timestamptz
  _fivetran_synced: Stamp
}

/** Teams with owners; a team without any is marked as deleted. */
export interface TeamTable {
  id: Id
  name: ColumnType<string, string, string>
  _fivetran_deleted: ColumnType<boolean, boolean | undefined, boolean>
  _fivetran_synced: Stamp
}

/** Current memberships of owners in teams. */
export interface OwnerTeamTable {
  owner_id: Id
  team_id: Id
  is_team_primary: Flag
  _fivetran_synced: Stamp
}
