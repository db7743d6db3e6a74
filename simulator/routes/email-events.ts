import type { Context } from '../context.ts'
import { type Answer, jsonAnswer } from '../http/answer.ts'
import { type Call, parameter } from '../http/call.ts'
import { pageByOffset, rowsOf } from '../http/pages.ts'
import { invalidRequest, notFound } from '../http/refusal.ts'
import type { Route } from '../http/router.ts'
import type { ResourceRow } from '../resources/resources.ts'

const base = 'email/public'
const versions: readonly string[] = ['v1']

/** They exist in v1 only. */
export const emailEventRoutes: readonly Route[] = [
  {
    name: 'email_campaigns',
    method: 'GET',
    pattern: `${base}/campaigns`,
    versions,
    answer: listCampaigns,
  },
  {
    name: 'email_campaign',
    method: 'GET',
    pattern: `${base}/campaigns/:campaignId`,
    versions,
    answer: readCampaign,
  },
  { name: 'email_events', method: 'GET', pattern: `${base}/events`, versions, answer: listEvents },
  {
    name: 'email_subscriptions',
    method: 'GET',
    pattern: `${base}/subscriptions`,
    versions,
    answer: listTypes,
  },
  {
    name: 'subscription_timeline',
    method: 'GET',
    pattern: `${base}/subscriptions/timeline`,
    versions,
    answer: listTimeline,
  },
  {
    name: 'subscription_definitions',
    method: 'GET',
    pattern: 'communication-preferences/definitions',
    versions: ['v3', 'v4', '2025-09', '2026-03', '2026-09'],
    answer: listDefinitions,
  },
]

const scopes = ['content']
const events = { size: 100, most: 1_000 }

function listCampaigns(call: Call, context: Context): Answer {
  context.access.requireOneOf(scopes)
  const rows = rowsOf(context.resources.list('email_campaign')).map((row) => ({
    id: row['id'],
    appId: row['appId'],
    appName: row['appName'],
    lastUpdatedTime: row['lastUpdatedTime'],
  }))
  return jsonAnswer(pageByOffset(call, 'campaigns', rows, { size: 10, most: 1_000 }))
}

function readCampaign(call: Call, context: Context): Answer {
  context.access.requireOneOf(scopes)
  const id = parameter(call, 'campaignId')
  const campaign = context.resources.find('email_campaign', id)
  if (campaign === undefined) throw notFound(`No campaign found with id ${id}`)
  return jsonAnswer(campaign.row)
}

/** Newest first; both ends of the window are included. */
function listEvents(call: Call, context: Context): Answer {
  context.access.requireOneOf(scopes)
  refuseOldOffset(call, context)
  const matches = (row: ResourceRow, option: string, field: string): boolean => {
    const wanted = call.query.get(option)
    return wanted === null || String(row[field]) === wanted
  }
  const rows = inWindow(call, rowsOf(context.resources.list('email_event')), 'created')
    .filter((row) => matches(row, 'eventType', 'type') && matches(row, 'recipient', 'recipient'))
    .filter(
      (row) => matches(row, 'campaignId', 'emailCampaignId') && matches(row, 'appId', 'appId'),
    )
  return jsonAnswer(pageByOffset(call, 'events', rows, events))
}

function listTimeline(call: Call, context: Context): Answer {
  context.access.requireOneOf(scopes)
  refuseOldOffset(call, context)
  const rows = inWindow(call, rowsOf(context.resources.list('subscription_change')), 'timestamp')
  return jsonAnswer(pageByOffset(call, 'timeline', rows, events))
}

/** Offsets are "not meant to be long-lived"; a fault expires all of them. */
function refuseOldOffset(call: Call, context: Context): void {
  const offset = call.query.get('offset') ?? ''
  if (offset !== '' && context.isOn('offsets_expire')) {
    throw invalidRequest('The offset has expired')
  }
}

function inWindow(call: Call, rows: readonly ResourceRow[], field: string): ResourceRow[] {
  const from = Number(call.query.get('startTimestamp') ?? 0)
  const until = Number(call.query.get('endTimestamp') ?? Number.MAX_SAFE_INTEGER)
  return rows
    .filter((row) => Number(row[field]) >= from && Number(row[field]) <= until)
    .toSorted((left, right) => Number(right[field]) - Number(left[field]))
}

function listTypes(_call: Call, context: Context): Answer {
  context.access.requireOneOf(scopes)
  const subscriptionDefinitions = rowsOf(context.resources.list('subscription_type')).map(
    (row) => ({
      id: Number(row['id']),
      portalId: context.store.portal.portalId,
      name: row['name'],
      description: row['description'],
      active: row['isActive'],
      internal: row['isInternal'],
      category: row['purpose'],
      channel: row['communicationMethod'],
      businessUnitId: row['businessUnitId'],
      order: 0,
      internalName: null,
    }),
  )
  return jsonAnswer({ subscriptionDefinitions })
}

/** Not paged. v3 names the list differently. */
function listDefinitions(call: Call, context: Context): Answer {
  context.access.requireOneOf([
    'communication_preferences.read',
    'communication_preferences.read_write',
  ])
  const rows = rowsOf(context.resources.list('subscription_type'))
  if (call.version === 'v3') return jsonAnswer({ subscriptionDefinitions: rows })
  return jsonAnswer({ status: 'COMPLETE', results: rows })
}
