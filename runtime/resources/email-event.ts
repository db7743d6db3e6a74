import { emailEventChildren } from './email-event-children.ts'
import type { Resource } from './resource.ts'

export const emailEvent: Resource = {
  name: 'email_event',
  alias: 'email_events',
  title:
    'E-mail events: sent, delivered, opened, clicked and others, five to eight for each e-mail sent.',
  read: 'asked',
  personal: { address: 'recipient', contact: 'contact_id' },
  versions: [
    {
      version: 'v1',
      until: '2027-09',
      path: '/email/public/v1/events',
      items: 'events',
      page: { kind: 'opaque', in: 'query', size: 1_000, sizeParam: 'limit' },
    },
  ],
  scopes: [['content']],
  key: ['id'],
  stamp: {
    column: 'created',
    filter: { from: 'startTimestamp', to: 'endTimestamp', as: 'ms', days: 30 },
    lagMinutes: 5,
    overlapMinutes: 60,
    // An event can become obsolete by one that HubSpot finds later.
    tail: { days: 7, every: 'week' },
  },
  deletes: 'never',
  columns: {
    id: ['id', 'text'],
    created: ['created', 'timestamptz'],
    // Some events have none.
    type: ['type', 'text'],
    email_campaign_id: ['emailCampaignId', 'bigint'],
    recipient: ['recipient', 'text'],
    app_id: ['appId', 'bigint'],
    filtered_event: ['filteredEvent', 'boolean'],
    caused_by_id: ['causedBy.id', 'text'],
    caused_by_created: ['causedBy.created', 'timestamptz'],
    obsoleted_by_id: ['obsoletedBy.id', 'text'],
    obsoleted_by_created: ['obsoletedBy.created', 'timestamptz'],
    sent_by_id: ['sentBy.id', 'text'],
    sent_by_created: ['sentBy.created', 'timestamptz'],
  },
  children: emailEventChildren,
  derive: { contact_id: 'matchContact' },
  refs: { email_campaign_id: 'email_campaign.id', contact_id: 'contact.id' },
  every: 'run',
}
