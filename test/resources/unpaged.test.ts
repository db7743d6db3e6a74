import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { exploreResourcesOf, openResourcePortal } from '../support/resource-portal.ts'

test('a resource of one answer is read, changed and marked as deleted', async () => {
  await using portal = await openResourcePortal()
  const { simulator, database } = portal
  const first = await portal.sync('email_subscription')
  expect(first).toMatchObject({ outcome: 'succeeded', error: null })
  const rows = () => database.query('SELECT * FROM hubspot.email_subscription ORDER BY id::text')
  const stored = await rows()
  const listed = simulator.resources.list('subscription_type')
  expect(stored.map(({ id }) => String(id))).toEqual(listed.map(({ key }) => key).toSorted())
})

test('explore says which resources the portal has', async () => {
  await using portal = await openResourcePortal()
  const directory = join(portal.directory, 'generated')
  const report = await exploreResourcesOf(portal, directory, ['currency', 'email_subscription'])
  expect(report).toMatchObject({ outcome: 'written' })
  const text = await readFile(report.path, 'utf8')
  expect(JSON.parse(text).resources.map(({ name }: { name: string }) => name)).toEqual([
    'currency',
    'email_subscription',
  ])
  const again = await exploreResourcesOf(portal, directory, ['currency'])
  expect(again).toMatchObject({ outcome: 'unchanged' })
})
