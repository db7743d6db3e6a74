import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { browserMissing, closePages, takePage } from '../support/dashboard/browser.ts'
import { findUnreadable } from '../support/dashboard/inspect-page.ts'
import { installCommands } from '../support/installed-commands.ts'
import type { NodeProcess } from '../support/node-process.ts'
import { createDatabase, type TestDatabase } from '../support/postgres.ts'
import { runHubgen, startHubgen } from '../support/run-hubgen.ts'
import { startTestSimulator } from '../support/simulator.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const stack = new AsyncDisposableStack()
let root = ''
let environment: Record<string, string> = {}
let acme: TestDatabase
let queue: TestDatabase
let dashboard: NodeProcess
let url = ''

beforeAll(async () => {
  const simulator = stack.use(await startTestSimulator({ records: { deals: 20 }, portalId: 101 }))
  acme = stack.use(await createDatabase())
  queue = stack.use(await createDatabase())
  root = stack.use(await temporaryDirectory()).path
  environment = {
    PATH: await installCommands(root),
    HUBSPOT_API_URL: simulator.url,
    TOKEN: simulator.token,
    ACME_DATABASE: acme.url,
    GLOBEX_DATABASE: 'postgres://nobody@127.0.0.1:1/globex',
    QUEUE: queue.url,
    HUBGEN_LOGS: 'off',
  }
  await writePortals()
  await mkdir(join(root, 'portals/globex'), { recursive: true })
  for (const command of ['explore deals', 'generate deals', 'migrate', 'sync deals']) {
    await succeed(...command.split(' '), '--portal', 'acme')
  }
  await succeed('portals', 'apply')
  await queue.query(`INSERT INTO hubgen_queue.portal_summary
      (portal, started_at, ended_at, whole_at, outcome, code, verdict, oldest_at, pending_migrations)
    VALUES ('acme', now(), now(), now(), 'whole', NULL, 'good', now() - interval '3 minutes', 0),
      ('globex', now(), now(), NULL, 'refused', 'INSTALLATION_REVOKED', NULL, NULL, 2)`)
  dashboard = startHubgen(root, ['dashboard', '--port', '0', '--json'], environment)
  await dashboard.says(/\n/)
  url = JSON.parse(dashboard.output()).url
}, 120_000)

afterAll(async () => {
  dashboard?.kill('SIGTERM')
  await dashboard?.ended.catch(() => {})
  await closePages(undefined)
  await stack.disposeAsync()
})

async function writePortals(): Promise<void> {
  const from = { tokenFrom: 'TOKEN' }
  const portals = {
    acme: { ...from, portalId: 101, databaseFrom: 'ACME_DATABASE' },
    globex: { ...from, portalId: 102, databaseFrom: 'GLOBEX_DATABASE' },
  }
  const text = `export default ${JSON.stringify({ queueFrom: 'QUEUE', portals })}`
  await writeFile(join(root, 'hubgen.portals.ts'), text)
}

async function succeed(...args: readonly string[]): Promise<void> {
  const { exitCode, output, errors } = await runHubgen(root, args, environment)
  expect(exitCode, `${output}\n${errors}`).toBe(0)
}

async function ask(path: string, init: RequestInit = {}) {
  const response = await fetch(`${url}${path}`, { redirect: 'manual', ...init })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

test('all portals are on one page, trouble first', async () => {
  expect((await ask('/')).headers.get('location')).toBe('/portals')
  const { status, text } = await ask('/portals')
  expect(status).toBe(200)
  const rows = [...text.matchAll(/<tr><th scope="row">[\s\S]*?<\/tr>/g)].map(([row]) => row)
  expect(rows).toHaveLength(2)
  expect(rows[0]).toContain('<a href="/p/globex/">globex</a>')
  expect(rows[0]).toContain('INSTALLATION_REVOKED')
  expect(rows[0]).toContain('2 pending')
  expect(rows[1]).toMatch(/whole, <time[\s\S]*\d min ago/)
  expect(text).toContain('1 portal needs attention.')
})

test('buttons run, pause, resume and retry a portal, for own pages alone', async () => {
  const headers = { Origin: url, 'Sec-Fetch-Site': 'same-origin' }
  const press = (action: string, name = 'acme', from: Record<string, string> = headers) =>
    ask(`/portals/${name}/${action}`, { method: 'POST', headers: from })
  const buttons = async (name: string) => {
    const { text } = await ask('/portals')
    return [...text.matchAll(/action="\/portals\/(\w+)\/(\w+)"/g)]
      .filter(([, portal]) => portal === name)
      .map(([, , action]) => action)
  }
  const stateOf = async () => {
    const { output } = await runHubgen(root, ['portals', 'list', 'acme', '--json'], environment)
    return JSON.parse(output === '' ? '{}' : output).portals[0]
  }
  expect(await buttons('acme')).toEqual(['run', 'pause'])
  const paused = await press('pause')
  expect(paused.status, paused.text).toBe(303)
  expect(paused.headers.get('location')).toBe('/portals')
  expect(await buttons('acme')).toEqual(['resume'])
  expect((await stateOf()).state).toBe('paused')
  const refused = await press('run')
  expect(refused.status).toBe(409)
  expect(refused.text).toContain('is paused')
  expect((await press('resume')).status).toBe(303)
  expect((await press('run')).status).toBe(303)
  expect((await stateOf()).state).toBe('waiting')
  await queue.query(
    "INSERT INTO hubgen_queue.job (name, singleton_key, state) VALUES ('portal-dead', 'globex', 'created')",
  )
  expect(await buttons('globex')).toEqual(['retry', 'pause'])
  expect((await press('retry', 'globex')).status).toBe(303)
  expect(await buttons('globex')).toEqual(['run', 'pause'])
  const foreign = { Origin: 'https://evil.example.com' }
  expect((await press('pause', 'acme', foreign)).status).toBe(403)
  expect((await ask('/portals/acme/pause')).status).toBe(404)
  for (const [action, name] of [
    ['pause', 'initech'],
    ['drop', 'acme'],
    ['pause', '..%2facme'],
  ]) {
    expect((await press(action ?? '', name)).status).toBe(404)
  }
  expect((await stateOf()).paused).toBe(false)
})

test("metrics carry the portal, and asking opens no portal's database", async () => {
  const { text } = await ask('/metrics')
  expect(text).toContain('hubgen_portal_pending_migrations{portal="globex"} 2')
  const [, age] = /^hubgen_portal_oldest_age_seconds\{portal="acme"\} (\S+)/m.exec(text) ?? []
  expect(Number(age)).toBeGreaterThanOrEqual(180)
  expect(text).toContain('hubgen_queue_up 1')
  const connections = await acme.query<{ count: string }>(
    `SELECT count(*) FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid()`,
  )
  expect(connections).toEqual([{ count: '0' }])
})

test('the page says that the tables of the queue went away', async () => {
  await queue.query('ALTER SCHEMA hubgen_queue RENAME TO kept')
  const { status, text } = await ask('/portals')
  const metrics = await ask('/metrics')
  await queue.query('ALTER SCHEMA kept RENAME TO hubgen_queue')
  expect(status).toBe(503)
  expect(text).toContain('QUEUE_NOT_READY')
  expect(metrics.text).toContain('hubgen_queue_up 0')
  expect((await ask('/portals')).status).toBe(200)
})

test("a portal's pages are below its name, with its links and buttons", async () => {
  expect((await ask('/p/acme')).headers.get('location')).toBe('/p/acme/')
  const { status, text } = await ask('/p/acme/')
  expect(status, text).toBe(200)
  expect(text).toContain('href="/p/acme/entities/deals"')
  expect(text).toContain('<a href="/p/acme/../../portals">All portals</a>')
  expect((await ask('/p/acme/entities/deals')).text).toContain('Deals')
  expect((await ask('/p/acme/metrics')).text).toContain('hubgen_up{portal="acme"} 1')
  expect((await ask('/p/acme/assets/style.css')).headers.get('content-type')).toContain('text/css')
  const headers = { Origin: url, 'Sec-Fetch-Site': 'same-origin' }
  const path = '/p/acme/entities/deals/check'
  const checked = await ask(path, { method: 'POST', headers })
  expect(checked.status, checked.text).toBe(303)
  expect(checked.headers.get('location')).toMatch(/^\/p\/acme\/entities\/deals/)
  const foreign = { Origin: 'https://evil.example.com' }
  expect((await ask(path, { method: 'POST', headers: foreign })).status).toBe(403)
})

test('a portal that is not in the file, or whose pages do not start, has an error page', async () => {
  expect((await ask('/p/initech/')).status).toBe(404)
  expect((await ask('/p/..%2f..%2fetc/')).status).toBe(404)
  const { status, text } = await ask('/p/globex/')
  expect(status).toBe(500)
  expect(text).toContain('PORTAL_PAGES_ENDED')
})

describe.skipIf(browserMissing !== undefined)('in a browser', () => {
  test('the page of all portals is readable, and leads to a portal and back', async () => {
    const page = await takePage()
    await page.goto(`${url}/portals`)
    expect(await findUnreadable(page)).toEqual([])
    await page.getByRole('button', { name: 'Pause: acme' }).click()
    await page.getByRole('button', { name: 'Resume: acme' }).click()
    await page.getByRole('button', { name: 'Run now: acme' }).waitFor()
    await page.getByRole('link', { name: 'acme' }).click()
    await page.waitForURL(`${url}/p/acme/`)
    await page.getByRole('link', { name: 'All portals' }).click()
    await page.waitForURL(`${url}/portals`)
  })
})
