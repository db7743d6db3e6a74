import type { Resource } from './resource.ts'

export const marketingCampaignReport: Resource = {
  name: 'marketing_campaign_report',
  title: 'Sessions and contacts of marketing campaigns, as of the last read.',
  read: 'asked',
  versions: [
    {
      version: '2026-09',
      path: '/marketing/campaigns/2026-09/{campaignId}/reports/metrics',
      items: '',
      page: { kind: 'none' },
    },
    {
      version: 'v3',
      until: '2027-09',
      path: '/marketing/v3/campaigns/{campaignId}/reports/metrics',
      items: '',
      page: { kind: 'none' },
    },
  ],
  scopes: [['marketing.campaigns.read']],
  parent: { resource: 'marketing_campaign', bind: { campaignId: 'id' } },
  key: ['campaign_id'],
  deletes: 'absentInParent',
  columns: {
    campaign_id: ['^id', 'text'],
    sessions: ['sessions', 'numeric'],
    new_contacts_first_touch: ['newContactsFirstTouch', 'numeric'],
    new_contacts_last_touch: ['newContactsLastTouch', 'numeric'],
    influenced_contacts: ['influencedContacts', 'numeric'],
  },
  statistics: [
    'sessions',
    'new_contacts_first_touch',
    'new_contacts_last_touch',
    'influenced_contacts',
  ],
  refs: { campaign_id: 'marketing_campaign.id' },
  refuse: [{ status: 404, skip: 'parent' }],
  every: 'day',
}
