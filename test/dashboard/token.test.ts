import { request } from 'node:http'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  browserMissing,
  closePages,
  shareBrowser,
  takePage,
  watchPage,
} from '../support/dashboard/browser.ts'
import {
  type DashboardProcess,
  type DashboardProject,
  openDashboardProject,
} from '../support/dashboard/open-dashboard.ts'
import { runsOf, untilOutcome } from '../support/watch-run.ts'

const token = 'a-token-of-the-tests-2f6b1c'

let opened: DashboardProject
let dashboard: DashboardProcess
/** The address for a browser on this machine, because 0.0.0.0 is not a target address. */
let origin: string

beforeAll(async () => {
  opened = await openDashboardProject({ entities: ['tasks'], records: { tasks: 20 } })
  dashboard = await opened.serve(['--host', '0.0.0.0'], { HUBGEN_DASHBOARD_TOKEN: token })
  origin = `http://127.0.0.1:${dashboard.port}`
})

afterAll(() => opened?.[Symbol.asyncDispose]())

function ask(path: string, headers: Readonly<Record<string, string>> = {}, body?: string) {
  const form = { 'Content-Type': 'application/x-www-form-urlencoded' }
  return fetch(`${origin}${path}`, {
    redirect: 'manual',
    headers: { ...(body !== undefined && form), ...headers },
    ...(body !== undefined && { method: 'POST', body }),
  })
}

describe('without a session', () => {
  test('a program is refused, a person is led to the login, and neither learns anything', async () => {
    for (const path of ['/', '/metrics', '/live', '/live/tasks', '/entities/tasks', '/nothing']) {
      const program = await ask(path)
      expect({ path, status: program.status }).toEqual({ path, status: 401 })
      expect(await program.text()).toBe('The token of this dashboard is missing or wrong.')
      const person = await ask(path, { Accept: 'text/html' })
      expect(person.status).toBe(303)
      expect(person.headers.get('location')).toBe('/login')
    }
  })

  test('nothing can be started, cancelled or looked for', async () => {
    for (const path of ['/entities/tasks/sync', '/entities/tasks/cancel', '/drift/look']) {
      const answer = await ask(path, { Origin: origin, Accept: 'text/html' }, 'mode=full')
      expect({ path, status: answer.status }).toEqual({ path, status: 401 })
    }
    expect(await runsOf(opened.database, 'tasks')).toEqual([])
  })

  test('a supervisor learns that it works', async () => {
    const answer = await ask('/healthz')
    expect([answer.status, await answer.text()]).toEqual([200, 'ok\n'])
  })

  test('a session that nobody signed opens nothing', async () => {
    const future = Date.now() + 1_000_000
    for (const cookie of [`${future}`, `${future}.c2lnbmF0dXJl`, `${future}.`]) {
      const answer = await ask('/', { Cookie: `hubgen_session=${cookie}` })
      expect({ cookie, status: answer.status }).toEqual({ cookie, status: 401 })
    }
  })
})

describe('the token', () => {
  test('as Bearer opens the figures, under any name of the machine', async () => {
    const answer = await ask('/metrics', { Authorization: `Bearer ${token}` })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    expect(await answer.text()).toMatch(/^# (HELP|TYPE) hubgen_/m)
    for (const wrong of ['Bearer ', `Bearer ${token}x`, `Basic ${token}`, token]) {
      expect((await ask('/metrics', { Authorization: wrong })).status).toBe(401)
    }
  })

  test('opens no sync for another site', async () => {
    const authorization = { Authorization: `Bearer ${token}` }
    const headers = { ...authorization, Origin: 'https://example.com' }
    expect((await ask('/entities/tasks/sync', headers, 'mode=full')).status).toBe(403)
    expect((await ask('/login', { Origin: 'https://example.com' }, `token=${token}`)).status).toBe(
      403,
    )
    expect(await runsOf(opened.database, 'tasks')).toEqual([])
  })

  test('lets the buttons work behind a TLS proxy that passes on the host name', async () => {
    const { hostname, port } = new URL(origin)
    const statusOf = (host: string) =>
      new Promise<number>((resolve, reject) => {
        const headers = {
          Authorization: `Bearer ${token}`,
          Host: host,
          Origin: 'https://hubgen.example.com',
          'Sec-Fetch-Site': 'same-origin',
        }
        const path = '/entities/tasks/cancel'
        request({ hostname, port, method: 'POST', path, headers, agent: false }, (answer) => {
          answer.resume()
          resolve(answer.statusCode ?? 0)
        })
          .on('error', reject)
          .end()
      })
    // The answer says that nothing runs, not that access is denied.
    expect(await statusOf('hubgen.example.com')).toBe(409)
    expect(await statusOf('localhost:5001')).toBe(403)
  })

  test('gives a session that no script reads and no other site sends', async () => {
    const answer = await ask('/login', { Origin: origin }, `token=${token}`)
    expect(answer.status).toBe(303)
    const cookie = answer.headers.get('set-cookie') ?? ''
    expect(cookie).toMatch(/; HttpOnly/)
    expect(cookie).toMatch(/; SameSite=Strict/)
    expect(cookie).not.toContain(token)
    expect(cookie).not.toMatch(/; Secure/)
    const proxied = { Origin: origin, 'X-Forwarded-Proto': 'https' }
    const secure = await ask('/login', proxied, `token=${token}`)
    expect(secure.headers.get('set-cookie')).toMatch(/; Secure/)
    const [session = ''] = cookie.split(';')
    expect((await ask('/', { Cookie: session })).status).toBe(200)
  })
})

describe.skipIf(browserMissing !== undefined)('in a browser', () => {
  let browser: Browser

  beforeAll(async () => {
    browser = await shareBrowser()
  })

  afterAll(() => closePages(browser))

  test('somebody logs in, starts a sync, and logs out', async () => {
    const page = await takePage()
    await page.goto(`${origin}/entities/tasks`)
    expect(page.url()).toBe(`${origin}/login`)
    await page.getByLabel('Token of this dashboard').fill('not the token at all')
    await page.getByRole('button', { name: 'Log in' }).click()
    expect(await page.getByRole('alert').innerText()).toBe('That is not the token.')

    const watch = watchPage(page, origin)
    await page.getByLabel('Token of this dashboard').fill(token)
    await page.keyboard.press('Enter')
    await page.waitForURL(`${origin}/`)
    await page.getByRole('link', { name: 'Tasks', exact: true }).first().click()
    await page.getByRole('button', { name: 'Sync what changed' }).click()
    await untilOutcome(page, 'succeeded')
    expect(watch.problems).toEqual([])

    await page.getByRole('button', { name: 'Log out' }).click()
    await page.waitForURL(`${origin}/login`)
    await page.goto(`${origin}/`)
    expect(page.url()).toBe(`${origin}/login`)
  })
})

test('guessing tokens is slowed down, and locks nobody out', async () => {
  const guesses = Array.from({ length: 30 }, (_, attempt) => `guess-number-${attempt}`)
  const logins = guesses.map((guess) => ask('/login', { Origin: origin }, `token=${guess}`))
  const statuses = (await Promise.all(logins)).map(({ status }) => status)
  expect(new Set(statuses)).toEqual(new Set([403, 429]))
  expect((await ask('/login', { Origin: origin }, 'token=one-more')).status).toBe(429)
  expect((await ask('/login', { Origin: origin }, `token=${token}`)).status).toBe(303)
  const bearers = guesses.map((guess) => ask('/metrics', { Authorization: `Bearer ${guess}` }))
  await Promise.all(bearers)
  const slowed = await ask('/metrics', { Authorization: 'Bearer one-more' })
  expect([slowed.status, slowed.headers.get('retry-after')]).toEqual([429, '60'])
  expect((await ask('/metrics', { Authorization: `Bearer ${token}` })).status).toBe(200)
})
