import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
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
  linesOf,
  runsOf,
  toldLines,
  untilBarMoves,
  untilOutcome,
  untilState,
} from '../support/watch-run.ts'

describe.skipIf(browserMissing !== undefined)('while a run is under way', () => {
  let opened: DashboardProject
  let dashboard: DashboardProcess
  let browser: Browser
  let page: Page

  beforeAll(async () => {
    opened = await openDashboardProject({
      entities: ['tasks', 'notes'],
      records: { tasks: 1_700, notes: 900 },
    })
    dashboard = await opened.serve()
    browser = await shareBrowser()
  })

  beforeEach(async () => {
    page = await takePage()
  })

  afterEach(async () => {
    opened.gate.open()
    await opened.settled()
  })

  afterAll(async () => {
    await closePages(browser)
    await opened?.[Symbol.asyncDispose]()
  })

  test('two tabs move, and a second start is refused and shown, not queued', async () => {
    const { gate, database } = opened
    const address = `${dashboard.url}/entities/tasks`
    const second = await page.context().newPage()
    const standing = await (await browser.newContext({ javaScriptEnabled: false })).newPage()
    for (const one of [page, second, standing]) await one.goto(address)
    await askForEverything(page)
    gate.shut()
    gate.let(2)
    await page.locator('#confirm').click()
    await untilState(page, 'running')
    await untilState(second, 'running')
    const first = await Promise.all([untilBarMoves(page, -1), untilBarMoves(second, -1)])
    gate.let(5)
    const moved = await Promise.all(
      [page, second].map((one, index) => untilBarMoves(one, first[index] ?? 0)),
    )
    expect(moved[0]).toBeGreaterThan(first[0])
    expect(moved[1]).toBeGreaterThan(first[1])

    // A page from before the run still has its buttons.
    const [answer] = await Promise.all([
      standing.waitForResponse((response) => response.request().method() === 'POST'),
      standing.getByRole('button', { name: 'Sync what changed' }).click(),
    ])
    expect(answer.status()).toBe(409)
    const [run] = await runsOf(database, 'tasks')
    const refusal = new RegExp(
      `^Not started: run ${run?.id} of .+, process \\d+ is already active. Nothing was queued.$`,
    )
    expect(await standing.getByRole('alert').innerText()).toMatch(refusal)
    const posted = await second.request.post(`${address}/sync`, {
      headers: { Origin: dashboard.url },
      form: { mode: 'full', confirmed: 'yes' },
    })
    expect(posted.status()).toBe(409)
    expect(await posted.text()).toContain('Nothing was queued.')

    gate.open()
    await Promise.all([untilOutcome(page, 'succeeded'), untilOutcome(second, 'succeeded')])
    expect(await linesOf(second)).toEqual(await linesOf(page))
    await opened.settled()
    expect(await runsOf(database, 'tasks')).toEqual([
      { id: run?.id, mode: 'full', outcome: 'succeeded' },
    ])
    await standing.context().close()
  })

  test('a reloaded page continues with the run, and no line appears twice', async () => {
    const { gate, database } = opened
    await page.goto(`${dashboard.url}/entities/tasks`)
    await askForEverything(page)
    gate.shut()
    gate.let(4)
    await page.locator('#confirm').click()
    await untilState(page, 'running')
    const before = await untilBarMoves(page, -1)
    await page.reload()
    await untilState(page, 'running')
    expect(await untilBarMoves(page, -1)).toBeGreaterThanOrEqual(before)
    gate.let(9)
    await untilBarMoves(page, before)
    gate.open()
    await untilOutcome(page, 'succeeded')
    const run = (await runsOf(database, 'tasks')).at(-1)
    const told = await toldLines(database, run?.id ?? '')
    await expect.poll(() => linesOf(page)).toEqual(told)
    await page.reload()
    expect(await linesOf(page)).toEqual(told.slice(-60))
  })

  test('the dashboard can be killed and comes back: no line is missing or there twice', async () => {
    const { gate, database } = opened
    const address = `${dashboard.url}/entities/notes`
    await page.goto(address)
    await askForEverything(page)
    gate.shut()
    gate.let(3)
    await page.locator('#confirm').click()
    await untilState(page, 'running')
    const before = await untilBarMoves(page, -1)
    const [run] = await runsOf(database, 'notes')
    const id = run?.id ?? ''
    await dashboard.kill('SIGKILL')
    await page.locator('#connection', { hasText: 'connection lost' }).waitFor()
    gate.let(3)
    await expect.poll(() => readOf(id), { timeout: 30_000 }).toBeGreaterThan(300)
    dashboard = await opened.serve(['--port', String(dashboard.port)])
    await page.locator('#connection', { hasText: 'live' }).waitFor()
    expect(await untilBarMoves(page, before)).toBeGreaterThan(before)
    gate.open()
    await untilOutcome(page, 'succeeded')
    const told = await toldLines(database, id)
    await expect.poll(() => linesOf(page)).toEqual(told)
    expect(page.url()).toBe(address)
    expect(await runsOf(database, 'notes')).toEqual([{ id, mode: 'full', outcome: 'succeeded' }])
  })

  test('that was started in a terminal, the pages show it as it goes', async () => {
    const { gate, database } = opened
    const watch = watchPage(page, dashboard.url)
    await page.goto(dashboard.url)
    const entity = await page.context().newPage()
    await entity.goto(`${dashboard.url}/entities/notes`)
    gate.shut()
    gate.let(1)
    const typed = opened.start(['sync', 'notes', '--full'])
    const card = page.locator('.card', { hasText: 'hubspot.note' })
    await card.getByText('running', { exact: true }).waitFor()
    await untilState(entity, 'running')
    const first = await untilBarMoves(page, -1)
    gate.let(4)
    expect(await untilBarMoves(page, first)).toBeGreaterThan(first)
    gate.open()
    await card.getByText('up to date', { exact: true }).waitFor()
    await untilOutcome(entity, 'succeeded')
    expect(await typed.ended).toBe(0)
    const run = (await runsOf(database, 'notes')).at(-1)
    const told = await toldLines(database, run?.id ?? '')
    await expect.poll(async () => (await linesOf(entity)).slice(-told.length)).toEqual(told)
    expect(watch.problems).toEqual([])
  })

  /** Records that a run reports as read so far. */
  async function readOf(runId: string): Promise<number> {
    const [row] = await opened.database.query<{ read: number }>(
      `SELECT (body -> 'read')::int AS read FROM hubgen.event
       WHERE run_id = $1 AND type = 'progress' ORDER BY number DESC LIMIT 1`,
      [runId],
    )
    return row?.read ?? 0
  }
})
