import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createStore } from '../../simulator/create-store.ts'
import {
  browserMissing,
  closePages,
  type PageWatch,
  shareBrowser,
  takePage,
  watchPage,
} from '../support/dashboard/browser.ts'
import {
  backgroundLuminance,
  findForeignParts,
  findMissingNames,
  findOverflow,
  findPoorContrast,
  findWithAxe,
} from '../support/dashboard/inspect-page.ts'
import {
  type DashboardProcess,
  type DashboardProject,
  openDashboardProject,
} from '../support/dashboard/open-dashboard.ts'
import { hostileStore, markup } from '../support/hubspot/hostile-store.ts'
import { newProperty } from '../support/project.ts'
import { askForEverything, runsOf } from '../support/watch-run.ts'

/** HubSpot would refuse such a name, but our code must not rely on that. */
const hostileName = 'x"><img src=x onerror=pwned()>'

/** Every route with a page, its content with data, and its errors. */
const pages = [
  '/',
  '/entities/vehicle',
  '/entities/tasks',
  '/entities/tasks?before=1000000',
  '/entities/contact_list',
  '/runs/1',
  '/entities/vehicle/properties',
  `/entities/vehicle/properties?search=${encodeURIComponent(markup)}`,
  '/quality',
  '/entities/vehicle/quality',
  '/quarantine',
  '/quarantine?entity=vehicle&values=shown',
  `/quarantine?entity=${encodeURIComponent(markup)}&property=${encodeURIComponent(markup)}`,
  '/quarantine?entity=tasks&replayed=1-2-3',
  '/drift',
  '/entities/%3Cscript%3E',
  '/runs/%3Cscript%3E',
  '/no/such/page',
]

const missing = new Set(pages.slice(-3))

const showsForeignText = new Set([
  '/',
  '/entities/vehicle',
  '/runs/1',
  '/entities/vehicle/properties',
  '/quality',
  '/entities/vehicle/quality',
  '/quarantine?entity=vehicle&values=shown',
  '/drift',
])

describe.skipIf(browserMissing !== undefined)('on every page', () => {
  let opened: DashboardProject
  let dashboard: DashboardProcess
  let browser: Browser

  beforeAll(async () => {
    browser = await shareBrowser()
    const store = hostileStore(createStore({ records: { Vehicle: 30, tasks: 40 } }))
    const [vehicle] = store.objectTypes().filter(({ custom }) => custom)
    const typeId = vehicle?.typeId ?? ''
    opened = await openDashboardProject({
      entities: ['vehicle', 'tasks', 'lists'],
      store,
      prepare(simulator) {
        const { store: live } = simulator
        const number = { type: 'number', fieldType: 'number', calculated: false }
        live.addProperty(
          typeId,
          newProperty(simulator, typeId, { ...number, name: hostileName, label: 'Odd' }),
        )
        const [first] = [...live.scan(typeId, 0n, { archived: false })]
        live.update(typeId, first?.id ?? '', { [hostileName]: `no number: ${markup}` })
      },
    })
    dashboard = await opened.serve()
    for (const entity of ['vehicle', 'tasks', 'lists']) await opened.typed('sync', entity)
    await opened.typed('sync', 'vehicle')
    opened.simulator.store.addProperty(
      typeId,
      newProperty(opened.simulator, typeId, { name: 'added_since', label: `Added ${markup}` }),
    )
    const page = await takePage()
    await page.goto(`${dashboard.url}/drift`)
    await page.getByRole('button', { name: 'Compare now' }).click()
    await page.getByText('added_since').first().waitFor()
  })

  afterAll(async () => {
    await closePages(browser)
    await opened?.[Symbol.asyncDispose]()
  })

  async function waitForRuns(count: number): Promise<readonly string[]> {
    const runs = await vi.waitFor(
      async () => {
        const found = await runsOf(opened.database, 'vehicle')
        if (found.length < count) throw new Error('it has not begun yet')
        return found
      },
      { timeout: 30_000 },
    )
    return runs.map(({ id }) => id)
  }

  describe.each(pages)('%s', (path) => {
    let page: Page
    let watch: PageWatch

    beforeAll(async () => {
      page = await takePage()
      watch = watchPage(page, dashboard.url)
      const answer = await page.goto(`${dashboard.url}${path}`)
      expect(answer?.status()).toBe(missing.has(path) ? 404 : 200)
    })

    test('has text of HubSpot as text: no script runs, no element comes of it', async () => {
      if ((await page.locator('body[data-live]').count()) > 0) {
        await page.locator('#connection', { hasText: 'live' }).waitFor()
      }
      expect(await findForeignParts(page)).toEqual({
        pwned: undefined,
        elements: [],
        scripts: ['/assets/live.js'],
        handlers: [],
      })
      const body = await page.locator('body').innerText()
      // The page did contain text that could be mistaken for markup.
      if (showsForeignText.has(path)) expect(body).toContain('<script>window.pwned=1')
      if (!missing.has(path)) expect(watch.problems).toEqual([])
    })

    test('names everything for those who do not see it', async () => {
      expect(await findMissingNames(page)).toEqual([])
    })

    test('can be read by day and by night', async () => {
      expect(await findPoorContrast(page)).toEqual([])
      expect(await backgroundLuminance(page)).toBeGreaterThan(0.8)
      await page.emulateMedia({ colorScheme: 'dark' })
      expect(await findPoorContrast(page)).toEqual([])
      expect(await backgroundLuminance(page)).toBeLessThan(0.1)
    })

    test('has nothing that axe-core finds, by day and by night', async () => {
      expect(await findWithAxe(page)).toEqual([])
    })

    test('does not scroll sideways on a phone', async () => {
      for (const width of [390, 320]) {
        await page.setViewportSize({ width, height: 844 })
        expect({ width, found: await findOverflow(page) }).toEqual({ width, found: [] })
      }
    })
  })

  test('by night, the stylesheet changes nothing but colours', async () => {
    const style = await (await fetch(`${dashboard.url}/assets/style.css`)).text()
    expect(style).toContain('light-dark(')
    expect(style).not.toContain('prefers-color-scheme')
  })

  test('what arrives live is text as well', async () => {
    const page = await takePage()
    const watch = watchPage(page, dashboard.url)
    await page.goto(`${dashboard.url}/entities/vehicle`)
    await askForEverything(page)
    expect(await findMissingNames(page)).toEqual([])
    expect(await findForeignParts(page)).toMatchObject({ pwned: undefined, elements: [] })
    await page.locator('#confirm').click()
    const [, , newest] = await waitForRuns(3)
    const line = page.locator(`#lines li.warn[data-id^="${newest}."]`, { hasText: hostileName })
    await line.waitFor()
    await page
      .locator('#history tr', { has: page.locator(`a[href="/runs/${newest}"]`) })
      .getByText('succeeded')
      .waitFor()
    expect(await page.evaluate('window.pwned')).toBeUndefined()
    expect(await page.locator('img').count()).toBe(0)
    expect(watch.problems).toEqual([])
  })
})
