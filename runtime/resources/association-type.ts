import type { Resource } from './resource.ts'

export const associationType: Resource = {
  name: 'association_type',
  alias: 'association_types',
  title:
    'Kinds of associations from one object type to another, with their labels; HubSpot does not send which kind is the inverse.',
  read: 'asked',
  versions: [
    {
      version: '2026-09',
      path: '/crm/associations/2026-09/{from}/{to}/labels',
      items: 'results',
      page: { kind: 'none' },
    },
    {
      version: 'v4',
      until: '2027-09',
      path: '/crm/associations/v4/{from}/{to}/labels',
      items: 'results',
      page: { kind: 'none' },
    },
  ],
  // Those that read the records of both object types.
  scopes: [],
  parent: { objectPairs: true },
  key: ['from_object_type', 'to_object_type', 'category', 'id'],
  deletes: 'absentInParent',
  columns: {
    from_object_type: ['^from', 'text'],
    to_object_type: ['^to', 'text'],
    category: ['category', 'text'],
    // Unique only within its category.
    id: ['typeId', 'bigint'],
    label: ['label', 'text'],
  },
  refuse: [
    { status: 403, skip: 'parent' },
    { status: 404, skip: 'parent' },
    // The pair is all that the call says.
    { status: 400, skip: 'parent' },
  ],
  every: 'day',
}
