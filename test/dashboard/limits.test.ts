import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import {
  type DashboardProcess,
  type DashboardProject,
  openDashboardProject,
} from '../support/dashboard/open-dashboard.ts'

let opened: DashboardProject
let dashboard: DashboardProcess

beforeAll(async () => {
  opened = await openDashboardProject({ entities: ['tasks'], records: { tasks: 20 } })
  dashboard = await opened.serve()
  await opened.typed('sync', 'tasks')
})

afterAll(() => opened?.[Symbol.asyncDispose]())

/** With Node's own client, which sends any path; the status alone. */
function statusOf(path: string, headers: Readonly<Record<string, string>> = {}, body?: string) {
  return new Promise<number>((resolve, reject) => {
    const { hostname, port } = new URL(dashboard.url)
    const method = body === undefined ? 'GET' : 'POST'
    request({ hostname, port, method, path, headers, agent: false }, (answer) => {
      answer.destroy()
      resolve(answer.statusCode ?? 0)
    })
      .on('error', reject)
      .end(body)
  })
}

describe('an address that is no text, or too long, is a mistake of the caller', () => {
  const odd = ['%00', 'a%00b', '%ED%A0%80', '%FF', '%', '%zz', '%C0%80', 'x'.repeat(3_000)]

  test('in every part of a path', async () => {
    for (const part of odd) {
      for (const path of [
        `/${part}`,
        `/entities/${part}`,
        `/entities/${part}/properties`,
        `/entities/tasks/${part}`,
        `/entities/${part}/quality`,
        `/runs/${part}`,
        `/live/${part}`,
        `/assets/${part}`,
      ]) {
        const status = await statusOf(path)
        expect({ path, refused: status === 400 || status === 404 }).toEqual({ path, refused: true })
      }
    }
  })

  test('in every option, known or not', async () => {
    for (const part of odd) {
      for (const path of [
        `/quarantine?property=${part}`,
        `/quarantine?entity=${part}`,
        `/quarantine?replayed=${part}`,
        `/quarantine?${part}=tasks`,
        `/entities/tasks?before=${part}`,
        `/entities/tasks/properties?search=${part}`,
        `/runs/1?after=${part}`,
        `/live?after=${part}`,
        `/?anything=${part}`,
        `/metrics?${part}`,
      ]) {
        expect({ path, status: await statusOf(path) }).toEqual({ path, status: 400 })
      }
    }
  })

  test('in numbers, which stay numbers', async () => {
    for (const number of ['-1', '1e9', '99999999999999999999999', '0x10', '１', "1'--"]) {
      const part = encodeURIComponent(number)
      expect(await statusOf(`/entities/tasks?before=${part}`)).toBe(200)
      expect(await statusOf(`/runs/1?after=${part}`)).toBe(200)
      expect(await statusOf(`/runs/${part}`)).toBe(404)
    }
  })

  test('in headers and forms', async () => {
    for (const cookie of ['hubgen_session=%', 'hubgen_session=%00.%ff', ';;=', 'x']) {
      expect(await statusOf('/', { Cookie: cookie })).toBe(200)
    }
    expect(await statusOf('/live', { 'Last-Event-ID': '%00' })).toBe(200)
    const own = { Origin: dashboard.url }
    const form = (type: string) => ({ ...own, 'Content-Type': type })
    const path = '/entities/tasks/properties/export'
    expect(await statusOf(path, form('multipart/form-data'), 'x')).toBe(415)
    expect(await statusOf(path, form('text/plain'), 'x')).toBe(200)
    const urlencoded = form('application/x-www-form-urlencoded')
    expect(await statusOf(path, urlencoded, 'list=%00&skip=%ED%A0%80&skip=%')).toBe(200)
    expect(dashboard.process.errors()).toBe('')
  })
})

test('a hundred pages are kept up to date, and each one that closes makes room', async () => {
  const open = async () => {
    const control = new AbortController()
    const answer = await fetch(`${dashboard.url}/live`, { signal: control.signal })
    return { status: answer.status, close: () => control.abort() }
  }
  const pages = await Promise.all(Array.from({ length: 100 }, open))
  expect(pages.map(({ status }) => status)).toEqual(Array(100).fill(200))
  expect((await open()).status).toBe(503)
  expect(await statusOf('/')).toBe(200)
  for (const { close } of pages) close()
  await vi.waitFor(
    async () => {
      const page = await open()
      page.close()
      expect(page.status).toBe(200)
    },
    { timeout: 10_000 },
  )
})
