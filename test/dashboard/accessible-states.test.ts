import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { HubgenError } from '../../runtime/errors.ts'
import { browserMissing, closePages, shareBrowser, takePage } from '../support/dashboard/browser.ts'
import { type FilledDashboard, openFilledDashboard } from '../support/dashboard/filled-dashboard.ts'
import {
  findMissingNames,
  findOverflow,
  findPoorContrast,
  findWithAxe,
} from '../support/dashboard/inspect-page.ts'

const alerts = {
  settings: {
    to: [{ kind: 'webhook', urlFrom: 'A_VARIABLE_WITH_A_LONG_NAME_THAT_IS_NOT_SET' }],
    quietHours: { from: '22:00', to: '07:00', timeZone: 'Europe/Berlin' },
  },
  environment: {},
  place: { environment: null, portalName: null },
} as const

/** States that `every-page.test.ts` does not show. */
describe.skipIf(browserMissing !== undefined)('pages that show trouble can be used by all', () => {
  let filled: FilledDashboard
  let browser: Browser
  let page: Page
  let troubled: string
  let locked: string
  let failure: Error

  beforeAll(async () => {
    filled = await openFilledDashboard()
    const pendingMigrations = () => Promise.reject(failure)
    const onError = () => {}
    const served = await filled.serve({ deal: 3 }, { alerts, pendingMigrations, onError })
    troubled = served.url
    locked = (await filled.serve({ contact: 1 }, { token: 'a-token-of-the-tests-2f6b1c' })).url
    browser = await shareBrowser()
    page = await takePage()
  })

  afterAll(async () => {
    await closePages(browser)
    await filled?.[Symbol.asyncDispose]()
  })

  async function expectUsable(): Promise<void> {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      expect(await findPoorContrast(page)).toEqual([])
    }
    expect(await findWithAxe(page)).toEqual([])
    expect(await findMissingNames(page)).toEqual([])
    for (const width of [320, 1280]) {
      await page.setViewportSize({ width, height: 844 })
      expect({ width, found: await findOverflow(page) }).toEqual({ width, found: [] })
    }
  }

  test('nothing was synced yet', async () => {
    await page.goto(`${troubled}/`)
    await expectUsable()
    await page.goto(`${troubled}/entities/deal`)
    await expectUsable()
  })

  test('a test message was not sent', async () => {
    await page.goto(`${troubled}/quality`)
    await expectUsable()
    await page.getByRole('button', { name: 'Send a test message' }).click()
    expect(await page.getByRole('alert').innerText()).toContain('is not set')
    await expectUsable()
  })

  test('an error has a fix, or is a bug', async () => {
    failure = new HubgenError('DATABASE_UNREACHABLE', 'the database cannot be reached', {
      at: 'a place',
      fix: 'start it',
    })
    await page.goto(`${troubled}/drift`)
    expect(await page.getByRole('alert').innerText()).toContain('DATABASE_UNREACHABLE')
    await expectUsable()
    failure = new Error('a bug')
    await page.goto(`${troubled}/drift`)
    expect(await page.locator('h1').innerText()).toBe('Something went wrong')
    await expectUsable()
  })

  test('the login, at first and after a wrong token', async () => {
    await page.goto(`${locked}/`)
    await expectUsable()
    await page.getByLabel('Token of this dashboard').fill('wrong')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').waitFor()
    await expectUsable()
  })
})
