import { expect, test } from 'vitest'
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
