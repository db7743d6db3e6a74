import type { Context } from '../context.ts'
import { type Answer, jsonAnswer } from '../http/answer.ts'
import { type Call, listOption, parameter } from '../http/call.ts'
import { pageByPlace, rowsOf } from '../http/pages.ts'
import { v3AndDated } from '../http/paths.ts'
import { invalidRequest, notFound } from '../http/refusal.ts'
import type { Route } from '../http/router.ts'
import type { ResourceRow } from '../resources/resources.ts'

const path = 'marketing/campaigns'
const versions = v3AndDated

export const marketingCampaignRoutes: readonly Route[] = [
  { name: 'marketing_campaigns', method: 'GET', pattern: path, versions, answer: listCampaigns },
  {
    name: 'marketing_campaign',
    method: 'GET',
    pattern: `${path}/:campaignId`,
    versions,
    answer: readCampaign,
  },
  {
    name: 'campaign_assets',
    method: 'GET',
    pattern: `${path}/:campaignId/assets/:assetType`,
    versions,
    answer: listAssets,
  },
  {
    name: 'campaign_budget',
    method: 'GET',
    pattern: `${path}/:campaignId/budget/totals`,
    versions,
    answer: readBudget,
  },
  {
    name: 'campaign_metrics',
    method: 'GET',
    pattern: `${path}/:campaignId/reports/metrics`,
    versions,
    answer: readMetrics,
  },
  {
    name: 'campaign_revenue',
    method: 'GET',
    pattern: `${path}/:campaignId/reports/revenue`,
    versions,
    answer: readRevenue,
  },
]

const scopes = ['marketing.campaigns.read']

/** Defined, and refused to everybody. */
const unreadable = ['hs_marketing_email_count', 'hs_form_count', 'hs_landing_page_count']

/** An unknown property is ignored, an unreadable one is an error. */
function listCampaigns(call: Call, context: Context): Answer {
  context.access.requireOneOf(scopes)
  const properties = wantedProperties(call)
  const newestFirst = call.query.get('sort') === '-updatedAt'
  const rows = rowsOf(context.resources.list('marketing_campaign')).map((row) =>
    shown(row, properties),
  )
  const stamp = (row: ResourceRow): number => Date.parse(String(row['updatedAt']))
  const sorted = newestFirst ? rows.toSorted((one, other) => stamp(other) - stamp(one)) : rows
  const page = pageByPlace(call, context, sorted, { size: 50, most: 100 })
  return jsonAnswer({ total: rows.length, ...page })
}

function readCampaign(call: Call, context: Context): Answer {
  context.access.requireOneOf(scopes)
  return jsonAnswer(shown(requiredCampaign(call, context), wantedProperties(call)))
}

function wantedProperties(call: Call): readonly string[] {
  const properties = listOption(call, 'properties')
  const refused = properties.filter((name) => unreadable.includes(name))
  if (refused.length > 0) throw invalidRequest(`Properties cannot be read: ${refused.join(', ')}`)
  return properties
}

function shown(row: ResourceRow, wanted: readonly string[]): ResourceRow {
  const kept = Object.entries(row['properties'] ?? {}).filter(([name]) => wanted.includes(name))
  return { ...row, properties: Object.fromEntries(kept) }
}

/** One type of asset per call. */
function listAssets(call: Call, context: Context): Answer {
  context.access.requireOneOf(scopes)
  requiredCampaign(call, context)
  const wanted = parameter(call, 'assetType')
  const rows = rowsOf(
    context.resources.list('marketing_campaign_asset', parameter(call, 'campaignId')),
  )
    .filter((row) => row['type'] === wanted)
    .map(({ type: _, ...asset }) => asset)
  return jsonAnswer(pageByPlace(call, context, rows, { size: 10, most: 100 }))
}

function readBudget(call: Call, context: Context): Answer {
  context.access.requireOneOf(scopes)
  const [budget, spend] = amounts(requiredCampaign(call, context))
  const item = (amount: number, name: string): object => {
    const atMs = Date.parse('2025-01-10T08:00:00Z')
    return { id: `${amount}`, name, amount, order: 0, createdAt: atMs, updatedAt: atMs }
  }
  return jsonAnswer({
    budgetItems: [item(budget, 'Ads')],
    spendItems: [item(spend, 'Ads')],
    budgetTotal: budget,
    spendTotal: spend,
    remainingBudget: budget - spend,
    currencyCode: 'EUR',
  })
}

function readMetrics(call: Call, context: Context): Answer {
  context.access.requireOneOf(scopes)
  const [budget] = amounts(requiredCampaign(call, context))
  const sessions = budget / 10
  return jsonAnswer({
    sessions,
    newContactsFirstTouch: sessions / 10,
    newContactsLastTouch: sessions / 20,
    influencedContacts: sessions / 5,
  })
}

function readRevenue(call: Call, context: Context): Answer {
  context.access.requireOneOf(['marketing.campaigns.revenue.read'])
  const [budget] = amounts(requiredCampaign(call, context))
  return jsonAnswer({
    revenueAmount: budget * 3,
    dealAmount: budget * 4,
    dealsNumber: 3,
    contactsNumber: 9,
    currencyCode: 'EUR',
  })
}

function amounts(row: ResourceRow): readonly [budget: number, spend: number] {
  const properties = new Map(Object.entries(row['properties'] ?? {}))
  const amount = (name: string): number => Number(properties.get(name) ?? 0)
  return [amount('hs_budget_items_sum_amount'), amount('hs_spend_items_sum_amount')]
}

function requiredCampaign(call: Call, context: Context): ResourceRow {
  const id = parameter(call, 'campaignId')
  const campaign = context.resources.find('marketing_campaign', id)
  if (campaign === undefined) throw notFound(`No campaign found with id ${id}`)
  return campaign.row
}
