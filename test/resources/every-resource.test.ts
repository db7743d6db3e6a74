import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Resource } from '../../runtime/resources/resource.ts'
import { resources } from '../../runtime/resources/resources.ts'
import type { SyncOptions } from '../../runtime/sync/sync-options.ts'
import type { ResourceKind } from '../../simulator/resources/resources.ts'
import { openResourcePortal, type ResourcePortal } from '../support/resource-portal.ts'
import { compareTable, judgedTables } from './judged-tables.ts'

const judged = resources.filter(({ name }) => Object.hasOwn(judgedTables, name))

test('every resource has a judge but the limits of associations, which have a test of their own', () => {
  const others = resources.filter((one) => !judged.includes(one)).map(({ name }) => name)
  expect(others).toEqual(['association_limit'])
})

function parentsOf({ parent }: Resource): readonly string[] {
  return parent !== undefined && 'resource' in parent ? [parent.resource] : []
}

/** Reads a resource after its parents, whenever it was read last. */
async function sync(portal: ResourcePortal, resource: Resource, options: SyncOptions = {}) {
  await syncParents(portal, resource)
  return portal.sync(resource.name, options)
}

async function syncParents(portal: ResourcePortal, resource: Resource): Promise<void> {
  await portal.database.query(`UPDATE hubgen.pass SET begun_at = begun_at - interval '25 hours'`)
  for (const parent of parentsOf(resource)) {
    expect(await portal.sync(parent, {})).toMatchObject({ outcome: 'succeeded' })
  }
}

async function expectEqual(portal: ResourcePortal, { name }: Resource): Promise<void> {
  for (const table of judgedTables[name] ?? []) {
    const sides = await compareTable(portal, table)
    expect([table.table, sides.table]).toEqual([table.table, sides.portal])
  }
}

describe.each(judged)('$name', (resource) => {
  const { name } = resource
  const kind = judgedTables[name]?.[0]?.kind ?? 'list'
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
    fill(portal, name)
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
    const { removed } = change(portal, name, kind)
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

/** Members of a list of companies, so that there are any. */
function fill({ simulator }: ResourcePortal, name: string): void {
  if (name !== 'list_member') return
  for (const recordId of ['41', '42', '43']) {
    const row = { recordId, membershipTimestamp: '2026-01-02T03:04:05Z' }
    simulator.resources.put('list_member', recordId, row, '1121')
  }
}

/** Changes one row, adds one like it and removes the last one; returns how many rows were removed. */
function change(portal: ResourcePortal, name: string, kind: ResourceKind) {
  const { resources: inPortal } = portal.simulator
  const entries = inPortal
    .list(kind)
    .filter((entry) => judgedTables[name]?.[0]?.rows({ ...entry, is: entry.row }).length !== 0)
  const [first, last] = [entries[0], entries.at(-1)]
  if (first === undefined || last === undefined) throw new Error(`no ${kind}`)
  inPortal.patch(kind, first.key, changed[name]?.(first.row) ?? { name: 'Changed' }, first.parent)
  if (name === 'currency') return { removed: 0 }
  const added = addedLike[kind]?.(first.row)
  if (added !== undefined) {
    inPortal.put(kind, added.key, { ...first.row, ...added.fields }, first.parent)
  }
  const keepsAll = ['email_event', 'subscription_change', 'form_submission'].includes(kind)
  if (keepsAll) return { removed: 0 }
  inPortal.remove(kind, last.key, last.parent)
  for (const parent of new Set([first.parent, last.parent])) {
    const list = kind === 'list_member' ? inPortal.find('list', parent) : undefined
    if (list === undefined) continue
    const properties = { ...(list.row['additionalProperties'] ?? {}) }
    const additionalProperties = { ...properties, hs_last_record_removed_at: '1767225600000' }
    inPortal.patch('list', parent, { additionalProperties })
  }
  return { removed: 1 }
}

type Fields = Readonly<Record<string, unknown>>
type Changes = Readonly<Record<string, (row: Fields) => Fields>>

/** Within the span that every read repeats. */
const now = Date.now() - 20 * 60_000

const changed: Changes = {
  contact_list_member: () => ({ membershipTimestamp: '2026-02-03T04:05:06Z' }),
  list_member: () => ({ membershipTimestamp: '2026-02-03T04:05:06Z' }),
  form_submission: () => ({}),
  email_event: () => ({}),
  email_subscription_change: () => ({}),
  email_campaign: () => ({ name: 'Changed', lastUpdatedTime: now }),
  flow: () => ({ name: 'Changed', revisionId: '99' }),
  flow_email: () => ({ emailContentId: '170000099999' }),
  currency: () => ({ createdAt: '2020-01-01T00:00:00Z' }),
  exchange_rate: () => ({ conversionRate: 0.123456789 }),
  marketing_campaign: budget,
  marketing_campaign_total: budget,
  marketing_campaign_report: budget,
  marketing_campaign_revenue: budget,
}

function budget({ properties }: Fields): Fields {
  return {
    updatedAt: '2026-05-06T07:08:09Z',
    properties: { ...(properties as object), hs_budget_items_sum_amount: '5500' },
  }
}

const uuid = '00000000-0000-4000-8000-0000000000ff'
const addedLike: Readonly<
  Partial<
    Record<
      ResourceKind,
      (row: Readonly<Record<string, unknown>>) => { readonly key: string; readonly fields: object }
    >
  >
> = {
  list: () => ({ key: '9001', fields: { listId: '9001', name: 'Another' } }),
  list_member: () => ({ key: '987654', fields: { recordId: '987654' } }),
  form: () => ({ key: uuid, fields: { id: uuid, name: 'Another', fieldGroups: [] } }),
  form_submission: () => ({ key: uuid, fields: { conversionId: uuid, submittedAt: now } }),
  marketing_campaign: () => ({ key: uuid, fields: { id: uuid } }),
  marketing_campaign_asset: () => ({ key: `FORM:${uuid}`, fields: { type: 'FORM', id: uuid } }),
  subscription_type: () => ({ key: '77', fields: { id: '77' } }),
  subscription_change: () => ({ key: 'new', fields: { timestamp: now } }),
  email_campaign: () => ({ key: '4', fields: { id: 4 } }),
  marketing_email: () => ({ key: '5', fields: { id: '5', to: {}, allEmailCampaignIds: [] } }),
  email_event: () => ({ key: uuid, fields: { id: uuid, created: now, type: 'SUPPRESSED' } }),
  flow: () => ({ key: '6', fields: { id: '6' } }),
  flow_email: () => ({ key: '7', fields: { flowId: '7' } }),
  exchange_rate: () => ({ key: '8', fields: { id: '8' } }),
}
