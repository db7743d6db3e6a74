import { readFile } from 'node:fs/promises'
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

interface ExploredProperty {
  readonly name: string
  readonly excluded?: true
}

describe.skipIf(browserMissing !== undefined)('the list of properties', () => {
  let opened: DashboardProject
  let dashboard: DashboardProcess
  let browser: Browser
  let page: Page
  let address: string

  beforeAll(async () => {
    opened = await openDashboardProject({ entities: ['tasks'], records: { tasks: 60 } })
    await opened.typed('sync', 'tasks')
    dashboard = await opened.serve()
    address = `${dashboard.url}/entities/tasks/properties`
    browser = await shareBrowser()
  })

  beforeEach(async () => {
    page = await takePage()
    await page.goto(address)
  })

  afterAll(async () => {
    await closePages(browser)
    await opened?.[Symbol.asyncDispose]()
  })

  const rows = (on = page) => on.locator('#properties tbody tr:not([hidden])')

  /** The properties that the current analysis would copy. */
  async function explored(): Promise<readonly string[]> {
    const text = await opened.project.read('generated/tasks/analysis.json')
    const { properties } = JSON.parse(text) as { properties: readonly ExploredProperty[] }
    return properties.filter(({ excluded }) => !excluded).map(({ name }) => name)
  }

  async function download(button: string): Promise<string> {
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: button }).click(),
    ])
    expect(file.suggestedFilename()).toMatch(/^(exclude|include)_tasks\.ts$/)
    return readFile(await file.path(), 'utf8')
  }

  test('has all of them, with their columns and types', async () => {
    const names = await explored()
    expect(await rows().count()).toBe(names.length)
    expect(await page.locator('#properties-count').innerText()).toBe(`${names.length} shown`)
    const row = rows().filter({ has: page.getByText('hs_timestamp', { exact: true }) })
    expect(await row.innerText()).toMatch(
      /hs_timestamp\s+property_hs_timestamp\s+timestamp with time zone, from datetime/,
    )
  })

  test('is narrowed by each word that is typed, and whole again without', async () => {
    const watch = watchPage(page, dashboard.url)
    const all = await rows().count()
    const search = page.getByLabel('Search')
    await search.fill('datetime')
    const some = await rows().count()
    expect(some).toBeGreaterThan(0)
    expect(some).toBeLessThan(all)
    for (const text of await rows().allInnerTexts()) expect(text).toContain('datetime')
    await search.fill('datetime HS_timestamp')
    expect(await rows().count()).toBe(1)
    expect(await page.locator('#properties-count').innerText()).toBe('1 shown')
    await search.fill('nothing is called that')
    expect(await rows().count()).toBe(0)
    await search.fill('')
    expect(await rows().count()).toBe(all)
    expect(watch.problems).toEqual([])
  })

  test('is searched by the server where no script runs', async () => {
    const plain = await browser.newContext({ javaScriptEnabled: false })
    const still = await plain.newPage()
    await still.goto(address)
    await still.getByLabel('Search').fill('datetime')
    await still.keyboard.press('Enter')
    await still.waitForURL('**/properties?search=datetime')
    const texts = await rows(still).allInnerTexts()
    expect(texts.length).toBeGreaterThan(0)
    expect(texts.length).toBeLessThan((await explored()).length)
    for (const text of texts) expect(text).toContain('datetime')
    expect(await still.getByLabel('Search').inputValue()).toBe('datetime')
    await plain.close()
  })

  test('gives a list of what to leave out, which hubgen explore takes', async () => {
    const before = await explored()
    const chosen = ['hs_task_body', 'hs_task_priority']
    for (const name of chosen) await page.getByLabel(`Leave ${name} out`).check()
    // Marked properties count even if they are hidden by the search.
    await page.getByLabel('Search').fill('hs_timestamp')
    const list = await download('Export marked')
    await opened.project.write('hubgen.config.ts', `export default {\n${list}}\n`)
    await opened.typed('explore', 'tasks')
    expect(await explored()).toEqual(before.filter((name) => !chosen.includes(name)))
  })

  test('gives a list of what to keep, which comes to the same', async () => {
    const expected = await explored()
    for (const name of ['hs_task_body', 'hs_task_priority']) {
      await page.getByLabel(`Leave ${name} out`).check()
    }
    const list = await download('Export others')
    await opened.project.write('hubgen.config.ts', `export default {\n${list}}\n`)
    await opened.typed('explore', 'tasks')
    expect(await explored()).toEqual(expected)
  })

  test('offers nothing to leave out that sync needs, and takes no other name', async () => {
    expect(await page.getByLabel('Leave hs_object_id out').count()).toBe(0)
    expect(await page.getByLabel('Leave hs_lastmodifieddate out').count()).toBe(0)
    const answer = await page.request.post(`${address}/export`, {
      headers: { Origin: dashboard.url, 'Content-Type': 'application/x-www-form-urlencoded' },
      data: 'list=exclude&skip=hs_object_id&skip=hs_lastmodifieddate&skip=no_such&skip=hs_task_body',
    })
    expect(await answer.text()).toContain(`    "tasks": [\n      "hs_task_body",\n    ],\n`)
  })
})
