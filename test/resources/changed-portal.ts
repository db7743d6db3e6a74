import { expect } from 'vitest'
import type { Resource } from '../../runtime/resources/resource.ts'
import { resources } from '../../runtime/resources/resources.ts'
import type { ResourceKind } from '../../simulator/resources/resources.ts'
import type { ResourcePortal } from '../support/resource-portal.ts'
import { compareTable, judgedTables } from './judged-tables.ts'

/** The resources that have a judge. */
export const judged = resources.filter(({ name }) => Object.hasOwn(judgedTables, name))

function kindOf(name: string): ResourceKind {
  return judgedTables[name]?.[0]?.kind ?? 'list'
}

export function parentsOf({ parent }: Resource): readonly string[] {
  return parent !== undefined && 'resource' in parent ? [parent.resource] : []
}

export async function syncParents(portal: ResourcePortal, resource: Resource): Promise<void> {
  await portal.database.query(`UPDATE hubgen.pass SET begun_at = begun_at - interval '25 hours'`)
  for (const parent of parentsOf(resource)) {
    expect(await portal.sync(parent, {})).toMatchObject({ outcome: 'succeeded' })
  }
}

export async function expectEqual(portal: ResourcePortal, { name }: Resource): Promise<void> {
  for (const table of judgedTables[name] ?? []) {
    const sides = await compareTable(portal, table)
    expect([table.table, sides.table]).toEqual([table.table, sides.portal])
  }
}

/** Members of a list of companies, so that there are any. */
export function fillPortal({ simulator }: ResourcePortal, name: string): void {
  if (name !== 'list_member') return
  for (const recordId of ['41', '42', '43']) {
    const row = { recordId, membershipTimestamp: '2026-01-02T03:04:05Z' }
    simulator.resources.put('list_member', recordId, row, '1121')
  }
}

/** Changes one row, adds one like it and removes the last one; returns how many rows were removed. */
export function changePortal(portal: ResourcePortal, name: string): { readonly removed: number } {
  const kind = kindOf(name)
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
  association_type: () => ({ label: 'Changed' }),
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
  association_type: () => ({
    key: 'USER_DEFINED-77',
    fields: { category: 'USER_DEFINED', typeId: 77, label: 'Another' },
  }),
}
