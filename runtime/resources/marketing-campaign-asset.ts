import type { RequestConstants, Resource } from './resource.ts'

/** HubSpot sends the assets of one type per call. */
const variants: readonly RequestConstants[] = [
  'BLOG_POST',
  'CTA',
  'EXTERNAL_WEB_URL',
  'FORM',
  'LANDING_PAGE',
  'MARKETING_EMAIL',
  'MARKETING_EVENT',
  'SITE_PAGE',
  'SOCIAL_BROADCAST',
  'STATIC_LIST',
  'WEB_INTERACTIVE',
  'AUTOMATION_PLATFORM_FLOW',
].map((assetType) => ({ assetType }))

export const marketingCampaignAsset: Resource = {
  name: 'marketing_campaign_asset',
  alias: 'campaign_assets',
  title: 'Assets of marketing campaigns: e-mails, forms, pages, lists and others.',
  read: 'asked',
  versions: [
    {
      version: '2026-09',
      path: '/marketing/campaigns/2026-09/{campaignId}/assets/{assetType}',
      variants,
      items: 'results',
      page: { kind: 'after', in: 'query', size: 100, sizeParam: 'limit' },
    },
    {
      version: 'v3',
      until: '2027-09',
      path: '/marketing/v3/campaigns/{campaignId}/assets/{assetType}',
      variants,
      items: 'results',
      page: { kind: 'after', in: 'query', size: 100, sizeParam: 'limit' },
    },
  ],
  scopes: [['marketing.campaigns.read']],
  parent: { resource: 'marketing_campaign', bind: { campaignId: 'id' } },
  key: ['campaign_id', 'asset_type', 'id'],
  deletes: 'absentInParent',
  columns: {
    campaign_id: ['^id', 'text'],
    asset_type: ['^assetType', 'text'],
    id: ['id', 'text'],
    name: ['name', 'text'],
  },
  refs: { campaign_id: 'marketing_campaign.id' },
  refuse: [{ status: 404, skip: 'parent' }],
  every: 'day',
}
