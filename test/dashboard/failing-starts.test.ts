import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  browserMissing,
  closePages,
  shareBrowser,
  takePage,
  watchPage,
} from '../support/dashboard/browser.ts'
import { type DashboardProject, openDashboardProject } from '../support/dashboard/open-dashboard.ts'
import { untilOutcome, untilState } from '../support/watch-run.ts'

describe.skipIf(browserMissing !== undefined)('a sync that cannot do its work', () => {
  let opened: DashboardProject
  let browser: Browser
  let page: Page

  beforeAll(async () => {
    opened = await openDashboardProject({
      entities: ['tasks', 'notes'],
      records: { tasks: 60, notes: 250 },
    })
    browser = await shareBrowser()
  })

  beforeEach(async () => {
    page = await takePage()
  })

  afterAll(async () => {
    await closePages(browser)
    await opened?.[Symbol.asyncDispose]()
  })

  /** The error of a run that was just started. */
  async function failureOf(url: string, entity: string): Promise<string> {
    const watch = watchPage(page, url)
    await page.goto(`${url}/entities/${entity}`)
    await page.getByRole('button', { name: 'Sync what changed' }).click()
    const told = page.getByRole('alert').filter({ hasText: 'The last start from here failed' })
    await told.waitFor()
    await page.getByRole('button', { name: 'Sync what changed' }).waitFor()
    expect(watch.problems).toEqual([])
    return told.innerText()
  }

  test('for want of a right token says so, and keeps the wrong one to itself', async () => {
    const wrong = 'pat-eu1-99999999-aaaa-bbbb-cccc-000000000000'
    const dashboard = await opened.serve([], { HUBSPOT_API_TOKEN: wrong })
    const failure = await failureOf(dashboard.url, 'notes')
    expect(failure).toContain('error[TOKEN_REJECTED]')
    expect(failure).toContain('fix: ')
    expect(await page.content()).not.toContain(wrong)
    await untilOutcome(page, 'not started')
    await untilState(page, 'failed')
    await page.goto(dashboard.url)
    const problem = page.locator('.cause', { hasText: 'HubSpot rejects the token' })
    expect(await problem.getByRole('link', { name: 'Notes' }).getAttribute('href')).toBe(
      '/entities/notes',
    )
  })

  test('for want of its table says what to type, and gets through once that is done', async () => {
    const dashboard = await opened.serve()
    await opened.database.query('DROP TABLE hubspot.task CASCADE')
    const failure = await failureOf(dashboard.url, 'tasks')
    expect(failure).toContain('hubspot.task')
    expect(failure).toContain('fix: ')
    await opened.database.query(`DELETE FROM hubgen.migration`)
    await opened.database.query(`DROP SCHEMA hubspot CASCADE`)
    await opened.typed('migrate')
    await page.getByRole('button', { name: 'Sync what changed' }).click()
    await untilOutcome(page, 'succeeded')
    await untilState(page, 'up to date')
    expect(await page.getByRole('alert').count()).toBe(0)
  })

  test('because the day has no calls left says so, and continues when it has', async () => {
    const dashboard = await opened.serve()
    const { faults } = opened.simulator
    const daily = { kind: 'rate_limited_429', policy: 'DAILY' } as const
    faults.add({ ...daily, route: 'list', objectType: 'notes', after: 1, times: 99 })
    await page.goto(`${dashboard.url}/entities/notes`)
    await page.getByRole('button', { name: 'Sync what changed' }).click()
    await untilOutcome(page, 'incomplete')
    await untilState(page, 'failed')
    const told = page.getByRole('alert').filter({ hasText: 'The last start from here failed' })
    expect(await told.innerText()).toContain('error[DAILY_LIMIT_REACHED]')
    expect(await page.locator('#history tbody tr').first().innerText()).toContain('start again at')
    faults.clear()
    // A sync from the terminal ends the failure as well.
    await opened.typed('sync', 'notes')
    await untilOutcome(page, 'succeeded')
    await untilState(page, 'up to date')
    await told.waitFor({ state: 'detached' })
  })
})
