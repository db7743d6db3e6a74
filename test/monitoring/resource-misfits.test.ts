import { expect, test } from 'vitest'
import type { WatchedEntity } from '../../runtime/monitoring/copy-status.ts'
import { findMisfits } from '../../runtime/monitoring/find-misfits.ts'
import { readStatus } from '../../runtime/monitoring/read-status.ts'
import { findProblems } from '../../runtime/monitoring/verdict/find-problems.ts'
import { deletedColumnOf } from '../../runtime/resources/resource-tables.ts'
import { findResource } from '../../runtime/resources/resources.ts'
import { openResourcePortal, type ResourcePortal } from '../support/resource-portal.ts'

function watch(name: string): WatchedEntity {
  const resource = findResource(name)
  const deletedColumn = resource === undefined ? null : deletedColumnOf(resource)
  return { name, table: `hubspot.${name}`, isResource: true, deletedColumn }
}

async function misfitsOf(portal: ResourcePortal, name: string) {
  const found = await findMisfits(portal.connection, [watch(name)])
  return (found.get(name) ?? []).map(({ property, values, of }) => ({ property, values, of }))
}

test('values of resources that did not fit are counted, whatever their key is', async () => {
  await using portal = await openResourcePortal()
  const { resources } = portal.simulator
  for (const { key } of resources.list('form')) resources.remove('form', key)
  for (let index = 0; index < 30; index++) {
    const id = `00000000-0000-4000-8000-0000000000${index + 10}`
    // A field's name, unlike its text, cannot be stored without one of its characters.
    const odd = index < 25 ? { 'odd\u0000field': 1 } : {}
    resources.put('form', id, { id, formType: 'hubspot', archived: index < 3, ...odd })
    const values = [{ name: 'email', value: '', ...odd }]
    const row = { conversionId: `c${index}`, submittedAt: Date.now() - 1_000, values }
    resources.put('form_submission', row.conversionId, row, id)
  }
  await portal.sync('form')
  await portal.sync('form_submission')
  expect(await misfitsOf(portal, 'form')).toEqual([{ property: 'definition', values: 25, of: 30 }])
  expect(await misfitsOf(portal, 'form_submission')).toEqual([
    { property: 'values', values: 25, of: 30 },
  ])
  // Values of rows that are gone in HubSpot need no fix.
  await portal.database.query(
    `UPDATE hubspot.form SET _fivetran_deleted = true WHERE definition IS NULL AND NOT archived`,
  )
  expect(await misfitsOf(portal, 'form')).toEqual([])
})

test('members of lists, whose key has two columns, are counted', async () => {
  await using portal = await openResourcePortal()
  const { resources } = portal.simulator
  for (let record = 1; record <= 40; record++) {
    const membershipTimestamp = record <= 30 ? 'yesterday' : '2026-01-02T03:04:05Z'
    const row = { recordId: String(record), membershipTimestamp }
    resources.put('list_member', row.recordId, row, '1121')
  }
  await portal.sync('contact_list')
  await portal.sync('list_member')
  expect(await misfitsOf(portal, 'list_member')).toMatchObject([
    { property: 'added_at', values: 30 },
  ])
})

test('a resource that the key may no longer read names a command that takes resources', async () => {
  await using portal = await openResourcePortal()
  await portal.sync('form')
  portal.simulator.faults.add({ kind: 'forbidden_403', route: 'forms', times: 100 })
  await portal.sync('form', { full: true })
  const status = await readStatus(portal.connection, [watch('form')])
  expect(findProblems(status)).toMatchObject([{ kind: 'part_incomplete', command: 'sync form' }])
})
