import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import {
  type DashboardProcess,
  type DashboardProject,
  openDashboardProject,
} from '../support/dashboard/open-dashboard.ts'
import { runsOf } from '../support/watch-run.ts'

let opened: DashboardProject
let dashboard: DashboardProcess

beforeAll(async () => {
  opened = await openDashboardProject({
    entities: ['tasks', 'lists', 'list_members'],
    records: { tasks: 30 },
  })
  dashboard = await opened.serve()
  await opened.typed('sync', 'tasks')
  await opened.typed('sync', 'lists')
})

afterAll(() => opened?.[Symbol.asyncDispose]())

async function page(path: string): Promise<string> {
  return (await fetch(`${dashboard.url}${path}`)).text()
}

async function post(path: string, body: string): Promise<number> {
  const { status } = await fetch(`${dashboard.url}${path}`, {
    method: 'POST',
    redirect: 'manual',
    headers: { Origin: dashboard.url, 'Content-Type': 'application/x-www-form-urlencoded' },
    body,
  })
  return status
}

test('the overview, the verdict and the metrics are about resources as well', async () => {
  const overview = await page('/')
  expect(overview).toContain('All right: 2 entities up to date')
  expect(overview.indexOf('href="/entities/tasks"')).toBeLessThan(
    overview.indexOf('href="/entities/contact_list"'),
  )
  expect(overview).toContain('Lists (segments) of contacts and of other records')
  expect(overview).toContain('Not part of <code>hubgen sync --all</code>: <bdi>list_members</bdi>.')
  const metrics = await page('/metrics')
  expect(metrics).toContain('hubgen_run_records_total{entity="contact_list",result="read"} 5')
})

test('a failed resource is a cause of the verdict', async () => {
  const failed = (outcome: string) =>
    opened.database.query(
      `UPDATE hubgen.run SET outcome = '${outcome}' WHERE entity = 'contact_list'`,
    )
  await failed('failed')
  expect(await page('/')).toContain('1 of 2 entities needs attention')
  await failed('succeeded')
})

test('a resource has its runs and its quarantine, and no page about properties, checks or drift', async () => {
  const own = await page('/entities/contact_list')
  expect(own).toContain('id="start-incremental"')
  expect(own).toContain('href="/quarantine?entity=contact_list"')
  expect(own).not.toMatch(/id="start-test"|contact_list\/(properties|quality)/)
  for (const path of ['properties', 'quality']) {
    expect(await page(`/entities/contact_list/${path}`)).toContain('a resource has no properties')
  }
  expect(await page('/quality')).not.toContain('contact_list')
  expect(await page('/drift')).not.toContain('contact_list')
  expect(await post('/entities/contact_list/sync', 'mode=test&limit=10')).toBe(400)
  expect(await post('/entities/contact_list/check', '')).toBe(404)
})

test('a button starts its sync, and the run has a page', async () => {
  const [before] = await runsOf(opened.database, 'contact_list')
  expect(before).toBeDefined()
  expect(await page('/quarantine?entity=contact_list')).toContain('Lists (segments)')
  expect(await page('/entities/contact_list')).toMatch(/href="\/runs\/\d+"/)
  expect(await post('/entities/contact_list/sync', 'mode=full')).toBe(200)
  expect(await post('/entities/contact_list/sync', 'mode=incremental')).toBe(303)
  await vi.waitFor(
    async () => {
      const found = await runsOf(opened.database, 'contact_list')
      expect(found.filter(({ outcome }) => outcome === 'succeeded')).toHaveLength(2)
    },
    { timeout: 60_000, interval: 100 },
  )
})
