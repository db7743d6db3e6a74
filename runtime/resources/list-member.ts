import { membersChanged, membershipVersions } from './contact-list-member.ts'
import type { Resource } from './resource.ts'

export const listMember: Resource = {
  name: 'list_member',
  title: 'Which companies, deals and other records are members of which lists.',
  read: 'asked',
  versions: membershipVersions,
  scopes: [['crm.lists.read']],
  parent: {
    resource: 'contact_list',
    bind: { listId: 'id' },
    // Contacts have a table of their own.
    unless: { object_type_id: ['0-1'] },
    changed: membersChanged,
    size: 'metadata_size',
  },
  key: ['list_id', 'record_id'],
  deletes: 'absentInParent',
  columns: {
    list_id: ['^id', 'bigint'],
    object_type_id: ['^object_type_id', 'text'],
    record_id: ['recordId', 'bigint'],
    added_at: ['membershipTimestamp', 'timestamptz'],
  },
  refs: { list_id: 'contact_list.id' },
  refuse: [{ status: 404, skip: 'parent' }],
  every: 'run',
}
