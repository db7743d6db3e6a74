import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import {
  type DashboardProcess,
  type DashboardProject,
  openDashboardProject,
} from '../support/dashboard/open-dashboard.ts'
import { runsOf } from '../support/watch-run.ts'

let opened: DashboardProject
let dashboard: DashboardProcess

beforeAll(async () => {
  opened = await openDashboardProject({
    entities: ['tasks', 'notes'],
    records: { tasks: 30, notes: 10 },
  })
  dashboard = await opened.serve()
})

afterAll(() => opened?.[Symbol.asyncDispose]())

async function page(path: string): Promise<string> {
  return (await fetch(`${dashboard.url}${path}`)).text()
}

async function post(path: string, body = '') {
  const answer = await fetch(`${dashboard.url}${path}`, {
    method: 'POST',
    redirect: 'manual',
    headers: { Origin: dashboard.url, 'Content-Type': 'application/x-www-form-urlencoded' },
    body,
  })
  const location = answer.headers.get('location')
  return { status: answer.status, location, text: await answer.text() }
}

const count = async (entity: string) => (await runsOf(opened.database, entity)).length

const untilRuns = (entity: string, runs: number) =>
  vi.waitFor(
    async () => {
      const found = await runsOf(opened.database, entity)
      expect(found.filter(({ outcome }) => outcome === 'succeeded')).toHaveLength(runs)
    },
    { timeout: 60_000, interval: 100 },
  )

test('all are synced one after another, once for a double click, without those that run already', async () => {
  const { gate } = opened
  gate.shut()
  const clicks = await Promise.all([post('/sync'), post('/sync')])
  expect(clicks.map(({ status }) => status).sort()).toEqual([303, 409])
  const started = clicks.find(({ location }) => location !== null)?.location ?? ''
  expect(started).toBe('/?started=2')
  expect(await page(started)).toContain('Started: 2 entities, one after another.')
  const refused = clicks.find(({ status }) => status === 409)?.text
  expect(refused).toContain('Nothing was queued')
  expect(refused).toContain('<title>Overview')
  gate.open()
  await Promise.all([untilRuns('tasks', 1), untilRuns('notes', 1)])
  await opened.settled()
  expect([await count('tasks'), await count('notes')]).toEqual([1, 1])
})

test('an entity with an active run is left to it, and named', async () => {
  const { database } = opened
  await database.query(
    `WITH made AS (INSERT INTO hubgen.run (entity, mode) VALUES ('tasks', 'incremental') RETURNING id)
     INSERT INTO hubgen.lease (entity, run_id, holder, expires_at)
     SELECT 'tasks', id, 'another machine', now() + interval '1 hour' FROM made
     ON CONFLICT (entity) DO UPDATE SET run_id = excluded.run_id, expires_at = excluded.expires_at`,
  )
  const notes = await count('notes')
  // The process of the sync before may need a moment to end; until then, nothing is started.
  const location = await vi.waitFor(
    async () => {
      const answer = await post('/sync')
      expect(answer.location).toBe('/?started=1&busy=tasks')
      return answer.location
    },
    { timeout: 30_000, interval: 100 },
  )
  expect(await page(location ?? '')).toContain('Left out, because a run is active: Tasks.')
  await untilRuns('notes', notes + 1)
  const refused = await post('/sync', 'entity=tasks')
  expect(refused.status).toBe(409)
  expect(refused.text).toContain('runs of all of them are active')
  await database.query('DELETE FROM hubgen.lease')
})

test('a sync of everything shows its cost and asks first', async () => {
  const before = await count('notes')
  const asked = await post('/entities/notes/sync', 'mode=full')
  expect(asked.status).toBe(200)
  expect(asked.text).toContain('Sync everything of <bdi>Notes</bdi>?')
  expect(asked.text).toMatch(/<dt>Records in HubSpot<\/dt><dd>10<\/dd>/)
  expect(asked.text).toMatch(/<dt>Calls<\/dt><dd>about \d+<\/dd>/)
  expect(asked.text).toMatch(/<dt>Share of today's limit<\/dt><dd>(\S+ \S+ )?of|HubSpot reports/)
  expect(await count('notes')).toBe(before)
  const confirmed = 'mode=full&confirmed=yes'
  const { gate } = opened
  gate.shut()
  const { status } = await vi.waitFor(
    async () => {
      const answer = await post('/entities/notes/sync', confirmed)
      expect(answer.status).toBe(303)
      return answer
    },
    { timeout: 30_000, interval: 100 },
  )
  const second = await post('/entities/notes/sync', confirmed)
  expect([status, second.status]).toEqual([303, 409])
  gate.open()
  await untilRuns('notes', before + 1)
  const runs = await runsOf(opened.database, 'notes')
  expect(runs.at(-1)?.mode).toBe('full')
  await opened.settled()
})

test('a cost that cannot be known is named, and prevents nothing', async () => {
  const other = await opened.serve([], { HUBSPOT_API_TOKEN: 'pat-eu1-of-nobody-at-all' })
  const answer = await fetch(`${other.url}/entities/notes/sync`, {
    method: 'POST',
    headers: { Origin: other.url, 'Content-Type': 'application/x-www-form-urlencoded' },
    body: 'mode=full',
  })
  const text = await answer.text()
  expect(answer.status).toBe(200)
  expect(text).toContain('The cost is not known: TOKEN_REJECTED')
  expect(text).toContain('name="confirmed" value="yes"')
  expect(text).not.toContain('of-nobody-at-all')
})

test('all are checked one after another, and the page says how far it is', async () => {
  const clicks = await Promise.all([post('/check'), post('/check')])
  expect(clicks.map(({ location }) => location)).toEqual(['/quality', '/quality'])
  await vi.waitFor(async () => {
    const html = await page('/quality')
    expect(html).not.toContain('not checked')
    expect(html).not.toContain('Checking ')
  }, 60_000)
  const rows = await opened.database.query<{ entity: string; times: string }>(
    'SELECT entity, count(DISTINCT checked_at) AS times FROM hubgen.check_result GROUP BY entity ORDER BY entity',
  )
  expect(rows).toEqual([
    { entity: 'notes', times: '1' },
    { entity: 'tasks', times: '1' },
  ])
})
