import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { browserMissing, closePages, shareBrowser, takePage } from '../support/dashboard/browser.ts'
import {
  type DashboardProcess,
  type DashboardProject,
  openDashboardProject,
} from '../support/dashboard/open-dashboard.ts'
import { runsOf, untilBarMoves, untilOutcome, untilState } from '../support/watch-run.ts'

describe.skipIf(browserMissing !== undefined)('by keyboard alone', () => {
  let opened: DashboardProject
  let dashboard: DashboardProcess
  let browser: Browser
  let page: Page

  beforeAll(async () => {
    opened = await openDashboardProject({ entities: ['notes'], records: { notes: 900 } })
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

  /** The text of the focused element. */
  function focused(): Promise<string> {
    return page.evaluate<string>(
      '(document.activeElement.innerText || document.activeElement.id || "").trim()',
    )
  }

  /** Presses Tab until the element has the focus; each element must show its focus. */
  async function tabTo(words: string): Promise<void> {
    const passed: string[] = []
    while ((await focused()) !== words) {
      if (passed.length > 60) throw new Error(`never at “${words}”, only at ${passed.join(', ')}`)
      await page.keyboard.press('Tab')
      const outline = await page.evaluate<string>(
        'getComputedStyle(document.activeElement).outlineStyle',
      )
      passed.push(await focused())
      expect({ at: passed.at(-1), outline }).not.toMatchObject({ outline: 'none' })
    }
  }

  test('a sync is found, started and cancelled, and the focus stays where it was', async () => {
    const { gate } = opened
    gate.shut()
    gate.let(1)
    await page.goto(dashboard.url)
    await tabTo('Notes')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/entities/notes')
    await tabTo('Sync what changed')
    await page.keyboard.press('Enter')
    await untilState(page, 'running')
    const before = await untilBarMoves(page, -1)
    await tabTo('Cancel')
    gate.let(2)
    // The element that has the focus is replaced.
    await untilBarMoves(page, before)
    expect(await focused()).toBe('Cancel')
    await page.keyboard.press('Enter')
    // The run may have ended before the page shows that it was asked to.
    const newest = page.locator('#history tbody tr').first()
    await page
      .locator('#cancel:disabled')
      .or(newest.getByText('cancelled', { exact: true }))
      .first()
      .waitFor()
    gate.open()
  })

  test('the first stop leads past the tabs to the content', async () => {
    await page.goto(`${dashboard.url}/entities/notes`)
    await page.keyboard.press('Tab')
    expect(await focused()).toBe('Skip to the content')
    await page.keyboard.press('Enter')
    expect(await focused()).toContain('hubspot.note')
    await page.keyboard.press('Tab')
    expect(await focused()).toBe('Runs')
  })

  test('Enter in the number of records starts a test, and nothing that reads everything', async () => {
    await opened.settled()
    await page.goto(`${dashboard.url}/entities/notes`)
    await tabTo('limit')
    await page.keyboard.press('Control+A')
    await page.keyboard.type('3')
    await page.keyboard.press('Enter')
    await page.locator('#history tbody tr').first().getByText('test', { exact: true }).waitFor()
    await untilOutcome(page, 'succeeded')
    const run = (await runsOf(opened.database, 'notes')).at(-1)
    expect(run?.mode).toBe('test')
  })

  test('what is being typed outlives the updates of the page', async () => {
    await opened.settled()
    await page.goto(`${dashboard.url}/entities/notes`)
    const other = await page.context().newPage()
    await other.goto(`${dashboard.url}/entities/notes`)
    await page.getByLabel('Records', { exact: true }).fill('42')
    await opened.typed('sync', 'notes', '5')
    const run = (await runsOf(opened.database, 'notes')).at(-1)
    await page
      .locator('#history tbody tr', { hasText: `${run?.id}` })
      .first()
      .waitFor()
    await other
      .locator('#history tbody tr', { hasText: `${run?.id}` })
      .first()
      .waitFor()
    expect(await page.getByLabel('Records', { exact: true }).inputValue()).toBe('42')
    await other.close()
  })
})
