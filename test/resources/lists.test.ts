import { expect, test } from 'vitest'
import { createCallBudget } from '../../runtime/hubspot/limits/call-budget.ts'
import type { SyncReport } from '../../runtime/sync/report.ts'
import type { SyncOptions } from '../../runtime/sync/sync-options.ts'
import { openResourcePortal, type ResourcePortal } from '../support/resource-portal.ts'

/** The members that the portal has, and those that the table has as live, by list and contact. */
async function bothSides({ simulator, database }: ResourcePortal) {
  const contactLists = new Set(
    simulator.resources
      .list('list')
      .filter(({ row }) => row['objectTypeId'] === '0-1')
      .map(({ key }) => key),
  )
  const portal = simulator.resources
    .list('list_member')
    .filter(({ parent }) => contactLists.has(parent))
    .map(({ parent, row }) => `${parent}/${row['recordId']} ${stamp(row['membershipTimestamp'])}`)
  const rows = await database.query<{ list: string; contact: string; added: Date }>(
    `SELECT contact_list_id::text AS list, contact_id::text AS contact, added_at AS added
      FROM hubspot.contact_list_member WHERE NOT _fivetran_deleted`,
  )
  const table = rows.map(({ list, contact, added }) => `${list}/${contact} ${added.toISOString()}`)
  return { portal: portal.toSorted(), table: table.toSorted() }
}

function stamp(value: unknown): string {
  return new Date(String(value)).toISOString()
}

async function expectEqual(portal: ResourcePortal): Promise<void> {
  const sides = await bothSides(portal)
  expect(sides.table).toEqual(sides.portal)
}

test('lists and their members are read, and only changed lists are read again', async () => {
  await using portal = await openResourcePortal()
  expect(await portal.sync('contact_list')).toMatchObject({ outcome: 'succeeded', error: null })
  const first = await portal.sync('contact_list_member')
  expect(first).toMatchObject({ outcome: 'succeeded', error: null })
  expect(first.inserted).toBeGreaterThan(0)
  await expectEqual(portal)

  await portal.sync('contact_list')
  expect(await portal.sync('contact_list_member')).toMatchObject({ read: 0, calls: 1, updated: 0 })
})

/** Touches the stamp of a list, as HubSpot does when its members change. */
function touch({ simulator }: ResourcePortal, list: string, at = new Date().toISOString()): void {
  const row = simulator.resources.find('list', list)?.row ?? {}
  const size = simulator.resources.list('list_member', list).length
  const known = row['additionalProperties'] as Record<string, string> | undefined
  simulator.resources.patch('list', list, {
    additionalProperties: {
      ...known,
      hs_list_size: String(size),
      hs_last_record_removed_at: String(Date.parse(at)),
    },
  })
}

/** The contact lists with members, smallest id first. */
function fullLists({ simulator }: ResourcePortal): readonly string[] {
  return simulator.resources
    .list('list')
    .filter(({ row }) => row['objectTypeId'] === '0-1')
    .map(({ key }) => key)
    .filter((key) => simulator.resources.list('list_member', key).length > 1)
}

async function syncBoth(portal: ResourcePortal, options: SyncOptions = {}): Promise<SyncReport> {
  const lists = await portal.sync('contact_list', options)
  expect(lists).toMatchObject({ error: null })
  return await portal.sync('contact_list_member', options)
}

test('members that joined or left, and deleted lists, follow; the rest is not read', async () => {
  await using portal = await openResourcePortal()
  await syncBoth(portal)
  const { simulator } = portal
  const [changed = '', deleted = ''] = fullLists(portal)
  const [gone] = simulator.resources.list('list_member', changed)
  simulator.resources.remove('list_member', gone?.key ?? '', changed)
  const joined = { recordId: '987654321', membershipTimestamp: '2026-11-01T00:00:00Z' }
  simulator.resources.put('list_member', '987654321', joined, changed)
  touch(portal, changed)
  for (const { key } of simulator.resources.list('list_member', deleted)) {
    simulator.resources.remove('list_member', key, deleted)
  }
  simulator.resources.remove('list', deleted)
  const report = await syncBoth(portal)
  expect(report).toMatchObject({ outcome: 'succeeded', inserted: 1 })
  expect(report.deleted).toBeGreaterThan(1)
  await expectEqual(portal)
  const kept = await portal.database.query(
    'SELECT _fivetran_deleted AS gone FROM hubspot.contact_list WHERE id = $1',
    [deleted],
  )
  expect(kept).toEqual([{ gone: true }])
})

test('a member who left and came back is live again', async () => {
  await using portal = await openResourcePortal()
  await syncBoth(portal)
  const [list = ''] = fullLists(portal)
  const [member] = portal.simulator.resources.list('list_member', list)
  portal.simulator.resources.remove('list_member', member?.key ?? '', list)
  touch(portal, list, '2026-11-02T00:00:00Z')
  expect(await syncBoth(portal)).toMatchObject({ deleted: 1 })
  portal.simulator.resources.put('list_member', member?.key ?? '', member?.row ?? {}, list)
  touch(portal, list, '2026-11-03T00:00:00Z')
  expect(await syncBoth(portal)).toMatchObject({ deleted: 0, updated: 1 })
  await expectEqual(portal)
})

test('without the address of all lists, they are searched', async () => {
  await using portal = await openResourcePortal()
  portal.simulator.faults.add({ kind: 'lists_all_missing' })
  expect(await portal.sync('contact_list')).toMatchObject({ outcome: 'succeeded', deleted: 0 })
  const rows = await portal.database.query('SELECT id::text FROM hubspot.contact_list ORDER BY 1')
  const listed = portal.simulator.resources.list('list').map(({ key }) => key)
  expect(rows.map(({ id }) => id)).toEqual(listed.toSorted())
})

test('a key without the scope leaves the rows as they are, and the run says why', async () => {
  await using portal = await openResourcePortal()
  await syncBoth(portal)
  portal.simulator.faults.add({ kind: 'forbidden_403', route: 'lists_all', times: 100 })
  const report = await portal.sync('contact_list')
  expect(report).toMatchObject({ outcome: 'succeeded', deleted: 0, error: null })
  expect(report.passes).toMatchObject([{ pass: 'rows', outcome: 'skipped' }])
  expect(portal.events).toContainEqual(
    expect.objectContaining({ type: 'notice', code: 'HUBSPOT_FORBIDDEN' }),
  )
  await expectEqual(portal)
})

test('an interrupted read resumes with the list and page where it ended', async () => {
  await using portal = await openResourcePortal()
  const { simulator } = portal
  const [list = ''] = fullLists(portal)
  for (let id = 1; id <= 1_200; id += 1) {
    const recordId = String(5_000_000 + id)
    const row = { recordId, membershipTimestamp: '2026-11-01T00:00:00Z' }
    simulator.resources.put('list_member', recordId, row, list)
  }
  touch(portal, list)
  await portal.sync('contact_list')
  for (let run = 0; run < 30; run += 1) {
    const budget = createCallBudget(3)
    const connect = { ...portal.connect, budget }
    const report = await portal.sync('contact_list_member', { connect, batchRows: 300 })
    if (report.outcome === 'succeeded') break
    expect(report.outcome).toBe('limited')
    expect(report.deleted).toBe(0)
  }
  await expectEqual(portal)
  const found = await portal.database.query('SELECT FROM hubgen.resource_row')
  expect(found).toHaveLength(0)
})

test.each(['html_502', 'truncated_json', 'reset_mid_body', 'rate_limited_429'] as const)(
  'a fault of a page is tried again: %s',
  async (kind) => {
    await using portal = await openResourcePortal()
    portal.simulator.faults.add({ kind, route: 'lists_all' })
    portal.simulator.faults.add({ kind, route: 'memberships', after: 2 })
    const report = await syncBoth(portal)
    expect(report).toMatchObject({ outcome: 'succeeded', error: null })
    await expectEqual(portal)
  },
)

test('a key that no longer sees most lists marks none as deleted', async () => {
  await using portal = await openResourcePortal()
  for (let id = 1; id <= 150; id += 1) {
    const row = { listId: String(70_000 + id), name: 'x', objectTypeId: '0-1' }
    portal.simulator.resources.put('list', String(70_000 + id), row)
  }
  await portal.sync('contact_list')
  for (let id = 1; id <= 150; id += 1)
    portal.simulator.resources.remove('list', String(70_000 + id))
  const report = await portal.sync('contact_list')
  expect(report).toMatchObject({ deleted: 0, error: { code: 'DELETES_BRAKED' } })
  expect(await portal.sync('contact_list', { brake: false })).toMatchObject({ deleted: 150 })
})

test('an answer that lacks most members marks none as deleted, and later runs ask again', async () => {
  await using portal = await openResourcePortal()
  const [list = '', other = ''] = fullLists(portal)
  for (let id = 1; id <= 300; id += 1) {
    const row = { recordId: String(5_000_000 + id), membershipTimestamp: '2026-11-01T00:00:00Z' }
    portal.simulator.resources.put('list_member', row.recordId, row, list)
  }
  await syncBoth(portal)
  for (let id = 1; id <= 300; id += 1) {
    portal.simulator.resources.remove('list_member', String(5_000_000 + id), list)
  }
  const joined = { recordId: '987654321', membershipTimestamp: '2026-11-01T00:00:00Z' }
  portal.simulator.resources.put('list_member', '987654321', joined, other)
  touch(portal, list, '2026-11-02T00:00:00Z')
  touch(portal, other, '2026-11-02T00:00:00Z')
  await portal.sync('contact_list')
  for (const _ of ['first', 'second']) {
    const report = await portal.sync('contact_list_member')
    expect(report).toMatchObject({ deleted: 0, error: { code: 'DELETES_BRAKED' } })
    expect(report.error?.message).toContain('at least 300 of the')
  }
  // Other lists are read anyway.
  const rows = await portal.database.query(
    'SELECT FROM hubspot.contact_list_member WHERE contact_id = 987654321',
  )
  expect(rows).toHaveLength(1)
  expect(await portal.sync('contact_list_member', { brake: false })).toMatchObject({ deleted: 300 })
  await expectEqual(portal)
})

test('a key that sees no list any more loses no members', async () => {
  await using portal = await openResourcePortal()
  await syncBoth(portal)
  const before = await bothSides(portal)
  for (const { key } of portal.simulator.resources.list('list')) {
    portal.simulator.resources.remove('list', key)
  }
  // So few lists do not reach the limit, their members do.
  expect(await portal.sync('contact_list')).toMatchObject({ error: null, deleted: 5 })
  const report = await portal.sync('contact_list_member')
  expect(report).toMatchObject({ deleted: 0, error: { code: 'DELETES_BRAKED' } })
  expect((await bothSides(portal)).table).toEqual(before.table)
})

test('a value that does not fit goes to the quarantine, and leaves it when it fits', async () => {
  await using portal = await openResourcePortal()
  const [list = ''] = fullLists(portal)
  portal.simulator.resources.patch('list', list, { listVersion: 'seven' })
  expect(await portal.sync('contact_list')).toMatchObject({ rejectedValues: 1 })
  const kept = () =>
    portal.database.query('SELECT record_id, property, raw_value FROM hubgen.quarantine')
  expect(await kept()).toEqual([{ record_id: list, property: 'list_version', raw_value: 'seven' }])
  portal.simulator.resources.patch('list', list, { listVersion: 7 })
  await portal.sync('contact_list')
  expect(await kept()).toEqual([])
})

test('an answer without a list proves nothing', async () => {
  await using portal = await openResourcePortal()
  await syncBoth(portal)
  portal.simulator.faults.add({ kind: 'error_in_200', route: 'lists_all' })
  const report = await portal.sync('contact_list')
  expect(report).toMatchObject({ deleted: 0, error: { code: 'ANSWER_MALFORMED' } })
  expect(await portal.sync('contact_list')).toMatchObject({ outcome: 'succeeded', deleted: 0 })
})
