import type { Resource, ResourceVersion } from './resource.ts'

/** How the members of any list are read. */
export const membershipVersions: readonly ResourceVersion[] = [
  {
    version: '2026-09',
    path: '/crm/lists/2026-09/{listId}/memberships',
    items: 'results',
    page: { kind: 'after', in: 'query', size: 250, sizeParam: 'limit' },
  },
  {
    version: 'v3',
    until: '2027-09',
    path: '/crm/v3/lists/{listId}/memberships',
    items: 'results',
    page: { kind: 'after', in: 'query', size: 250, sizeParam: 'limit' },
  },
]

/** Columns of a list of which at least one changes when its members do. */
export const membersChanged: readonly string[] = [
  'last_record_added_at',
  'last_record_removed_at',
  'metadata_size',
  'list_version',
  'filters_updated_at',
]

export const contactListMember: Resource = {
  name: 'contact_list_member',
  alias: 'list_members',
  title: 'Which contacts are members of which lists.',
  read: 'asked',
  personal: { contact: 'contact_id' },
  versions: membershipVersions,
  scopes: [['crm.lists.read']],
  parent: {
    resource: 'contact_list',
    bind: { listId: 'id' },
    when: { object_type_id: ['0-1'] },
    changed: membersChanged,
    size: 'metadata_size',
  },
  key: ['contact_list_id', 'contact_id'],
  deletes: 'absentInParent',
  columns: {
    contact_list_id: ['^id', 'bigint'],
    contact_id: ['recordId', 'bigint'],
    added_at: ['membershipTimestamp', 'timestamptz'],
  },
  refs: { contact_list_id: 'contact_list.id', contact_id: 'contact.id' },
  refuse: [{ status: 404, skip: 'parent' }],
  every: 'run',
}
