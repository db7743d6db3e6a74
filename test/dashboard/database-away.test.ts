import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { browserMissing, closePages, shareBrowser, takePage } from '../support/dashboard/browser.ts'
import { findPoorContrast } from '../support/dashboard/inspect-page.ts'
import {
  type DashboardProcess,
  type DashboardProject,
  openDashboardProject,
} from '../support/dashboard/open-dashboard.ts'
import { type DatabaseProxy, startDatabaseProxy } from '../support/database-proxy.ts'
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
    page = await takePage()
    await page.goto(`${dashboard.url}/`)
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
    const other = await page.context().newPage()
    const answer = await other.goto(`${dashboard.url}/drift`)
    expect(answer?.status()).toBe(503)
    const message = await other.locator('.message').innerText()
    expect(message).toMatch(/^DATABASE_\w+ /)
    expect(message).toContain('fix: ')
    await other.close()
  })

  test('a page that was shown before is shown greyed, as of that time, and nothing starts', async () => {
    const other = await browser.newPage({ timezoneId: 'Asia/Kolkata' })
    const answer = await other.goto(`${dashboard.url}/`)
    expect(answer?.status()).toBe(503)
    const banner = other.locator('#away')
    expect(await banner.innerText()).toMatch(
      /^The database does not answer\. This page is as of \d\d:\d\d; nothing can be started meanwhile\.\s+DATABASE_\w+ /,
    )
    const shown = await banner.locator('time').innerText()
    const at = await banner.locator('time').getAttribute('datetime')
    const inIndia = new Intl.DateTimeFormat('sv-SE', {
      ...{ hour: '2-digit', minute: '2-digit', timeZone: 'Asia/Kolkata' },
    })
    expect(shown).toBe(inIndia.format(new Date(at ?? '')))
    expect(await other.locator('#shown h1').innerText()).toContain('Nothing was synced yet')
    expect(await other.locator('#shown.away[inert]').count()).toBe(1)
    expect(await findPoorContrast(other)).toEqual([])
    await other.close()
  })

  test('an open page says so, and that it is live again', async () => {
    await page.locator('#connection', { hasText: 'the database does not answer' }).waitFor()
    await page.locator('#away', { hasText: /This page is as of \d\d:\d\d/ }).waitFor()
    expect(await page.locator('#shown[inert] #start-incremental').count()).toBe(1)
    await proxy.restore()
    await page.locator('#connection', { hasText: /^live$/ }).waitFor()
    expect(await page.locator('#away').innerText()).toBe('')
    expect(await page.locator('#shown[inert]').count()).toBe(0)
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
