import type { Resource } from './resource.ts'

export const emailSubscription: Resource = {
  name: 'email_subscription',
  alias: 'subscription_types',
  title: 'Subscription types: the kinds of e-mail that a contact can opt out of.',
  read: 'always',
  versions: [
    {
      version: '2026-09',
      path: '/communication-preferences/2026-09/definitions',
      items: 'results',
      page: { kind: 'none' },
    },
    {
      version: 'v4',
      path: '/communication-preferences/v4/definitions',
      items: 'results',
      page: { kind: 'none' },
    },
  ],
  scopes: [['communication_preferences.read'], ['communication_preferences.read_write']],
  key: ['id'],
  deletes: 'absent',
  columns: {
    id: ['id', 'bigint'],
    name: ['name', 'text'],
    description: ['description', 'text'],
    active: ['isActive', 'boolean'],
    is_default: ['isDefault', 'boolean'],
    is_internal: ['isInternal', 'boolean'],
    communication_method: ['communicationMethod', 'text'],
    purpose: ['purpose', 'text'],
    business_unit_id: ['businessUnitId', 'bigint'],
    created_at: ['createdAt', 'timestamptz'],
    updated_at: ['updatedAt', 'timestamptz'],
  },
  every: 'hour',
}
