import { expect, test } from 'vitest'
import type { BehaviourKind } from '../../simulator/fault.ts'
import { openResourcePortal, type ResourcePortal } from '../support/resource-portal.ts'
import { compareTable, judgedTables } from './judged-tables.ts'

/**
 * Ways in which HubSpot may behave, with the resources that must be the same under both, and whether their calls meet
 * the behaviour.
 */
const behaviours: readonly (readonly [BehaviourKind, readonly string[], 'met' | 'avoided'])[] = [
  ['lists_all_missing', ['contact_list', 'contact_list_member'], 'met'],
  ['list_count_refused', ['contact_list'], 'avoided'],
  ['join_order_descending', ['contact_list', 'contact_list_member'], 'avoided'],
  ['automation_v4_gone', ['flow', 'flow_email'], 'met'],
]

test.each(behaviours)('%s: nothing changes in %j', async (kind, names, calls) => {
  await using portal = await openResourcePortal()
  portal.simulator.faults.add({ kind })
  for (const name of names) {
    expect(await portal.sync(name)).toMatchObject({ outcome: 'succeeded', error: null })
    for (const table of judgedTables[name] ?? []) {
      const sides = await compareTable(portal, table)
      expect(sides.table).toEqual(sides.portal)
    }
  }
  expect(metBy(portal)).toBe(calls)
})

/** Whether a call of the portal met its fault; null without a fault. */
function metBy({ simulator }: ResourcePortal): 'met' | 'avoided' | null {
  const [fault] = simulator.faults.list()
  if (fault === undefined) return null
  return fault.fired > 0 ? 'met' : 'avoided'
}

test('statistics_omit_an_email: an e-mail that answers with statistics leave out is there, without them', async () => {
  await using portal = await openResourcePortal()
  portal.simulator.faults.add({ kind: 'statistics_omit_an_email' })
  expect(await portal.sync('marketing_email')).toMatchObject({ outcome: 'succeeded', error: null })
  const rows = await portal.database.query<{ id: string; stats: unknown }>(
    'SELECT id, stats FROM hubspot.marketing_email ORDER BY id',
  )
  const inPortal = portal.simulator.resources.list('marketing_email').map(({ key }) => key)
  expect(rows.map(({ id }) => id)).toEqual(inPortal.toSorted())
  // One of the live e-mails, and the only archived one.
  expect(rows.filter(({ stats }) => stats === null)).toHaveLength(2)
})

test('statistics_omit_an_email: statistics that later answers leave out stay as they were read', async () => {
  await using portal = await openResourcePortal()
  expect(await portal.sync('marketing_email')).toMatchObject({ outcome: 'succeeded', error: null })
  portal.simulator.faults.add({ kind: 'statistics_omit_an_email' })
  const report = await portal.sync('marketing_email', { full: true })
  expect(report).toMatchObject({ outcome: 'succeeded', inserted: 0, updated: 0, deleted: 0 })
  for (const { key } of portal.simulator.resources.list('marketing_email')) {
    portal.simulator.resources.patch('marketing_email', key, { name: 'Changed' })
  }
  expect(await portal.sync('marketing_email', { full: true })).toMatchObject({ inserted: 0 })
  expect(metBy(portal)).toBe('met')
  for (const table of judgedTables['marketing_email'] ?? []) {
    const sides = await compareTable(portal, table)
    expect(sides.table).toEqual(sides.portal)
  }
})

test('offsets_expire: a token for a page that has expired begins its chain again, or fails, and nothing is lost', async () => {
  await using portal = await openResourcePortal()
  const { resources } = portal.simulator
  const [first] = resources.list('email_event')
  if (first === undefined) throw new Error('no events')
  for (let at = 0; at < 1_200; at += 1) {
    const id = `event-${at}`
    resources.put('email_event', id, {
      ...first.row,
      id,
      created: Number(first.row['created']) + at,
    })
  }
  const expired = portal.simulator.faults.add({ kind: 'offsets_expire' })
  const failed = await portal.sync('email_event')
  expect(failed.outcome).not.toBe('succeeded')
  portal.simulator.faults.remove(expired)
  expect(await portal.sync('email_event')).toMatchObject({ outcome: 'succeeded', error: null })
  for (const table of judgedTables['email_event'] ?? []) {
    const sides = await compareTable(portal, table)
    expect(sides.table).toEqual(sides.portal)
  }
})
