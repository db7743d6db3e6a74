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
import { newProperty } from '../support/project.ts'

const TASKS = '0-27'

describe.skipIf(browserMissing !== undefined)('what differs and what did not fit', () => {
  let opened: DashboardProject
  let dashboard: DashboardProcess
  let browser: Browser
  let page: Page

  beforeAll(async () => {
    opened = await openDashboardProject({
      entities: ['tasks', 'notes'],
      records: { tasks: 30, notes: 10 },
      prepare(simulator) {
        const { store } = simulator
        const number = { type: 'number', fieldType: 'number', calculated: false }
        store.addProperty(
          TASKS,
          newProperty(simulator, TASKS, { ...number, name: 'effort', label: 'Effort' }),
        )
        const [first] = [...store.scan(TASKS, 0n, { archived: false })]
        store.update(TASKS, first?.id ?? '', { effort: 'a great deal' })
      },
    })
    await opened.typed('sync', 'tasks')
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

  test('a new property is found, with the migration that would settle it, and goes when it is applied', async () => {
    const watch = watchPage(page, dashboard.url)
    await page.goto(`${dashboard.url}/drift`)
    expect(await page.locator('main').innerText()).toContain('Not compared yet.')
    await page.getByRole('button', { name: 'Compare now' }).click()
    await page.getByText('no drift', { exact: true }).waitFor()

    const { simulator } = opened
    simulator.store.addProperty(
      TASKS,
      newProperty(simulator, TASKS, { name: 'mood', label: 'Mood', type: 'string' }),
    )
    await page.getByRole('button', { name: 'Compare now' }).click()
    const found = page.locator('section', { hasText: 'The migration that would resolve it' })
    await found.locator('li.warn', { hasText: /\bmood\b/ }).waitFor()
    expect(await found.locator('pre').innerText()).toMatch(
      /ALTER TABLE hubspot\.task\s+ADD COLUMN IF NOT EXISTS property_mood text/,
    )
    expect(await page.locator('main').innerText()).toContain('all applied')
    await page.getByRole('link', { name: 'Overview' }).click()
    const cause = page.locator('.cause', { hasText: 'Columns or files differ from HubSpot' })
    await cause.getByRole('link').click()
    await page.waitForURL('**/drift')

    await opened.typed('explore', 'tasks')
    await opened.typed('generate', 'tasks')
    await page.reload()
    await page.getByRole('heading', { name: '1 migration not applied yet' }).waitFor()
    await page.locator('details', { hasText: 'tasks' }).last().locator('summary').click()
    expect(await page.locator('details[open] pre').last().innerText()).toContain('property_mood')
    await opened.typed('migrate')
    await page.getByRole('button', { name: 'Compare now' }).click()
    await page.getByText('no drift', { exact: true }).waitFor()
    expect(await page.locator('main').innerText()).toContain('all applied')
    expect(watch.problems).toEqual([])
  })

  test('if HubSpot cannot be reached, the page shows the problem and its fix', async () => {
    const other = await opened.serve([], { HUBSPOT_API_TOKEN: 'pat-eu1-of-nobody-at-all' })
    await page.goto(`${other.url}/drift`)
    const [answer] = await Promise.all([
      page.waitForResponse((response) => response.request().method() === 'POST'),
      page.getByRole('button', { name: 'Compare now' }).click(),
    ])
    expect(answer.status()).toBe(500)
    const message = await page.getByRole('alert').innerText()
    expect(message).toContain('TOKEN_REJECTED')
    expect(message).toContain('fix: ')
    expect(await page.content()).not.toContain('of-nobody-at-all')
    await page.getByRole('link', { name: 'Back to the overview' }).click()
    await page.waitForURL(`${other.url}/`)
    // None of these errors is the dashboard's own.
    expect(other.process.errors()).toBe('')
  })

  test('the quarantine is narrowed by entity and by property', async () => {
    await page.goto(`${dashboard.url}/quarantine`)
    await page.getByText('effort', { exact: true }).waitFor()
    await page.getByLabel('Property').fill('nothing')
    await page.getByRole('button', { name: 'Show' }).click()
    await page.getByText('empty', { exact: true }).waitFor()
    await page.getByLabel('Property').fill('effort')
    await page.getByLabel('Entity').selectOption('tasks')
    await page.getByRole('button', { name: 'Show' }).click()
    await page.getByText('effort', { exact: true }).waitFor()
    expect(await page.locator('tbody tr').count()).toBe(1)
    // Of an entity that was never synced, nothing is known.
    await page.getByLabel('Property').fill('')
    await page.getByLabel('Entity').selectOption('notes')
    await page.getByRole('button', { name: 'Show' }).click()
    await page.locator('.state.idle', { hasText: 'never synced' }).waitFor()
    expect(await page.locator('.state.good').count()).toBe(0)
  })

  test('while a run is active, trying again is refused with its number', async () => {
    const { database } = opened
    const [made] = await database.query<{ id: string }>(
      `WITH made AS (INSERT INTO hubgen.run (entity, mode) VALUES ('tasks', 'incremental') RETURNING id),
      held AS (INSERT INTO hubgen.lease (entity, run_id, holder, expires_at)
        SELECT 'tasks', id, 'another machine', now() + interval '1 hour' FROM made
        ON CONFLICT (entity) DO UPDATE SET run_id = excluded.run_id, expires_at = excluded.expires_at)
      SELECT id FROM made`,
    )
    await page.goto(`${dashboard.url}/quarantine?entity=tasks`)
    const [answer] = await Promise.all([
      page.waitForResponse((response) => response.request().method() === 'POST'),
      page.getByRole('button', { name: /^Try all \d+ again$/ }).click(),
    ])
    expect(answer.status()).toBe(409)
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('Quarantine')
    expect(await page.getByRole('alert').innerText()).toMatch(
      new RegExp(`^Not tried again: .*run ${made?.id}, since `),
    )
    await page.getByText('effort', { exact: true }).waitFor()
    await database.query('DELETE FROM hubgen.lease')
    await database.query('DELETE FROM hubgen.run WHERE id = $1', [made?.id])
  })

  test('what did not fit is tried again from the page, once its column takes it', async () => {
    await page.goto(`${dashboard.url}/quarantine?entity=tasks`)
    await page.getByRole('button', { name: /^Try all \d+ again$/ }).click()
    const told = page.getByRole('status').filter({ hasText: 'Tried again' })
    expect(await told.innerText()).toMatch(/^Tried again: 0 fit now, \d+ stayed\.$/)

    await opened.project.write(
      'hubgen.config.ts',
      `export default { types: { tasks: { effort: 'text' } } }\n`,
    )
    for (const command of ['explore', 'generate']) await opened.typed(command, 'tasks')
    await opened.typed('migrate')
    const calls = opened.simulator.requests.total
    const anew = await opened.serve()
    await page.goto(`${anew.url}/quarantine?entity=tasks&property=effort`)
    const record = page.locator('tbody tr', { hasText: 'effort' }).getByRole('link').last()
    expect(await record.getAttribute('href')).toMatch(
      /^https:\/\/app-eu1\.hubspot\.com\/contacts\/\d+\/record\/0-27\/\d+$/,
    )
    // Only the values of the property to which the page is narrowed.
    await page.getByRole('button', { name: /^Try all 1 again$/ }).click()
    expect(await told.innerText()).toBe('Tried again: 1 fit now, 0 stayed.')
    expect(await page.getByText('effort', { exact: true }).count()).toBe(0)
    expect(
      await opened.database.query(
        'SELECT property_effort__text AS effort FROM hubspot.task WHERE property_effort__text IS NOT NULL',
      ),
    ).toEqual([{ effort: 'a great deal' }])
    expect(opened.simulator.requests.total).toBe(calls)
  })
})
