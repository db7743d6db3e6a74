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
import { untilOutcome } from '../support/watch-run.ts'

const TASKS = '0-27'

describe.skipIf(browserMissing !== undefined)('the quality of an entity', () => {
  let opened: DashboardProject
  let dashboard: DashboardProcess
  let browser: Browser
  let page: Page

  beforeAll(async () => {
    opened = await openDashboardProject({
      entities: ['tasks', 'notes'],
      records: { tasks: 40, notes: 10 },
      async prepare({ store }, project) {
        const [first] = [...store.scan(TASKS, 0n, { archived: false })]
        for (const { id } of store.scan(TASKS, 0n, { archived: false })) {
          store.update(TASKS, id, {
            hs_task_subject: 'a subject',
            hs_task_body: id === first?.id ? null : 'a body',
          })
        }
        await project.write('hubgen.config.ts', config(100))
      },
    })
    for (const entity of ['tasks', 'notes']) await opened.typed('sync', entity)
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

  const config = (bodies: number) =>
    `export default { quality: { tasks: { completeness: { hs_task_subject: 100, hs_task_body: ${bodies} } } } }\n`

  const failureOf = (subject: string) =>
    page.locator('article.failure', { has: page.getByText(subject, { exact: true }) })

  const rowOf = (subject: string) =>
    page.locator('details.fold tr', { has: page.getByText(subject, { exact: true }) })

  test('is red and green by what the configuration asks, checked from the page', async () => {
    const watch = watchPage(page, dashboard.url)
    await page.goto(`${dashboard.url}/quality`)
    const row = page.locator('tr', { hasText: 'Tasks' })
    expect(await row.innerText()).toContain('not checked')
    await row.getByRole('button', { name: 'Check now' }).click()
    await page.getByRole('heading', { name: 'Quality of Tasks' }).waitFor()

    // A failed check stands open: a sentence, a record in HubSpot, and the query that shows its row.
    const body = failureOf('property_hs_task_body')
    expect(await body.innerText()).toContain(
      '1 of 40 live records has no value in property_hs_task_body: 97.5 % filled, at least 100 % expected.',
    )
    const record = body.getByRole('link')
    const id = await record.innerText()
    expect(await record.getAttribute('href')).toMatch(
      new RegExp(`^https://app-eu1\\.hubspot\\.com/contacts/\\d+/record/0-27/${id}$`),
    )
    await body.locator('summary').click()
    const query = await body.locator('details code').innerText()
    expect(await opened.database.query(query)).toMatchObject([{ id, property_hs_task_body: null }])
    expect(await page.locator('.line .state').innerText()).toMatch(/^[1-9]\d* failed$/)

    // The passed checks are one line for each kind.
    const subject = rowOf('property_hs_task_subject')
    expect(await subject.isVisible()).toBe(false)
    await page.getByText(/^Filled values: 1 passed$/).click()
    expect(await subject.innerText()).toMatch(/100 %\s+0 of 40\s+≥ 100 %/)
    await page.getByRole('link', { name: 'Overview' }).click()
    await page.goto(`${dashboard.url}/entities/tasks/quality`)
    expect(watch.problems).toEqual([])
  })

  test('is drawn over time from the second check on, by the bounds of now', async () => {
    await opened.project.write('hubgen.config.ts', config(90))
    const { url } = await opened.serve()
    await page.goto(`${url}/entities/tasks/quality`)
    expect(await failureOf('property_hs_task_body').innerText()).toContain(
      'from the second check on',
    )
    await page.getByRole('button', { name: 'Check now' }).click()
    await page.getByText(/^Filled values: 2 passed$/).click()
    const chart = rowOf('property_hs_task_body').getByRole('img')
    expect(await chart.getAttribute('aria-label')).toMatch(/^2 results from .* UTC on: /)
    expect(await chart.locator('.red').count()).toBe(1)
  })

  test('is audited on request: a run compares random records with HubSpot', async () => {
    await page.goto(`${dashboard.url}/entities/tasks/quality`)
    await page.getByRole('button', { name: 'Audit now' }).click()
    await page.waitForURL('**/entities/tasks')
    await page.locator('#history tbody tr').nth(1).waitFor()
    await untilOutcome(page, 'succeeded')
    await page.goto(`${dashboard.url}/entities/tasks/quality`)
    expect(await page.locator('main').innerText()).toMatch(
      /Compared with HubSpot by value and link: equal 40 records/,
    )
  })

  test('shows how often each property is filled, and marks empty ones', async () => {
    await page.goto(`${dashboard.url}/entities/notes/properties`)
    await page.getByText('was not measured yet').waitFor()
    await page.getByRole('button', { name: 'Measure now' }).click()
    await page.getByText(/^Measured .* over 10 live records: \d+ empty/).waitFor()
    const id = page.locator('tr', { has: page.getByText('hs_object_id', { exact: true }) })
    expect(await id.innerText()).toMatch(/100 %\s+10/)
    const empty = page.locator('#properties tbody tr', { has: page.locator('.state.warn') })
    expect(await empty.count()).toBeGreaterThan(0)
    const unused = empty.filter({ has: page.getByText('empty', { exact: true }) }).first()
    expect(await unused.innerText()).toContain('0 %')
    // Empty properties are the candidates for exclusion.
    expect(await unused.getByRole('checkbox').isChecked()).toBe(true)
  })

  test('that cannot be checked says why', async () => {
    await opened.project.write('hubgen.config.ts', 'export default { quality: { tasks: 3 } }\n')
    const { url, process } = await opened.serve()
    await page.goto(`${url}/entities/tasks/quality`)
    await page.getByRole('button', { name: 'Check now' }).click()
    const message = await page.getByRole('alert').innerText()
    expect(message).toContain('hubgen.config.ts')
    expect(message).toContain('fix: ')
    expect(process.errors()).toBe('')
  })
})
