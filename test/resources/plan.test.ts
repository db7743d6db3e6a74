import { expect, test } from 'vitest'
import { connectHubSpot } from '../../runtime/hubspot/client.ts'
import { planSync } from '../../runtime/sync/plan-sync.ts'
import { openResourcePortal, type ResourcePortal } from '../support/resource-portal.ts'

async function plannedAndMade(portal: ResourcePortal, names: readonly string[]) {
  const { simulator, connection, connect } = portal
  const settings = { baseUrl: simulator.url, token: simulator.token, apiVersion: '2026-09' }
  let planned = 0
  for (const name of names) {
    const hubspot = connectHubSpot(settings, connect)
    planned += (await planSync(portal.entity(name), hubspot, connection)).calls
  }
  let made = 0
  for (const name of names) made += (await portal.sync(name)).calls
  return { planned, made }
}

const lists = ['contact_list', 'contact_list_member']

test('the estimate of lists and members is what the runs make: first, idle, and after a change', async () => {
  await using portal = await openResourcePortal({ records: { contacts: 900 } })
  const first = await plannedAndMade(portal, lists)
  expect(first.planned).toBe(first.made)
  const idle = await plannedAndMade(portal, lists)
  expect(idle).toEqual({ planned: 3, made: 3 })
  portal.simulator.resources.patch('list', '31', { listVersion: 77 })
  const changed = await plannedAndMade(portal, lists)
  expect(changed.planned).toBe(changed.made)
})
