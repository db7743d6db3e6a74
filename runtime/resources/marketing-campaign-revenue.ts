import type { Resource } from './resource.ts'

export const marketingCampaignRevenue: Resource = {
  name: 'marketing_campaign_revenue',
  title: 'Revenue attributed to marketing campaigns by the linear model, as of the last read.',
  read: 'asked',
  versions: [
    {
      version: '2026-09',
      path: '/marketing/campaigns/2026-09/{campaignId}/reports/revenue',
      items: '',
      page: { kind: 'none' },
    },
    {
      version: 'v3',
      until: '2027-09',
      path: '/marketing/v3/campaigns/{campaignId}/reports/revenue',
      items: '',
      page: { kind: 'none' },
    },
  ],
  scopes: [['marketing.campaigns.revenue.read']],
  parent: { resource: 'marketing_campaign', bind: { campaignId: 'id' } },
  key: ['campaign_id'],
  deletes: 'absentInParent',
  columns: {
    campaign_id: ['^id', 'text'],
    revenue_amount: ['revenueAmount', 'numeric'],
    deal_amount: ['dealAmount', 'numeric'],
    deals_number: ['dealsNumber', 'numeric'],
    contacts_number: ['contactsNumber', 'numeric'],
    currency_code: ['currencyCode', 'text'],
  },
  statistics: ['revenue_amount', 'deal_amount', 'deals_number', 'contacts_number'],
  refs: { campaign_id: 'marketing_campaign.id' },
  refuse: [{ status: 404, skip: 'parent' }],
  every: 'day',
}
