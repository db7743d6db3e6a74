import { expect, test } from 'vitest'
import { openResourcePortal } from '../support/resource-portal.ts'
import { compareTable, judgedTables } from './judged-tables.ts'

const dayMs = 24 * 3_600_000
const now = Date.now()

test('an event that becomes obsolete days later is read again within a week', async () => {
  await using portal = await openResourcePortal()
  const { resources, requests } = portal.simulator
  const [like] = resources.list('email_event')
  if (like === undefined) throw new Error('no events')
  const put = (id: string, ageDays: number, fields = {}) =>
    resources.put('email_event', id, {
      ...like.row,
      id,
      created: now - ageDays * dayMs,
      ...fields,
    })
  const isEqual = async () => {
    const [events] = judgedTables['email_event'] ?? []
    if (events === undefined) throw new Error('no judge')
    const { portal: inPortal, table } = await compareTable(portal, events)
    return JSON.stringify(inPortal) === JSON.stringify(table)
  }
  put('late', 6)
  put('later', 13)
  expect(await portal.sync('email_event')).toMatchObject({ outcome: 'succeeded', error: null })
  const obsoletedBy = { id: 'other', created: now }
  put('late', 6, { obsoletedBy })

  requests.clear()
  expect(await portal.sync('email_event')).toMatchObject({ outcome: 'succeeded', updated: 0 })
  expect(requests.total).toBe(2)
  expect(await isEqual()).toBe(false)

  // A week later, the read begins a week before the last such read.
  await portal.database.query(
    `UPDATE hubgen.resource_read SET whole_at = whole_at - interval '7 days'`,
  )
  put('later', 13, { obsoletedBy })
  expect(await portal.sync('email_event')).toMatchObject({ outcome: 'succeeded', updated: 2 })
  expect(await isEqual()).toBe(true)
  expect(await portal.sync('email_event')).toMatchObject({ outcome: 'succeeded', updated: 0 })
})
