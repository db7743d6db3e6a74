import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readDocument } from '../docs/read-documents.ts'
import {
  browserMissing,
  closePages,
  shareBrowser,
  takePage,
  watchPage,
} from '../support/dashboard/browser.ts'
import { type DashboardProject, openDashboardProject } from '../support/dashboard/open-dashboard.ts'
import { type Nginx, nginxMissing, startNginx } from '../support/dashboard/start-nginx.ts'
import { untilOutcome } from '../support/watch-run.ts'

const token = 'a-token-of-the-tests-2f6b1c'

/** The sample of docs/dashboard.md. */
const documented = /^location [^}]+}/m.exec(readDocument('docs/dashboard.md').text)?.[0] ?? ''

describe.skipIf(nginxMissing !== undefined)('behind nginx, which buffers', () => {
  let opened: DashboardProject
  let nginx: Nginx

  beforeAll(async () => {
    opened = await openDashboardProject({ entities: ['tasks'], records: { tasks: 20 } })
    const stripped = await opened.serve([], { HUBGEN_DASHBOARD_TOKEN: token })
    const passedOn = await opened.serve(['--base-path', '/hubgen/'])
    expect(passedOn.url).toMatch(/^http:\/\/localhost:\d+\/hubgen$/)
    nginx = await startNginx(`
    ${documented.replace('127.0.0.1:5001', `127.0.0.1:${passedOn.port}`)}
    location /stripped/ {
      proxy_pass http://127.0.0.1:${stripped.port}/;
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-Prefix /stripped;
    }
    location /secure/ {
      proxy_pass http://127.0.0.1:${stripped.port}/;
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-Prefix /secure;
      proxy_set_header X-Forwarded-Proto https;
    }`)
  })

  afterAll(async () => {
    await nginx?.[Symbol.asyncDispose]()
    await opened?.[Symbol.asyncDispose]()
  })

  /** Every address that the pages from this one on name, each fetched once; rejects at one outside the path. */
  async function follow(path: string, headers: Readonly<Record<string, string>> = {}) {
    const seen = new Map<string, number>()
    const waiting = [`${path}/`]
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (seen.has(next)) continue
      const answer = await fetch(`${nginx.url}${next}`, { headers, redirect: 'manual' })
      seen.set(next, answer.status)
      if (answer.headers.get('content-type')?.startsWith('text/html') !== true) {
        await answer.body?.cancel()
        continue
      }
      const found = [...(await answer.text()).matchAll(/<(\w+)[^>]*? ([\w-]+)="(\/[^"]*)"/g)]
      for (const [, element = '', attribute = '', value = ''] of found) {
        if (attribute === 'value') continue
        expect({ on: next, element, attribute, value: value.slice(0, path.length + 1) }).toEqual({
          on: next,
          element,
          attribute,
          value: `${path}/`,
        })
        if (element !== 'form') waiting.push(value.replaceAll('&amp;', '&'))
      }
    }
    return seen
  }

  async function logIn(path: string): Promise<Response> {
    return fetch(`${nginx.url}${path}/login`, {
      method: 'POST',
      redirect: 'manual',
      headers: { Origin: nginx.url, 'Content-Type': 'application/x-www-form-urlencoded' },
      body: `token=${token}`,
    })
  }

  test('links, redirects and cookies have the path, stripped or not', async () => {
    await opened.typed('sync', 'tasks')
    const person = { Accept: 'text/html' }
    const refused = await fetch(`${nginx.url}/stripped/quality`, {
      headers: person,
      redirect: 'manual',
    })
    expect([refused.status, refused.headers.get('location')]).toEqual([303, '/stripped/login'])
    for (const [path, secure] of [
      ['/stripped', false],
      ['/secure', true],
    ] as const) {
      const answer = await logIn(path)
      expect([answer.status, answer.headers.get('location')]).toEqual([303, `${path}/`])
      const cookie = answer.headers.get('set-cookie') ?? ''
      expect(cookie).toContain(`; Path=${path};`)
      expect(/; Secure/.test(cookie)).toBe(secure)
    }
    const [cookie = ''] = ((await logIn('/stripped')).headers.get('set-cookie') ?? '').split(';')
    for (const seen of [await follow('/stripped', { Cookie: cookie }), await follow('/hubgen')]) {
      expect([...seen].filter(([, status]) => status !== 200)).toEqual([])
      const paths = [...seen.keys()].join('\n')
      expect(paths).toMatch(/\/live\/tasks$/m)
      expect(paths).toMatch(/\/assets\/style\.css$/m)
      expect(paths).toMatch(/\/runs\/\d+$/m)
      expect(seen.size).toBeGreaterThan(10)
    }
  })

  describe.skipIf(browserMissing !== undefined)('in a browser', () => {
    let browser: Browser

    beforeAll(async () => {
      browser = await shareBrowser()
    })

    afterAll(() => closePages(browser))

    test('pages are live, and what arrives live has the path as well', async () => {
      const page = await takePage()
      const watch = watchPage(page, nginx.url)
      await page.goto(`${nginx.url}/stripped/`)
      expect(page.url()).toBe(`${nginx.url}/stripped/login`)
      await page.getByLabel('Token of this dashboard').fill(token)
      await page.keyboard.press('Enter')
      await page.waitForURL(`${nginx.url}/stripped/`)
      await page.goto(`${nginx.url}/stripped/entities/tasks`)
      await page.locator('#connection', { hasText: 'live' }).waitFor()
      await page.getByRole('button', { name: 'Sync what changed' }).click()
      await page.waitForURL(`${nginx.url}/stripped/entities/tasks`)
      await untilOutcome(page, 'succeeded')
      const run = page.locator('#history tbody tr').first().getByRole('link')
      expect(await run.getAttribute('href')).toMatch(/^\/stripped\/runs\/\d+$/)
      await run.click()
      await page.waitForURL(/\/stripped\/runs\/\d+$/)
      await page.getByRole('button', { name: 'Log out' }).click()
      await page.waitForURL(`${nginx.url}/stripped/login`)
      await page.goto(`${nginx.url}/stripped/drift`)
      expect(page.url()).toBe(`${nginx.url}/stripped/login`)
      expect(watch.problems).toEqual([])
    })
  })
})
