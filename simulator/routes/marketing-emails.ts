import type { Context } from '../context.ts'
import { type Answer, jsonAnswer } from '../http/answer.ts'
import { type Call, flagOption, listOption, parameter } from '../http/call.ts'
import { pageByPlace, rowsOf } from '../http/pages.ts'
import { v3AndDated } from '../http/paths.ts'
import { notFound } from '../http/refusal.ts'
import type { Route } from '../http/router.ts'
import type { ResourceRow } from '../resources/resources.ts'

const path = 'marketing/emails'
const versions = v3AndDated

export const marketingEmailRoutes: readonly Route[] = [
  { name: 'marketing_emails', method: 'GET', pattern: path, versions, answer: listEmails },
  {
    name: 'email_statistics',
    method: 'GET',
    pattern: `${path}/statistics/list`,
    versions,
    answer: listStatistics,
  },
  {
    name: 'marketing_email',
    method: 'GET',
    pattern: `${path}/:emailId`,
    versions,
    answer: readEmail,
  },
  // Clients call this one, although no specification has it.
  {
    name: 'one_email_statistics',
    method: 'GET',
    pattern: `${path}/:emailId/statistics`,
    versions: ['v3'],
    answer: readStatistics,
  },
  {
    name: 'legacy_marketing_emails',
    method: 'GET',
    pattern: 'marketing-emails/emails/with-statistics',
    versions: ['v1'],
    answer: listLegacyEmails,
  },
]

const scopes = ['content']

/** Archived ones apart. Statistics come with `includeStats`; a fault then omits an e-mail, as was observed. */
function listEmails(call: Call, context: Context): Answer {
  context.access.requireOneOf(scopes)
  const archived = flagOption(call, 'archived')
  const withStats = flagOption(call, 'includeStats')
  const found = rowsOf(context.resources.list('marketing_email'))
    .filter((email) => (email['archived'] === true) === archived)
    .filter((email) => isBetween(call, email, 'updated') && isBetween(call, email, 'created'))
    .filter((email) => isBetween(call, email, 'published'))
  const omits = withStats && context.isOn('statistics_omit_an_email')
  const rows = (omits ? found.slice(1) : found).map((email) => shown(email, withStats))
  const page = pageByPlace(call, context, rows, { size: 10, most: 300 })
  return jsonAnswer({ total: rows.length, ...page })
}

/** Both ends are exclusive. */
function isBetween(call: Call, email: ResourceRow, moment: string): boolean {
  const ms = Date.parse(String(email[`${moment}At`]))
  const after = call.query.get(`${moment}After`)
  const before = call.query.get(`${moment}Before`)
  if (after !== null && !(ms > readInstant(after))) return false
  return before === null || ms < readInstant(before)
}

function readInstant(text: string): number {
  return /^\d+$/.test(text) ? Number(text) : Date.parse(text)
}

function shown(email: ResourceRow, withStats: boolean): ResourceRow {
  if (withStats) return email
  const { stats: _, ...rest } = email
  return rest
}

function readEmail(call: Call, context: Context): Answer {
  context.access.requireOneOf(scopes)
  return jsonAnswer(shown(requiredEmail(call, context), flagOption(call, 'includeStats')))
}

function readStatistics(call: Call, context: Context): Answer {
  context.access.requireOneOf(scopes)
  return jsonAnswer(requiredEmail(call, context)['stats'] ?? {})
}

function listStatistics(call: Call, context: Context): Answer {
  context.access.requireOneOf(scopes)
  const ids = listOption(call, 'emailIds')
  const emails = rowsOf(context.resources.list('marketing_email')).filter(
    (email) => ids.length === 0 || ids.includes(String(email['id'])),
  )
  const byCampaign = emails.map((email) => [
    String(email['primaryEmailCampaignId']),
    email['stats'],
  ])
  return jsonAnswer({
    aggregate: emails[0]?.['stats'] ?? {},
    campaignAggregations: Object.fromEntries(byCampaign),
    emails: emails.map((email) => Number(email['id'])),
  })
}

function requiredEmail(call: Call, context: Context): ResourceRow {
  const id = parameter(call, 'emailId')
  const email = context.resources.find('marketing_email', id)
  if (email === undefined) throw notFound(`No email found with id ${id}`)
  return email.row
}

/** Paged by a plain number; stamps in milliseconds, numbers for ids. */
function listLegacyEmails(call: Call, context: Context): Answer {
  context.access.requireOneOf(scopes)
  const offset = Number(call.query.get('offset') ?? 0)
  const limit = Number(call.query.get('limit') ?? 10)
  const emails = rowsOf(context.resources.list('marketing_email'))
  const objects = emails.slice(offset, offset + limit).map((email) => ({
    id: Number(email['id']),
    name: email['name'],
    subject: email['subject'],
    state: email['state'],
    created: Date.parse(String(email['createdAt'])),
    updated: Date.parse(String(email['updatedAt'])),
    isPublished: email['isPublished'],
    archived: email['archived'],
    stats: email['stats'],
  }))
  return jsonAnswer({ limit, objects, offset, total: emails.length, totalCount: emails.length })
}
