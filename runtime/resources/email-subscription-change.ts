import type { Resource } from './resource.ts'

export const emailSubscriptionChange: Resource = {
  name: 'email_subscription_change',
  alias: 'subscription_changes',
  title: 'Changes of e-mail subscriptions: opt-outs, opt-ins and bounces.',
  read: 'always',
  personal: { address: 'recipient' },
  versions: [
    {
      version: 'v1',
      until: '2027-09',
      path: '/email/public/v1/subscriptions/timeline',
      items: 'timeline',
      each: 'changes',
      page: { kind: 'opaque', in: 'query', size: 1_000, sizeParam: 'limit' },
    },
  ],
  scopes: [['content']],
  key: ['id'],
  // HubSpot sends no key.
  keyHash: {
    column: 'id',
    of: [
      'recipient',
      'timestamp',
      'change_type',
      'email_subscription_id',
      'caused_by_event_id',
      'change',
    ],
  },
  stamp: {
    column: 'timestamp',
    filter: { from: 'startTimestamp', to: 'endTimestamp', as: 'ms', days: 365 },
    lagMinutes: 5,
    overlapMinutes: 60,
  },
  deletes: 'never',
  columns: {
    id: ['id', 'text'],
    timestamp: ['timestamp', 'timestamptz'],
    recipient: ['recipient', 'text'],
    change: ['change', 'text'],
    change_type: ['changeType', 'text'],
    source: ['source', 'text'],
    email_subscription_id: ['subscriptionId', 'bigint'],
    caused_by_event_id: ['causedByEvent.id', 'text'],
    caused_by_event_created: ['causedByEvent.created', 'timestamptz'],
  },
  refs: {
    email_subscription_id: 'email_subscription.id',
    caused_by_event_id: 'email_event.id',
  },
  every: 'run',
}
