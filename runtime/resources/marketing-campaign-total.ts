import type { ChildTable, Resource } from './resource.ts'

export const marketingCampaignTotal: Resource = {
  name: 'marketing_campaign_total',
  title: 'Budget and spend of marketing campaigns.',
  read: 'asked',
  versions: [
    {
      version: '2026-09',
      path: '/marketing/campaigns/2026-09/{campaignId}/budget/totals',
      items: '',
      page: { kind: 'none' },
    },
    {
      version: 'v3',
      until: '2027-09',
      path: '/marketing/v3/campaigns/{campaignId}/budget/totals',
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
    budget_total: ['budgetTotal', 'numeric'],
    spend_total: ['spendTotal', 'numeric'],
    remaining_budget: ['remainingBudget', 'numeric'],
    currency_code: ['currencyCode', 'text'],
  },
  children: [
    itemTable('marketing_campaign_budget', 'budgetItems[]'),
    itemTable('marketing_campaign_spend', 'spendItems[]'),
  ],
  refs: { campaign_id: 'marketing_campaign.id' },
  refuse: [{ status: 404, skip: 'parent' }],
  every: 'day',
}

/** Items of the budget and of the spending have the same fields. */
function itemTable(table: string, each: string): ChildTable {
  return {
    table,
    each,
    key: ['campaign_id', 'id'],
    columns: {
      campaign_id: ['^campaign_id', 'text'],
      id: ['id', 'text'],
      name: ['name', 'text'],
      amount: ['amount', 'numeric'],
      description: ['description', 'text'],
      position: ['order', 'bigint'],
      created_at: ['createdAt', 'timestamptz'],
      updated_at: ['updatedAt', 'timestamptz'],
    },
    refs: { campaign_id: 'marketing_campaign.id' },
  }
}
