import { expect, test } from 'vitest'
import { resources } from '../../runtime/resources/resources.ts'
import { openResourcePortal } from '../support/resource-portal.ts'

test('every resource is read', async () => {
  await using portal = await openResourcePortal()
  for (const { name } of resources) {
    const report = await portal.sync(name)
    expect(report).toMatchObject({ outcome: 'succeeded', error: null, rejectedValues: 0 })
  }
})
