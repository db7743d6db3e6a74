import { expect, test } from 'vitest'
import { renderEntityState } from '../../dashboard/pages/entity.ts'
import { plainList } from '../../dashboard/pages/entity-list.ts'
import { renderOverview } from '../../dashboard/pages/overview.ts'
import { colourOf, type Place, renderPlace } from '../../dashboard/pages/place.ts'
import { chooseHues } from '../../dashboard/pages/states.ts'
import type {
  CopyStatus,
  EntityStatus,
  PastRun,
  Schedule,
} from '../../runtime/monitoring/copy-status.ts'
import { neverSynced } from '../../runtime/monitoring/read-status.ts'

const now = new Date('2026-11-29T12:00:00Z')
const hostile = '<img src=x onerror=alert(1)>"\''
const names = ['calls', 'companies', 'contacts', 'deals', 'emails', 'invoices', 'notes', 'tasks']

function minutesAgo(minutes: number): Date {
  return new Date(now.getTime() - minutes * 60_000)
}

const run: PastRun = {
  ...{ id: '7', mode: 'incremental', outcome: 'succeeded', seconds: 9 },
  ...{ startedAt: minutesAgo(12), finishedAt: minutesAgo(11), calls: 9, error: null, fix: null },
  ...{ read: 0, inserted: 0, updated: 0, unchanged: 0, deleted: 0, holder: null },
  ...{ rejectedValues: 0, rejectedRecords: 0 },
}

const schedule: Schedule = {
  ...{ source: 'every', everySeconds: 900, lastAt: minutesAgo(12), nextAt: minutesAgo(-3) },
  ...{ missed: 0, machine: 'etl-1', quietUntil: null },
}

/** Up to date, compared, and checked. */
const right: Partial<EntityStatus> = {
  ...{ state: 'ok', lastRun: run, lastSync: run, lastSuccess: run, schedule },
  freshness: { asOf: minutesAgo(12), ageSeconds: 720, oldest: null, parts: [] },
  audit: { at: minutesAgo(60), records: 200, differing: 0, unexplained: [] },
  drift: { lookedAt: minutesAgo(60), grave: 0, lesser: 0 },
  checks: { checkedAt: minutesAgo(60), passed: 9, failed: 0, unjudged: 1 },
}

function copyOf(change: (name: string) => Partial<EntityStatus>, of = names): CopyStatus {
  const watched = of.map((name) => ({ name, table: `hubspot.${name}` as const, label: name }))
  const status = neverSynced(watched, { now })
  const entities = status.entities.map((one) => ({ ...one, ...change(one.entity) }))
  const never = entities.filter(({ state }) => state === 'never').length
  return {
    ...status,
    entities,
    totals: { ...status.totals, states: { ...status.totals.states, never } },
  }
}

async function overview(status: CopyStatus): Promise<string> {
  return String(await renderOverview(status, chooseHues(names), plainList))
}

/** Text as people see it. */
function textOf(html: string): string {
  return html
    .replaceAll(/<\/?(?:p|h1|h2|li|dl|dt|dd|div|section|button|header|th|td|option)\b[^>]*>/g, ' ')
    .replaceAll(/<[^>]+>/g, '')
    .replaceAll(/\s+/g, ' ')
}

test('all right: since when, and when the next round is due, by which schedule and where', async () => {
  const html = await overview(copyOf(() => right))
  expect(html).toContain('<h1 class="answer good">All right: 8 entities up to date</h1>')
  const text = textOf(html)
  expect(text).toContain('Rows show HubSpot as of 12 min ago or later.')
  expect(text).toContain('Next round in 3 min (hubgen sync --every, every 15 min on etl-1).')
  expect(text).not.toContain('Never looked')
  expect(html).not.toContain('class="cause')
})

test('an expired token is one banner with its fix, not eight', async () => {
  const failed = { ...run, outcome: 'not_started', error: 'TOKEN_REJECTED: HubSpot rejects it' }
  const lastSync = { ...failed, fix: 'put a new key into `.env` as HUBSPOT_API_TOKEN' }
  const html = await overview(
    copyOf(() => ({ ...right, state: 'failed', lastRun: lastSync, lastSync })),
  )
  expect(html.match(/class="cause /g)).toHaveLength(1)
  const text = textOf(html)
  expect(text).toContain('8 of 8 entities need attention: HubSpot rejects the token')
  expect(text).toContain('calls, companies, contacts, deals, emails, invoices and 2 more')
  expect(text).toContain('Fix: put a new key into .env as HUBSPOT_API_TOKEN')
  expect(text.match(/TOKEN_REJECTED/g)).toHaveLength(1)
})

test('where nobody has looked there is no zero and nothing green', async () => {
  const rows = { live: 0, deleted: 0, estimated: false }
  const html = await overview(copyOf(() => ({ rows })))
  expect(html).not.toMatch(/>0</)
  expect(html).toContain('<h1 class="answer idle">Nothing was synced yet: 8 entities</h1>')
  expect(html).toMatch(/<p class="number">–<\/p>/)
  expect(html).not.toMatch(/<p class="number">[^–]/)
  expect(html).not.toContain('good')
  expect(html).not.toMatch(/<dd>0<\/dd>/)
  expect(textOf(html)).toContain('8 never synced')
  expect(html).toContain('<button class="primary" id="sync-never">Sync all</button>')
  expect(html.match(/name="entity" value="/g)).toHaveLength(8)
})

test('entities without a look are counted, also next to others that have one', async () => {
  const html = await overview(
    copyOf((name) => (name === 'deals' ? { ...right, checks: null, drift: null } : right)),
  )
  expect(textOf(html)).toContain('Never looked: drift (1 of 8), checks (1 of 8)')
  expect(textOf(html)).toContain('1 entity never checked')
})

test('entities that were never synced are one banner with one button', async () => {
  const html = await overview(copyOf((name) => (name === 'deals' ? right : {})))
  expect(html).toContain(
    '<h1 class="answer warn">7 of 8 entities need attention: never synced</h1>',
  )
  expect(html).toContain('<button class="primary" id="sync-never">Sync these 7</button>')
  expect(html).not.toContain('name="entity" value="deals"')
})

test('a lost property is named, with the time since when', async () => {
  const since = minutesAgo(180)
  const unanswered = [{ property: hostile, part: 'records' as const, since }]
  const html = await overview(
    copyOf((name) => (name === 'deals' ? { ...right, unanswered } : right)),
  )
  expect(textOf(html)).toContain('1 of 8 entities needs attention: HubSpot no longer sends')
  expect(textOf(html)).toContain('for 3 h: the table keeps old values')
  expect(html).toContain('<a href="/entities/deals/properties"><bdi>deals</bdi></a>')
  expect(html).not.toContain('<img')
})

test('a schedule that stopped is a cause, with its rhythm and its machine', async () => {
  const late = { ...schedule, lastAt: minutesAgo(52), nextAt: minutesAgo(37), missed: 3 }
  const text = textOf(await overview(copyOf(() => ({ ...right, schedule: late }))))
  expect(text).toContain('8 of 8 entities need attention: scheduled syncs do not run any more')
  expect(text).toContain('Nothing has run for 3 rounds')
  expect(text).toContain('they came every 15 min on etl-1, the last one 52 min ago')
  expect(text).toContain('calls late')
})

test('a failure that stops the rounds shows how many are missing', async () => {
  const lastSync = { ...run, outcome: 'failed', error: 'TABLE_OUTDATED: it lacks a column' }
  const late = { ...schedule, lastAt: minutesAgo(52), nextAt: minutesAgo(37), missed: 3 }
  const text = textOf(
    await overview(copyOf(() => ({ ...right, state: 'failed', lastSync, schedule: late }))),
  )
  expect(text).toContain('Nothing has run for 3 rounds: hubgen sync --every')
  expect(text).toContain('last 52 min ago')
})

test('runs of cron have a rhythm, too; a run now is the round; without a rhythm it says so', async () => {
  const inferred = { ...schedule, source: 'runs', everySeconds: 3_580 } as const
  const of = (change: Partial<EntityStatus>) => overview(copyOf(() => ({ ...right, ...change })))
  expect(textOf(await of({ schedule: inferred }))).toContain(
    '(runs come about every hour on etl-1)',
  )
  expect(textOf(await of({ schedule: null }))).toContain('No schedule is known yet')
  const due = { ...schedule, nextAt: minutesAgo(0.5) }
  expect(textOf(await of({ schedule: due }))).toContain('Next round: due now')
})

test('the page of an entity has the same banners', async () => {
  const lastSync = { ...run, outcome: 'failed', error: `BATCH_REFUSED: ${hostile}`, fix: hostile }
  const [status] = copyOf(() => ({ ...right, state: 'failed', lastSync, unread: 3 })).entities
  if (status === undefined) throw new Error('no entity')
  const html = String(await renderEntityState({ status, start: null, now }))
  expect(html.match(/class="cause /g)).toHaveLength(2)
  expect(textOf(html)).toContain('The last sync failed: BATCH_REFUSED')
  expect(html).not.toContain('<img')
})

const place: Place = {
  portal: { portalId: '8100142', uiDomain: 'app-eu1.hubspot.com' },
  portalName: hostile,
  ...{ database: hostile, schemas: ['hubspot', 'crm'], environment: hostile, timeZone: hostile },
}

test('every page names the portal, the database and the environment', async () => {
  const html = String(await renderPlace(place))
  expect(html).toContain('href="https://app-eu1.hubspot.com/contacts/8100142"')
  expect(html).toContain('schemas <code>hubspot, crm</code>')
  expect(html).not.toContain('<img')
  const unknown = { ...place, portal: null, portalName: null, environment: null, timeZone: null }
  expect(textOf(String(await renderPlace(unknown)))).toContain('portal unknown')
})

test.each([
  ['production', 'production'],
  ['PROD EU', 'production'],
  ['pre-production', 'staging'],
  ['Staging 2', 'staging'],
  ['QA', 'staging'],
  ['my sandbox', 'development'],
  ['dev', 'development'],
  ['Sülzfeld', 'other'],
  [null, ''],
])('environment %s is %s', (environment, colour) => {
  expect(colourOf(environment)).toBe(colour)
})
