import { createServer, type IncomingHttpHeaders, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { browserMissing, closePages, shareBrowser, takePage } from '../support/dashboard/browser.ts'
import {
  type DashboardProcess,
  type DashboardProject,
  openDashboardProject,
} from '../support/dashboard/open-dashboard.ts'
import { runsOf } from '../support/watch-run.ts'

let opened: DashboardProject
let dashboard: DashboardProcess

beforeAll(async () => {
  opened = await openDashboardProject({ entities: ['tasks'], records: { tasks: 20 } })
  dashboard = await opened.serve()
})

afterAll(() => opened?.[Symbol.asyncDispose]())

interface Asked {
  readonly method?: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** With Node's own client, which sends any header. */
function ask({ method = 'GET', path, headers = {}, body = '' }: Asked) {
  return new Promise<{ status: number; text: string; headers: IncomingHttpHeaders }>(
    (resolve, reject) => {
      const { hostname, port } = new URL(dashboard.url)
      const options = { hostname, port, method, path, headers, agent: false }
      const asked = request(options, (answer) => {
        let text = ''
        answer.setEncoding('utf8').on('data', (part: string) => {
          text += part
        })
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, text, headers: answer.headers }),
        )
      })
      asked.on('error', reject)
      asked.end(body)
    },
  )
}

const form = { 'Content-Type': 'application/x-www-form-urlencoded' }
const start = { method: 'POST', path: '/entities/tasks/sync', body: 'mode=full' }

describe('what changes something', () => {
  test.each([
    ['without an origin', {}],
    ['of no origin', { Origin: 'null' }],
    ['of another site', { Origin: 'https://example.com' }],
    ['of another port', { Origin: 'http://localhost:1' }],
    ['of what is no origin', { Origin: 'localhost' }],
    ['of another site, says the browser', { 'Sec-Fetch-Site': 'cross-site' }],
    ['of another port, says the browser', { 'Sec-Fetch-Site': 'same-site' }],
    ['of nobody, says the browser', { 'Sec-Fetch-Site': 'none' }],
  ])('is refused %s', async (_, headers: Record<string, string>) => {
    const own = 'Sec-Fetch-Site' in headers ? { Origin: dashboard.url } : {}
    for (const path of [
      '/entities/tasks/sync',
      '/entities/tasks/cancel',
      '/entities/tasks/check',
      '/entities/tasks/replay',
      '/entities/tasks/properties/export',
      '/drift/look',
    ]) {
      const answer = await ask({ ...start, path, headers: { ...form, ...own, ...headers } })
      expect({ path, ...answer }).toMatchObject({
        path,
        status: 403,
        text: 'This request came from another site, so nothing was done.',
      })
    }
    expect(await runsOf(opened.database, 'tasks')).toEqual([])
  })

  test.each(['PUT', 'DELETE', 'PATCH', 'OPTIONS'])('is refused by %s too', async (method) => {
    const answer = await ask({
      path: start.path,
      method,
      headers: { Origin: 'https://example.com' },
    })
    expect(answer.status).toBe(403)
    expect(answer.headers['access-control-allow-origin']).toBeUndefined()
  })

  test('is refused when it is more than any form of ours', async () => {
    const body = `mode=full&more=${'x'.repeat(300_000)}`
    const headers = {
      ...form,
      Origin: dashboard.url,
      'Content-Length': String(body.length),
    }
    expect((await ask({ ...start, body, headers })).status).toBe(413)
    expect(await runsOf(opened.database, 'tasks')).toEqual([])
  })
})

describe('a name that only resolves to this machine', () => {
  test.each([
    'evil.example',
    'evil.example:5001',
    'localhost.evil.example',
    '10.0.0.7',
    '127.0.0.1.evil.example',
  ])('is refused: `%s`', async (host) => {
    for (const path of ['/', '/entities/tasks', '/live', '/metrics', '/assets/live.js']) {
      const { status, text } = await ask({ path, headers: { Host: host } })
      expect({ path, status }).toEqual({ path, status: 403 })
      expect(text).toBe(
        'This dashboard accepts only the host name localhost; open it under that name.',
      )
    }
    const headers = { ...form, Host: host, Origin: `http://${host}` }
    expect((await ask({ ...start, headers })).status).toBe(403)
    expect(await runsOf(opened.database, 'tasks')).toEqual([])
  })

  test.each(['localhost', 'localhost:5001', '127.0.0.1', '127.0.0.1:80', '[::1]:5001'])(
    'is not `%s`',
    async (host) => {
      expect((await ask({ path: '/', headers: { Host: host } })).status).toBe(200)
    },
  )
})

test('pages may be framed by nobody, kept by nobody, and run no script but ours', async () => {
  for (const path of ['/', '/quality', '/nothing/here', '/entities/tasks/properties']) {
    const { headers } = await ask({ path })
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'referrer-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    })
    const policy = String(headers['content-security-policy'])
    expect(policy.split('; ')).toEqual(
      expect.arrayContaining([
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
      ]),
    )
    expect(policy).not.toContain('unsafe')
  }
})

describe.skipIf(browserMissing !== undefined)('in a browser', () => {
  let browser: Browser

  beforeAll(async () => {
    browser = await shareBrowser()
  })

  afterAll(() => closePages(browser))

  test('a page of another site can neither start a sync nor read or frame a page', async () => {
    const action = `${dashboard.url}/entities/tasks/sync`
    const site = createServer((_, answer) => {
      answer.setHeader('Content-Type', 'text/html')
      answer.end(
        `<form method="post" action="${action}"><button name="mode" value="full">Win</button></form>` +
          `<iframe src="${dashboard.url}/"></iframe>`,
      )
    })
    await new Promise<void>((resolve) => {
      site.listen(0, '127.0.0.1', resolve)
    })
    const { port } = site.address() as AddressInfo
    try {
      for (const host of ['localhost', '127.0.0.1']) {
        const page = await takePage()
        await page.goto(`http://${host}:${port}/`)
        expect(page.frames().map((frame) => frame.url())).not.toContain(`${dashboard.url}/`)
        const outcomes = await page.evaluate(async (url) => {
          const body = new URLSearchParams({ mode: 'full' })
          const tried = (options: RequestInit) =>
            fetch(url, { method: 'POST', body, ...options }).then(
              ({ type }) => type,
              () => 'refused',
            )
          return [await tried({ credentials: 'include' }), await tried({ mode: 'no-cors' })]
        }, action)
        expect(outcomes).toEqual(['refused', 'refused'])
        const [answer] = await Promise.all([
          page.waitForResponse((response) => response.request().isNavigationRequest()),
          page.getByRole('button', { name: 'Win' }).click(),
        ])
        expect(answer.url()).toBe(action)
        expect(answer.status()).toBe(403)
      }
    } finally {
      site.closeAllConnections()
      site.close()
    }
    expect(await runsOf(opened.database, 'tasks')).toEqual([])
  })
})
