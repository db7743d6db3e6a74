import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Resource } from '../../runtime/resources/resource.ts'
import { resources } from '../../runtime/resources/resources.ts'
import type { SyncOptions } from '../../runtime/sync/sync-options.ts'
import { openResourcePortal, type ResourcePortal } from '../support/resource-portal.ts'
import {
  changePortal,
  expectEqual,
  fillPortal,
  judged,
  parentsOf,
  syncParents,
} from './changed-portal.ts'

test('every resource has a judge but the limits of associations, which have a test of their own', () => {
  const others = resources.filter((one) => !judged.includes(one)).map(({ name }) => name)
  expect(others).toEqual(['association_limit'])
})

/** Reads a resource after its parents, whenever it was read last. */
async function sync(portal: ResourcePortal, resource: Resource, options: SyncOptions = {}) {
  await syncParents(portal, resource)
  return portal.sync(resource.name, options)
}

describe.each(judged)('$name', (resource) => {
  const { name } = resource
  let portal: ResourcePortal
  /** The routes that this resource and its parents need. */
  const routes = new Set<string>()
  let calls: string[] = []
  let onCall: (() => void) | undefined
  beforeAll(async () => {
    portal = await openResourcePortal({
      onCall: (route) => {
        calls.push(route)
        routes.add(route)
        onCall?.()
      },
    })
    fillPortal(portal, name)
  })
  afterAll(() => portal[Symbol.asyncDispose]())

  test('a read that ends at its first calls resumes, and has every row', async () => {
    for (const last of [1, 2, 3, 4]) {
      const stop = new AbortController()
      let made = 0
      const ended = () => {
        made += 1
        if (made > last) stop.abort()
      }
      for (const parent of parentsOf(resource)) await portal.sync(parent)
      onCall = ended
      await portal.sync(name, { signal: stop.signal }).catch(() => {})
      onCall = undefined
    }
    expect(await sync(portal, resource)).toMatchObject({ outcome: 'succeeded', error: null })
    await expectEqual(portal, resource)
  })

  test('a second read changes nothing', async () => {
    const nothing = { outcome: 'succeeded', inserted: 0, updated: 0, deleted: 0 }
    expect(await sync(portal, resource)).toMatchObject(nothing)
    await expectEqual(portal, resource)
  })

  test('what is new, changed and removed in HubSpot is so in the table', async () => {
    const { removed } = changePortal(portal, name)
    const report = await sync(portal, resource)
    expect(report).toMatchObject({ outcome: 'succeeded', error: null, rejectedValues: 0 })
    if (resource.deletes === 'never') expect(report.deleted).toBe(0)
    else expect(report.deleted).toBe(removed)
    await expectEqual(portal, resource)
  })

  test('pages that fail are asked for again', async () => {
    for (const route of routes) {
      for (const kind of [
        'error_500',
        'truncated_json',
        'rate_limited_429',
        'reset_mid_body',
      ] as const) {
        portal.simulator.faults.add({ kind, route })
      }
    }
    await syncParents(portal, resource)
    calls = []
    const report = await portal.sync(name, { full: true })
    portal.simulator.faults.clear()
    expect(report).toMatchObject({ outcome: 'succeeded', deleted: 0 })
    expect(report.retries).toBeGreaterThan(0)
    await expectEqual(portal, resource)
  })

  test('after a refusal nothing changes, and the run says so', async () => {
    for (const route of new Set(calls.filter((one) => one !== 'account'))) {
      portal.simulator.faults.add({ kind: 'forbidden_403', route, times: 1_000 })
    }
    const report = await portal.sync(name, { full: true })
    portal.simulator.faults.clear()
    expect(report).toMatchObject({ outcome: 'succeeded', deleted: 0 })
    expect(portal.events).toContainEqual(expect.objectContaining({ type: 'notice' }))
    await expectEqual(portal, resource)
  })
})
