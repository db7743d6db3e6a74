import type { Resource } from './resource.ts'

export const flowEmail: Resource = {
  name: 'flow_email',
  alias: 'flow_emails',
  title: 'Which flows send which marketing e-mails.',
  read: 'always',
  versions: [
    {
      version: 'v4',
      until: '2027-03',
      path: '/automation/v4/flows/email-campaigns',
      items: 'results',
      page: { kind: 'after', in: 'query', size: 100, sizeParam: 'limit' },
    },
    {
      version: '2026-09-beta',
      path: '/automation/2026-09-beta/flows/email-campaigns',
      items: 'results',
      page: { kind: 'after', in: 'query', size: 100, sizeParam: 'limit' },
    },
  ],
  scopes: [['automation']],
  key: ['flow_id', 'email_campaign_id'],
  deletes: 'absent',
  columns: {
    flow_id: ['flowId', 'bigint'],
    email_campaign_id: ['emailCampaignId', 'bigint'],
    marketing_email_id: ['emailContentId', 'bigint'],
  },
  refs: {
    flow_id: 'flow.id',
    email_campaign_id: 'email_campaign.id',
    marketing_email_id: 'marketing_email.id',
  },
  every: 'day',
}
