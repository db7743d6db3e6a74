import type { Family } from '../../test/compat/fivetran-claims.ts'
import { type PortalAddress, readJson } from './read-portal.ts'
import { type Item, items, type ResourceTable, tableOf, text } from './resource-table.ts'

const reader = {
  browser: 'text',
  ip_address: 'text',
  location: 'text',
  user_agent: 'text',
} as const
const message = {
  bcc: 'text',
  cc: 'text',
  from: 'text',
  reply_to: 'text',
  subject: 'text',
} as const

/** Columns of Fivetran's tables of events, by HubSpot's type. */
const EVENT_TABLES: Readonly<Record<string, readonly [string, Readonly<Record<string, Family>>]>> =
  {
    BOUNCE: ['bounce', { category: 'text', response: 'text', status: 'text' }],
    CLICK: ['click', { ...reader, referer: 'text', url: 'text' }],
    DEFERRED: ['deferred', { attempt: 'integer', response: 'text' }],
    DELIVERED: ['delivered', { response: 'text', smtp_id: 'text' }],
    DROPPED: ['dropped', { ...message, drop_message: 'text', drop_reason: 'text' }],
    FORWARD: ['forward', reader],
    OPEN: ['open', { ...reader, duration: 'integer' }],
    PRINT: ['print', reader],
    SENT: ['sent', message],
    SPAMREPORT: ['spam_report', { ip_address: 'text', user_agent: 'text' }],
    STATUSCHANGE: [
      'status_change',
      {
        bounced: 'boolean',
        portal_subscription_status: 'text',
        requested_by: 'text',
        source: 'text',
        subscriptions: 'text',
      },
    ],
  }

/** Campaigns, events and the tables of each type of event. */
export async function readEventTables(portal: PortalAddress): Promise<readonly ResourceTable[]> {
  const shared = { app_id: ['appId', 'id'] } as const
  const campaigns: Item[] = []
  for (const { id } of await readOffsets(portal, '/email/public/v1/campaigns', 'campaigns')) {
    campaigns.push(await readJson<Item>(portal, `/email/public/v1/campaigns/${text(id)}`))
  }
  const events = await readOffsets(portal, '/email/public/v1/events', 'events')
  const sent = {
    ...shared,
    id: ['id', 'text'],
    created: ['created', 'time'],
    type: ['type', 'text'],
    email_campaign_id: ['emailCampaignId', 'id'],
    recipient: ['recipient', 'text'],
    portal_id: ['portalId', 'id'],
    filtered_event: ['filteredEvent', 'boolean'],
    caused_by_id: ['causedBy.id', 'text'],
    caused_by_created: ['causedBy.created', 'time'],
    obsoleted_by_id: ['obsoletedBy.id', 'text'],
    obsoleted_by_created: ['obsoletedBy.created', 'time'],
    sent_by_id: ['sentBy.id', 'text'],
    sent_by_created: ['sentBy.created', 'time'],
  } as const
  const campaigned = {
    ...shared,
    id: ['id', 'id'],
    app_name: ['appName', 'text'],
    content_id: ['contentId', 'id'],
    name: ['name', 'text'],
    subject: ['subject', 'text'],
    type: ['type', 'text'],
    sub_type: ['subType', 'text'],
    num_included: ['numIncluded', 'integer'],
    num_queued: ['numQueued', 'integer'],
  } as const
  const children = Object.entries(EVENT_TABLES).map(([type, [name, columns]]) => {
    const pointers = Object.entries(columns).map(
      ([column, family]) => [column, [camelCase(column), family]] as const,
    )
    const own = { id: ['id', 'text'] as const, ...Object.fromEntries(pointers) }
    return tableOf(
      `email_event_${name}`,
      own,
      events.filter((event) => event['type'] === type),
    )
  })
  return [
    tableOf('email_campaign', campaigned, campaigns),
    tableOf('email_event', sent, events),
    ...children,
  ]
}

/** Follows `offset` while `hasMore`. */
async function readOffsets(
  portal: PortalAddress,
  path: string,
  name: string,
): Promise<readonly Item[]> {
  const found: Item[] = []
  for (let offset = ''; ; ) {
    const page = await readJson<Item>(portal, `${path}?limit=1000${offset}`)
    found.push(...items(page[name]))
    if (page['hasMore'] !== true) return found
    offset = `&offset=${encodeURIComponent(text(page['offset']) ?? '')}`
  }
}

function camelCase(column: string): string {
  return column.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
