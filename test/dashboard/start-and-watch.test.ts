import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
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
import {
  askForEverything,
  runsOf,
  untilBarMoves,
  untilOutcome,
  untilState,
} from '../support/watch-run.ts'

const TICKETS = '0-5'
const TASKS = '0-27'

describe.skipIf(browserMissing !== undefined)('somebody who starts a sync', () => {
  let opened: DashboardProject
  let dashboard: DashboardProcess
  let browser: Browser
  let page: Page

  beforeAll(async () => {
    opened = await openDashboardProject({
      entities: ['tickets', 'tasks'],
      records: { tickets: 1_500, tasks: 1_700 },
      prepare({ store }) {
        const [first] = [...store.scan(TICKETS, 0n, { archived: false })]
        store.update(TICKETS, first?.id ?? '', { hs_feedback_last_ces_rating: 'rather good' })
      },
    })
    dashboard = await opened.serve()
    browser = await shareBrowser()
  })

  beforeEach(async () => {
    page = await takePage()
  })

  afterAll(async () => {
    await closePages(browser)
    await opened?.[Symbol.asyncDispose]()
  })

  test('of a few records sees the bar move, what is rejected, and its value in the quarantine', async () => {
    const watch = watchPage(page, dashboard.url)
    const { gate } = opened
    await page.goto(`${dashboard.url}/entities/tickets`)
    expect(await page.locator('#history').innerText()).toBe('No run yet.')
    gate.shut()
    gate.let(1)
    await page.getByLabel('Records', { exact: true }).fill('1200')
    await page.getByRole('button', { name: 'Test' }).click()
    await untilState(page, 'running')
    const positions = [await untilBarMoves(page, -1)]
    for (const pages of [2, 3]) {
      gate.let(pages)
      positions.push(await untilBarMoves(page, positions.at(-1) ?? 0))
    }
    expect(positions).toEqual([...positions].sort((one, other) => one - other))
    expect(await page.locator('.progress').innerText()).toMatch(/of 1,200\b/)

    gate.let(4)
    const rejected = page.locator('#lines li.warn', {
      hasText: /hs_feedback_last_ces_rating set aside \(not a number\)/,
    })
    await rejected.waitFor()
    await untilState(page, 'running')
    gate.open()
    await untilOutcome(page, 'succeeded')
    expect(await page.locator('#history tbody tr').count()).toBe(1)
    expect(await page.locator('#history tbody tr').innerText()).toMatch(/\btest\b.*\b1,200\b/s)
    expect(await page.locator('main').innerText()).not.toContain('rather good')

    await page.getByRole('navigation', { name: 'About' }).getByText('Quarantine').click()
    await page.getByRole('heading', { name: 'Quarantine' }).waitFor()
    const row = page.locator('tr', { hasText: 'hs_feedback_last_ces_rating' })
    expect(await row.innerText()).toContain('not a number')
    expect(await page.locator('main').innerText()).not.toContain('rather good')
    await page.getByLabel('with values').check()
    await page.getByRole('button', { name: 'Show' }).click()
    await row.getByText('rather good').waitFor()
    expect(watch.problems).toEqual([])
  })

  test('of everything can be cancelled, keeps the written rows, and resumes there', async () => {
    const watch = watchPage(page, dashboard.url)
    const { gate, database, simulator } = opened
    const count = async () => {
      const [row] = await database.query<{ rows: string }>(
        'SELECT count(*) AS rows FROM hubspot.task',
      )
      return Number(row?.rows)
    }
    await page.goto(`${dashboard.url}/entities/tasks`)
    await askForEverything(page)
    gate.shut()
    gate.let(14)
    await page.locator('#confirm').click()
    await expect.poll(count, { timeout: 30_000 }).toBe(1_000)
    await page.getByRole('button', { name: 'Cancel' }).click()
    await untilOutcome(page, 'cancelled')
    expect(await count()).toBe(1_000)
    await page.locator('dl.facts', { hasText: /Rows\s*1,000/ }).waitFor()
    await untilState(page, 'interrupted')
    expect(await page.locator('#cancel').count()).toBe(0)

    gate.open()
    await page.getByRole('button', { name: 'Sync what changed' }).click()
    await page.locator('#lines li', { hasText: 'resumes where it was interrupted' }).waitFor()
    await untilOutcome(page, 'succeeded')
    await untilState(page, 'up to date')
    expect(await count()).toBe(simulator.store.count(TASKS))
    const outcomes = (await runsOf(database, 'tasks')).map(({ outcome }) => outcome)
    expect(outcomes).toEqual(['cancelled', 'succeeded'])
    expect(watch.problems).toEqual([])
  })

  test('of an invalid number of records gets an explanation of a test', async () => {
    await page.goto(`${dashboard.url}/entities/tasks`)
    const before = await runsOf(opened.database, 'tasks')
    for (const text of ['0', '100001', 'ten', '1e3', '<b>1</b>', '']) {
      const answer = await page.request.post(`${dashboard.url}/entities/tasks/sync`, {
        headers: { Origin: dashboard.url },
        form: { mode: 'test', limit: text },
      })
      expect(answer.status()).toBe(400)
      await page.setContent(await answer.text())
      expect(await page.getByRole('alert').innerText()).toBe(
        `A test reads from 1 to 100,000 records, not “${text}”.`,
      )
    }
    expect(await runsOf(opened.database, 'tasks')).toEqual(before)
  })
})
