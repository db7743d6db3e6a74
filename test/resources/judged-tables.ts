import type { ResourceEntry, ResourceKind } from '../../simulator/resources/resources.ts'
import { objectPairs } from '../support/resource-entity.ts'
import type { ResourcePortal } from '../support/resource-portal.ts'

/**
 * The rows that a table should have, written by hand from HubSpot's documentation: it shares nothing with the
 * descriptions that the reader follows.
 */
export interface JudgedTable {
  readonly table: string
  readonly kind: ResourceKind
  /** Of one row in the portal. */
  rows(entry: Entry): readonly ExpectedRow[]
}

type Fields = Readonly<Record<string, unknown>>
type ExpectedRow = Fields

interface Entry extends ResourceEntry {
  /** The row, whose fields have any shape. */
  readonly is: Fields
}

const at = (value: unknown) =>
  value === undefined || value === null ? null : new Date(value as string | number)
const msText = (value: unknown) => (value === undefined ? null : new Date(Number(value)))
const inside = (value: unknown, ...names: readonly string[]): unknown =>
  names.reduce<unknown>((found, name) => (found as Fields | undefined)?.[name], value)
const listOf = (value: unknown) => (value ?? []) as readonly Fields[]
const json = (value: unknown) => (value === undefined ? null : JSON.stringify(value))

function one(
  table: string,
  kind: ResourceKind,
  row: (is: Fields, entry: Entry) => ExpectedRow | null,
): JudgedTable {
  return {
    table,
    kind,
    rows: (entry) => {
      const expected = row(entry.is, entry)
      return expected === null ? [] : [expected]
    },
  }
}

function eventTable(table: string, type: string, row: (is: Fields) => ExpectedRow): JudgedTable {
  return one(`email_event_${table}`, 'email_event', (is) =>
    is['type'] === type ? { id: is['id'], ...row(is) } : null,
  )
}

const seenBy = (is: Fields) => ({
  browser: json(is['browser']),
  ip_address: is['ipAddress'],
  location: json(is['location']),
  user_agent: is['userAgent'],
})
const written = (is: Fields) => ({
  bcc: json(is['bcc']),
  cc: json(is['cc']),
  from: is['from'],
  reply_to: json(is['replyTo']),
  subject: is['subject'],
})

/** As the simulator computes them from a campaign's properties. */
const amounts = (is: Fields) => ({
  budget: Number(inside(is, 'properties', 'hs_budget_items_sum_amount') ?? 0),
  spend: Number(inside(is, 'properties', 'hs_spend_items_sum_amount') ?? 0),
})

const memberRow = ({ parent, is }: Entry) => ({
  record: is['recordId'],
  list: parent,
  added_at: at(is['membershipTimestamp']),
})

export const judgedTables: Readonly<Record<string, readonly JudgedTable[]>> = {
  contact_list: [
    one('contact_list', 'list', (is) => ({
      id: is['listId'],
      name: is['name'],
      object_type_id: is['objectTypeId'],
      processing_type: is['processingType'],
      list_version: is['listVersion'],
      created_at: at(is['createdAt']),
      updated_at: at(is['updatedAt']),
      filters_updated_at: at(is['filtersUpdatedAt']),
      metadata_size: inside(is, 'additionalProperties', 'hs_list_size'),
      last_record_added_at: msText(inside(is, 'additionalProperties', 'hs_last_record_added_at')),
      folder_name: inside(is, 'additionalProperties', 'hs_folder_name'),
      legacy_list_id: inside(is, 'additionalProperties', 'hs_classic_list_id'),
    })),
  ],
  contact_list_member: [
    one('contact_list_member', 'list_member', (_, entry) => {
      const { record, list, added_at } = memberRow(entry)
      return list === '1121' ? null : { contact_list_id: list, contact_id: record, added_at }
    }),
  ],
  list_member: [
    one('list_member', 'list_member', (_, entry) => {
      const { record, list, added_at } = memberRow(entry)
      const own = { list_id: list, object_type_id: '0-2', record_id: record, added_at }
      return list === '1121' ? own : null
    }),
  ],
  form: [
    one('form', 'form', (is) => ({
      guid: is['id'],
      name: is['name'],
      form_type: is['formType'],
      created_at: at(is['createdAt']),
      updated_at: at(is['updatedAt']),
      archived: is['archived'],
      archived_at: at(is['archivedAt']),
      css_class: inside(is, 'displayOptions', 'cssClass'),
      submit_text: inside(is, 'displayOptions', 'submitButtonText'),
      language: inside(is, 'configuration', 'language'),
      definition: is,
    })),
    {
      table: 'form_field',
      kind: 'form',
      rows: ({ is }) =>
        listOf(is['fieldGroups'])
          .flatMap(({ fields }) => listOf(fields))
          .map((field, position) => ({
            form_guid: is['id'],
            position,
            object_type_id: field['objectTypeId'],
            name: field['name'],
            label: field['label'],
            field_type: field['fieldType'],
            required: field['required'],
            hidden: field['hidden'],
          })),
    },
  ],
  form_submission: [
    one('form_submission', 'form_submission', (is, { parent }) => ({
      conversion_id: is['conversionId'],
      form_id: parent,
      submitted_at: at(is['submittedAt']),
      page_url: is['pageUrl'],
      email: listOf(is['values']).find(({ name }) => name === 'email')?.['value'],
      values: is['values'],
    })),
  ],
  marketing_campaign: [
    one('marketing_campaign', 'marketing_campaign', (is) => ({
      id: is['id'],
      name: inside(is, 'properties', 'hs_name'),
      created_at: at(is['createdAt']),
      updated_at: at(is['updatedAt']),
      status: inside(is, 'properties', 'hs_campaign_status'),
      owner_id: inside(is, 'properties', 'hs_owner'),
      object_id: inside(is, 'properties', 'hs_object_id'),
      currency_code: inside(is, 'properties', 'hs_currency_code'),
      budget_amount: inside(is, 'properties', 'hs_budget_items_sum_amount'),
      spend_amount: inside(is, 'properties', 'hs_spend_items_sum_amount'),
      business_units: is['businessUnits'],
    })),
  ],
  marketing_campaign_asset: [
    one('marketing_campaign_asset', 'marketing_campaign_asset', (is, { parent }) => ({
      campaign_id: parent,
      asset_type: is['type'],
      id: is['id'],
      name: is['name'],
    })),
  ],
  marketing_campaign_total: [
    one('marketing_campaign_total', 'marketing_campaign', (is) => ({
      campaign_id: is['id'],
      budget_total: amounts(is).budget,
      spend_total: amounts(is).spend,
      remaining_budget: amounts(is).budget - amounts(is).spend,
      currency_code: 'EUR',
    })),
    one('marketing_campaign_budget', 'marketing_campaign', (is) => ({
      campaign_id: is['id'],
      id: amounts(is).budget,
      name: 'Ads',
      amount: amounts(is).budget,
      created_at: at('2025-01-10T08:00:00Z'),
    })),
    one('marketing_campaign_spend', 'marketing_campaign', (is) => ({
      campaign_id: is['id'],
      id: amounts(is).spend,
      amount: amounts(is).spend,
    })),
  ],
  marketing_campaign_report: [
    one('marketing_campaign_report', 'marketing_campaign', (is) => ({
      campaign_id: is['id'],
      sessions: amounts(is).budget / 10,
      influenced_contacts: amounts(is).budget / 50,
    })),
  ],
  marketing_campaign_revenue: [
    one('marketing_campaign_revenue', 'marketing_campaign', (is) => ({
      campaign_id: is['id'],
      revenue_amount: amounts(is).budget * 3,
      deal_amount: amounts(is).budget * 4,
      contacts_number: 9,
    })),
  ],
  email_subscription: [
    one('email_subscription', 'subscription_type', (is) => ({
      id: is['id'],
      name: is['name'],
      description: is['description'],
      active: is['isActive'],
      created_at: at(is['createdAt']),
    })),
  ],
  email_subscription_change: [
    {
      table: 'email_subscription_change',
      kind: 'subscription_change',
      rows: ({ is }) =>
        listOf(is['changes']).map((change) => ({
          timestamp: at(is['timestamp']),
          recipient: is['recipient'],
          change: change['change'],
          change_type: change['changeType'],
          source: change['source'],
          email_subscription_id: change['subscriptionId'],
          caused_by_event_id: inside(change, 'causedByEvent', 'id'),
        })),
    },
  ],
  email_campaign: [
    one('email_campaign', 'email_campaign', (is) => ({
      id: is['id'],
      app_id: is['appId'],
      app_name: is['appName'],
      content_id: is['contentId'],
      name: is['name'],
      subject: is['subject'],
      type: is['type'],
      sub_type: is['subType'],
      num_included: is['numIncluded'],
      num_queued: is['numQueued'],
      last_updated_at: at(is['lastUpdatedTime']),
      counters: is['counters'],
    })),
  ],
  marketing_email: [
    one('marketing_email', 'marketing_email', (is) => ({
      id: is['id'],
      name: is['name'],
      subject: is['subject'],
      state: is['state'],
      type: is['type'],
      archived: is['archived'],
      is_published: is['isPublished'],
      created_at: at(is['createdAt']),
      updated_at: at(is['updatedAt']),
      published_at: at(is['publishedAt']),
      marketing_campaign_id: is['campaign'],
      primary_email_campaign_id: is['primaryEmailCampaignId'],
      from_name: inside(is, 'from', 'fromName'),
      sent_count: inside(is, 'stats', 'counters', 'sent'),
      open_count: inside(is, 'stats', 'counters', 'open'),
      hard_bounced_count: inside(is, 'stats', 'counters', 'hardbounced'),
      stats: is['stats'],
    })),
    {
      table: 'marketing_email_campaign',
      kind: 'marketing_email',
      rows: ({ is }) =>
        listOf(is['allEmailCampaignIds']).map((id) => ({
          marketing_email_id: is['id'],
          email_campaign_id: id,
        })),
    },
    {
      table: 'marketing_email_list',
      kind: 'marketing_email',
      rows: ({ is }) =>
        ['include', 'exclude'].flatMap((kind) =>
          listOf(inside(is, 'to', 'contactIlsLists', kind)).map((id) => ({
            marketing_email_id: is['id'],
            contact_list_id: id,
            kind,
          })),
        ),
    },
  ],
  email_event: [
    one('email_event', 'email_event', (is) => ({
      id: is['id'],
      created: at(is['created']),
      type: is['type'],
      email_campaign_id: is['emailCampaignId'],
      recipient: is['recipient'],
      app_id: is['appId'],
      filtered_event: is['filteredEvent'],
      sent_by_id: inside(is, 'sentBy', 'id'),
      sent_by_created: at(inside(is, 'sentBy', 'created')),
      obsoleted_by_id: inside(is, 'obsoletedBy', 'id'),
    })),
    eventTable('bounce', 'BOUNCE', ({ category, response, status }) => ({
      category,
      response,
      status,
    })),
    eventTable('click', 'CLICK', (is) => ({
      ...seenBy(is),
      referer: is['referer'],
      url: is['url'],
    })),
    eventTable('deferred', 'DEFERRED', ({ attempt, response }) => ({ attempt, response })),
    eventTable('delivered', 'DELIVERED', (is) => ({
      response: is['response'],
      smtp_id: is['smtpId'],
    })),
    eventTable('dropped', 'DROPPED', (is) => ({
      ...written(is),
      // hubgen stores no empty text.
      drop_message: is['dropMessage'] || null,
      drop_reason: is['dropReason'],
    })),
    eventTable('forward', 'FORWARD', seenBy),
    eventTable('open', 'OPEN', (is) => ({ ...seenBy(is), duration: is['duration'] })),
    eventTable('print', 'PRINT', seenBy),
    eventTable('sent', 'SENT', written),
    eventTable('spam_report', 'SPAMREPORT', (is) => ({
      ip_address: is['ipAddress'],
      user_agent: is['userAgent'],
    })),
    eventTable('status_change', 'STATUSCHANGE', (is) => ({
      bounced: is['bounced'],
      portal_subscription_status: is['portalSubscriptionStatus'],
      requested_by: is['requestedBy'],
      source: is['source'],
      subscriptions: json(is['subscriptions']),
    })),
  ],
  flow: [
    one('flow', 'flow', (is) => ({
      id: is['id'],
      name: is['name'],
      is_enabled: is['isEnabled'],
      flow_type: is['flowType'],
      object_type_id: is['objectTypeId'],
      revision_id: is['revisionId'],
      updated_at: at(is['updatedAt']),
      definition: is,
    })),
  ],
  flow_email: [
    one('flow_email', 'flow_email', (is) => ({
      flow_id: is['flowId'],
      email_campaign_id: is['emailCampaignId'],
      marketing_email_id: is['emailContentId'],
    })),
  ],
  currency: [
    one('currency', 'currency', (is) =>
      is['id'] === 'EUR' ? { id: is['id'], created_at: at(is['createdAt']) } : null,
    ),
  ],
  exchange_rate: [
    one('exchange_rate', 'exchange_rate', (is) => ({
      id: is['id'],
      from_currency_code: is['fromCurrencyCode'],
      to_currency_code: is['toCurrencyCode'],
      conversion_rate: is['conversionRate'],
      effective_at: at(is['effectiveAt']),
      visible_in_ui: is['visibleInUI'],
    })),
  ],
  association_type: [
    one('association_type', 'association_type', (is, { parent }) => {
      const [from = '', to = ''] = parent.split(':')
      return objectPairs[from]?.includes(to) === true
        ? {
            from_object_type: from,
            to_object_type: to,
            category: is['category'],
            id: is['typeId'],
            label: is['label'],
          }
        : null
    }),
  ],
}

/** The rows of the portal and the live rows of the table, as sorted text. */
export async function compareTable(
  { simulator, database }: ResourcePortal,
  { table, kind, rows }: JudgedTable,
): Promise<{ readonly portal: readonly string[]; readonly table: readonly string[] }> {
  const wanted = simulator.resources
    .list(kind)
    .flatMap((entry) => rows({ ...entry, is: entry.row }))
  const columns = Object.keys(wanted[0] ?? {})
  if (columns.length === 0) return { portal: [], table: await liveKeys(database, table) }
  const [{ marked } = { marked: false }] = await database.query<{ marked: boolean }>(
    `SELECT count(*) > 0 AS marked FROM information_schema.columns
      WHERE table_schema = 'hubspot' AND table_name = '${table}' AND column_name = '_fivetran_deleted'`,
  )
  const stored = await database.query<Fields>(
    `SELECT ${columns.map((name) => `"${name}"`).join(', ')} FROM hubspot.${table}${marked ? ' WHERE NOT _fivetran_deleted' : ''}`,
  )
  const text = (list: readonly Fields[]) =>
    list.map((row) => columns.map((name) => `${name}=${asText(row[name])}`).join(' ')).toSorted()
  return { portal: text(wanted), table: text(stored) }
}

async function liveKeys(database: ResourcePortal['database'], table: string): Promise<string[]> {
  const rows = await database.query<Fields>(`SELECT * FROM hubspot.${table}`)
  return rows.filter((row) => row['_fivetran_deleted'] !== true).map((row) => JSON.stringify(row))
}

function asText(value: unknown): string {
  if (value === undefined || value === null) return '-'
  if (value instanceof Date) return value.toISOString()
  if (typeof value === 'object') return JSON.stringify(sorted(value))
  return String(value)
}

/** jsonb does not keep the order of members. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).toSorted(([left], [right]) => (left < right ? -1 : 1))
  return Object.fromEntries(members.map(([name, one]) => [name, sorted(one)]))
}
