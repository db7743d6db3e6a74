import type { ColumnType } from 'kysely'
import type { Bigint, Bool, Text, Timestamptz } from './columns.ts'

type Stamp = ColumnType<Date, Date | string | undefined, Date | string>
type Flag = ColumnType<boolean, boolean, boolean>
type DeletedFlag = ColumnType<boolean, boolean | undefined, boolean>
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

/**
 * Teams of the portal; deleted ones are marked. If the key may not read teams, a team without owners counts as
 * deleted.
 */
export interface TeamTable {
  id: Id
  name: ColumnType<string, string, string>
  _fivetran_deleted: DeletedFlag
  _fivetran_synced: Stamp
}

/** Current memberships of owners in teams. */
export interface OwnerTeamTable {
  owner_id: Id
  team_id: Id
  is_team_primary: Flag
  /** Always false: the row of a membership that ended is removed. */
  _fivetran_deleted: DeletedFlag
  _fivetran_synced: Stamp
}

/**
 * People who may sign in to the portal; deleted ones are marked. Not HubSpot's object type `users`, whose
 * records are the table `user`.
 */
export interface PortalUserTable {
  /** The value of `owner.active_user_id`; not an owner's id. */
  id: Id
  email: Text
  /** "" if HubSpot has no name. */
  first_name: ColumnType<string, string, string>
  last_name: ColumnType<string, string, string>
  primary_team_id: Bigint
  /** Null for super admins and if the key may not read users. */
  role_id: Bigint
  /** Null if the row comes from the list of owners, because the key may not read users. */
  super_admin: Bool
  _fivetran_deleted: DeletedFlag
  _fivetran_synced: Stamp
}

/** Sets of permissions that users have; deleted ones are marked. */
export interface RoleTable {
  id: Id
  name: ColumnType<string, string, string>
  requires_billing_write: Bool
  _fivetran_deleted: DeletedFlag
  _fivetran_synced: Stamp
}

/** Memberships of users in teams; those that ended are marked. */
export interface TeamUserTable {
  team_id: Id
  user_id: Id
  /** The team is an additional one of the user. */
  is_secondary_user: Flag
  _fivetran_deleted: DeletedFlag
  _fivetran_synced: Stamp
}
