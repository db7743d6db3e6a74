import type { Resource } from './resource.ts'

export const flow: Resource = {
  name: 'flow',
  alias: 'workflows',
  title: 'Automation flows (workflows), with their definitions.',
  read: 'always',
  versions: [
    {
      version: 'v4',
      until: '2027-03',
      path: '/automation/v4/flows',
      items: 'results',
      page: { kind: 'after', in: 'query', size: 100, sizeParam: 'limit' },
      detail: { path: '/automation/v4/flows/{id}', changed: ['revision_id'] },
    },
    {
      version: '2026-09-beta',
      path: '/automation/2026-09-beta/flows',
      items: 'results',
      page: { kind: 'after', in: 'query', size: 100, sizeParam: 'limit' },
      detail: { path: '/automation/2026-09-beta/flows/{id}', changed: ['revision_id'] },
    },
  ],
  scopes: [['automation']],
  key: ['id'],
  deletes: 'absent',
  columns: {
    id: ['id', 'bigint'],
    name: ['name', 'text'],
    is_enabled: ['isEnabled', 'boolean'],
    flow_type: ['flowType', 'text'],
    type: ['type', 'text'],
    object_type_id: ['objectTypeId', 'text'],
    revision_id: ['revisionId', 'text'],
    created_at: ['createdAt', 'timestamptz'],
    updated_at: ['updatedAt', 'timestamptz'],
    uuid: ['uuid', 'text'],
    definition: ['', 'jsonb'],
  },
  every: 'hour',
}
