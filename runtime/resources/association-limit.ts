import type { Resource } from './resource.ts'

export const associationLimit: Resource = {
  name: 'association_limit',
  alias: 'association_limits',
  title:
    'Kinds of associations with their limits; HubSpot does not send the object types with them.',
  read: 'always',
  versions: [
    {
      version: '2026-09',
      path: '/crm/associations/2026-09/definitions/configurations/all',
      items: 'results',
      page: { kind: 'none' },
    },
    {
      version: 'v4',
      until: '2027-09',
      path: '/crm/associations/v4/definitions/configurations/all',
      items: 'results',
      page: { kind: 'none' },
    },
  ],
  scopes: [['crm.objects.contacts.read']],
  key: ['category', 'type_id'],
  deletes: 'absent',
  columns: {
    category: ['category', 'text'],
    type_id: ['typeId', 'bigint'],
    label: ['label', 'text'],
    max_to: ['userEnforcedMaxToObjectIds', 'bigint'],
  },
  every: 'day',
}
