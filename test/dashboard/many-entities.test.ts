import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { browserMissing, closePages, shareBrowser, takePage } from '../support/dashboard/browser.ts'
import { type FilledDashboard, openFilledDashboard } from '../support/dashboard/filled-dashboard.ts'
import { findOverflow, findUnreadable } from '../support/dashboard/inspect-page.ts'

const names = Array.from({ length: 53 }, (_, index) => `object_${index}`)

let opened: FilledDashboard
let url: string

beforeAll(async () => {
  opened = await openFilledDashboard()
  await opened.state.scratch.query(
    `INSERT INTO hubgen.run (entity, mode, outcome, started_at, finished_at, seconds, calls, inserted)
    SELECT 'object_' || object, 'incremental',
      CASE WHEN object % 9 = 4 AND day < 2 THEN 'failed' ELSE 'succeeded' END,
      at, at + interval '10 s', 5 + (object * day) % 60, 100 + day, 3
    FROM generate_series(0, 52) AS object, generate_series(0, 29) AS day,
      LATERAL (SELECT date_trunc('day', now(), 'UTC') - make_interval(days => day) AS at) AS time
    ORDER BY object, day DESC`,
  )
  const dashboard = await opened.serve(Object.fromEntries(names.map((name) => [name, 200])))
  url = dashboard.url
  return () => opened[Symbol.asyncDispose]()
})

test('the overview of 53 entities is lighter than 100 kB, and each has its runs', async () => {
  const text = await (await fetch(url)).text()
  expect(Buffer.byteLength(text)).toBeLessThan(100_000)
  expect(text.match(/<svg class="bars"/g)).toHaveLength(53)
  expect(text.match(/aria-label="30 runs in 30 days, 2 failed/g)).toHaveLength(6)
})

describe.skipIf(browserMissing !== undefined)('in a browser', () => {
  afterAll(async () => closePages(await shareBrowser()))

  test('it fits a screen and a half, by day and by night, and is narrow on a phone', async () => {
    const page = await takePage()
    await page.setViewportSize({ width: 1280, height: 800 })
    await page.goto(url)
    expect(await page.evaluate('document.documentElement.scrollHeight')).toBeLessThanOrEqual(1_200)
    expect(await findOverflow(page)).toEqual([])
    const states = "[...document.querySelectorAll('#entities .state')]"
    const cut = `${states}.filter((one) => one.scrollWidth > one.clientWidth).length`
    expect(await page.evaluate(cut)).toBe(0)
    expect(await findUnreadable(page)).toEqual([])
  })

  test('a search narrows the list while one types, and live updates keep it', async () => {
    const page = await takePage()
    await page.goto(url)
    await page.locator('#connection', { hasText: 'live' }).waitFor()
    const rows = page.locator('#entities tbody tr:visible')
    await page.getByLabel('Search').fill('object_7')
    expect(await rows.count()).toBe(1)
    expect(await page.locator('#entities-shown').innerText()).toBe('1 of 53')
    expect(page.url()).toBe(`${url}/?search=object_7`)
    await opened.state.addRun({ entity: 'object_7', outcome: 'failed', startedAt: new Date() })
    await page.locator('#entities-object_7', { hasText: 'failed' }).waitFor()
    expect(await rows.count()).toBe(1)
    await page.reload()
    expect(await rows.count()).toBe(1)
    await page.locator('#connection', { hasText: 'live' }).waitFor()
    await page.getByLabel('Search').fill('')
    await expect.poll(() => rows.count()).toBe(53)
    await page.getByLabel('Show', { exact: true }).selectOption('trouble')
    expect(await rows.count()).toBe(7)
    expect(page.url()).toBe(`${url}/?show=trouble`)
  })

  test('without scripts, the form asks the server', async () => {
    const browser = await shareBrowser()
    const context = await browser.newContext({ javaScriptEnabled: false })
    const page = await context.newPage()
    await page.goto(url)
    await page.getByLabel('Search').fill('object_11')
    await page.getByRole('button', { name: 'Filter' }).click()
    expect(await page.locator('#entities tbody tr').count()).toBe(1)
    expect(await page.getByLabel('Search').inputValue()).toBe('object_11')
    await context.close()
  })
})
