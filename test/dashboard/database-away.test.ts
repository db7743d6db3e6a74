import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { browserMissing, closePages, shareBrowser } from '../support/browser.ts'
import { type DatabaseProxy, startDatabaseProxy } from '../support/database-proxy.ts'
import {
  type DashboardProcess,
  type DashboardProject,
  openDashboardProject,
} from '../support/open-dashboard.ts'
import { untilOutcome } from '../support/watch-run.ts'

describe.skipIf(browserMissing !== undefined)('while the database is away', () => {
  let opened: DashboardProject
  let proxy: DatabaseProxy
  let dashboard: DashboardProcess
  let browser: Browser
  let page: Page

  beforeAll(async () => {
    opened = await openDashboardProject({ entities: ['notes'], records: { notes: 20 } })
    proxy = await startDatabaseProxy(opened.database.url)
    dashboard = await opened.serve([], { DATABASE_URL: proxy.url })
    browser = await shareBrowser()
    page = await browser.newPage()
    await page.goto(`${dashboard.url}/entities/notes`)
    await page.locator('#connection', { hasText: 'live' }).waitFor()
    proxy.cut()
  })

  afterAll(async () => {
    await closePages(browser)
    await opened?.[Symbol.asyncDispose]()
    await proxy?.[Symbol.asyncDispose]()
  })

  test('a supervisor gets an error status, and a visitor sees the problem', async () => {
    const health = await fetch(`${dashboard.url}/healthz`)
    expect([health.status, await health.text()]).toEqual([503, 'the database does not answer\n'])
    const process = await fetch(`${dashboard.url}/healthz?database=no`)
    expect([process.status, await process.text()]).toEqual([200, 'ok\n'])
    const other = await browser.newPage()
    const answer = await other.goto(`${dashboard.url}/`)
    expect(answer?.status()).toBe(500)
    const message = await other.getByRole('alert').innerText()
    expect(message).toMatch(/^DATABASE_\w+ /)
    expect(message).toContain('fix: ')
    await other.close()
  })

  test('an open page says so, and that it is live again', async () => {
    await page.locator('#connection', { hasText: 'the database does not answer' }).waitFor()
    await proxy.restore()
    await page.locator('#connection', { hasText: /^live$/ }).waitFor()
  })

  test('nothing ends: the open page continues when it is back', async () => {
    await expect
      .poll(async () => (await fetch(`${dashboard.url}/healthz`)).status, { timeout: 30_000 })
      .toBe(200)
    await opened.typed('sync', 'notes')
    await untilOutcome(page, 'succeeded')
    expect(dashboard.process.errors()).toBe('')
  })
})
