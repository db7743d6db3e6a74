import type { Resource } from './resource.ts'

export const currency: Resource = {
  name: 'currency',
  alias: 'currencies',
  title: 'The company currency of the portal.',
  read: 'always',
  versions: [
    {
      version: '2026-09',
      path: '/settings/currencies/2026-09/company-currency',
      items: '',
      page: { kind: 'none' },
    },
    {
      version: 'v3',
      until: '2027-09',
      path: '/settings/v3/currencies/company-currency',
      items: '',
      page: { kind: 'none' },
    },
  ],
  scopes: [['settings.currencies.read']],
  key: ['id'],
  deletes: 'absent',
  columns: {
    id: ['id', 'text'],
    created_at: ['createdAt', 'timestamptz'],
  },
  every: 'day',
}
