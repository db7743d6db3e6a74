import type { RequestConstants, Resource, ResourceVersion } from './resource.ts'

/**
 * HubSpot leaves some e-mails out of answers with statistics, and archived ones out of both: four reads, of
 * which the first one that has an e-mail counts.
 */
const variants: readonly RequestConstants[] = [
  { archived: false, includeStats: true },
  { archived: true, includeStats: true },
  { archived: false, includeStats: false },
  { archived: true, includeStats: false },
]

const common = {
  variants,
  items: 'results',
  page: { kind: 'after', in: 'query', size: 300, sizeParam: 'limit' },
} as const satisfies Partial<ResourceVersion>

export const marketingEmail: Resource = {
  name: 'marketing_email',
  alias: 'marketing_emails',
  title: 'Marketing e-mails, with their statistics.',
  read: 'always',
  versions: [
    { version: '2026-09', path: '/marketing/emails/2026-09', ...common },
    { version: 'v3', until: '2027-09', path: '/marketing/v3/emails', ...common },
  ],
  scopes: [['content']],
  key: ['id'],
  deletes: 'absent',
  columns: {
    id: ['id', 'bigint'],
    name: ['name', 'text'],
    subject: ['subject', 'text'],
    state: ['state', 'text'],
    type: ['type', 'text'],
    is_published: ['isPublished', 'boolean'],
    is_ab: ['isAb', 'boolean'],
    created_at: ['createdAt', 'timestamptz'],
    updated_at: ['updatedAt', 'timestamptz'],
    publish_date: ['publishDate', 'timestamptz'],
    published_at: ['publishedAt', 'timestamptz'],
    archived: ['archived', 'boolean'],
    deleted_at: ['deletedAt', 'timestamptz'],
    marketing_campaign_id: ['campaign', 'text'],
    marketing_campaign_name: ['campaignName', 'text'],
    email_campaign_group_id: ['emailCampaignGroupId', 'bigint'],
    primary_email_campaign_id: ['primaryEmailCampaignId', 'bigint'],
    email_subscription_id: ['subscriptionDetails.subscriptionId', 'bigint'],
    from_name: ['from.fromName', 'text'],
    reply_to: ['from.replyTo', 'text'],
    business_unit_id: ['businessUnitId', 'bigint'],
    created_by_id: ['createdById', 'bigint'],
    language: ['language', 'text'],
    sent_count: ['stats.counters.sent', 'bigint'],
    delivered_count: ['stats.counters.delivered', 'bigint'],
    open_count: ['stats.counters.open', 'bigint'],
    click_count: ['stats.counters.click', 'bigint'],
    reply_count: ['stats.counters.reply', 'bigint'],
    bounce_count: ['stats.counters.bounce', 'bigint'],
    hard_bounced_count: ['stats.counters.hardbounced', 'bigint'],
    soft_bounced_count: ['stats.counters.softbounced', 'bigint'],
    dropped_count: ['stats.counters.dropped', 'bigint'],
    selected_count: ['stats.counters.selected', 'bigint'],
    pending_count: ['stats.counters.pending', 'bigint'],
    not_sent_count: ['stats.counters.notsent', 'bigint'],
    unsubscribed_count: ['stats.counters.unsubscribed', 'bigint'],
    spam_report_count: ['stats.counters.spamreport', 'bigint'],
    suppressed_count: ['stats.counters.suppressed', 'bigint'],
    contacts_lost_count: ['stats.counters.contactslost', 'bigint'],
    stats: ['stats', 'jsonb'],
  },
  children: [
    {
      table: 'marketing_email_campaign',
      each: 'allEmailCampaignIds[]',
      key: ['marketing_email_id', 'email_campaign_id'],
      columns: { marketing_email_id: ['^id', 'bigint'], email_campaign_id: ['', 'bigint'] },
      refs: {
        marketing_email_id: 'marketing_email.id',
        email_campaign_id: 'email_campaign.id',
      },
    },
    {
      table: 'marketing_email_list',
      each: 'to.contactIlsLists.include[]',
      key: ['marketing_email_id', 'contact_list_id', 'kind'],
      columns: { marketing_email_id: ['^id', 'bigint'], contact_list_id: ['', 'bigint'] },
      set: { kind: 'include' },
      refs: { marketing_email_id: 'marketing_email.id', contact_list_id: 'contact_list.id' },
    },
    {
      table: 'marketing_email_list',
      each: 'to.contactIlsLists.exclude[]',
      key: ['marketing_email_id', 'contact_list_id', 'kind'],
      columns: { marketing_email_id: ['^id', 'bigint'], contact_list_id: ['', 'bigint'] },
      set: { kind: 'exclude' },
    },
  ],
  refs: {
    marketing_campaign_id: 'marketing_campaign.id',
    primary_email_campaign_id: 'email_campaign.id',
    email_subscription_id: 'email_subscription.id',
  },
  // A later answer may leave an e-mail's statistics out.
  keeps: 'stats',
  statistics: ['stats'],
  every: 'day',
}
