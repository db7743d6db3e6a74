import { expect, test } from 'vitest'
import { watchPortal } from '../support/quiet-rounds.ts'
import { openResourcePortal } from '../support/resource-portal.ts'
import { TestClock } from '../support/simulator.ts'

const tenMinutesMs = 600_000

test('a member that joins a list arrives within the hour, and the rounds between open no connection', async () => {
  const time = new TestClock(Date.now())
  await using portal = await openResourcePortal({ clock: time })
  const { resources } = portal.simulator
  const list = resources.list('list').find(({ row }) => row['objectTypeId'] === '0-1')
  const key = list?.key ?? ''
  const awake: number[] = []
  const hasJoined = async () => {
    const rows = await portal.database.query(
      'SELECT FROM hubspot.contact_list_member WHERE contact_id = 987654321 AND NOT _fivetran_deleted',
    )
    return rows.length === 1
  }
  let arrived: number | null = null
  await watchPortal({
    portal: { ...portal, entity: portal.entity('contact_list') },
    entities: ['contact_list', 'contact_list_member', 'form'].map(portal.entity),
    time,
    everyMs: tenMinutesMs,
    async after({ round, connections }) {
      if (connections > 0) awake.push(round)
      if (arrived === null && (await hasJoined())) arrived = round
      if (round === 3) {
        const at = new Date(time.nowMs()).toISOString()
        resources.put(
          'list_member',
          '987654321',
          { recordId: '987654321', membershipTimestamp: at },
          key,
        )
        const known = list?.row['additionalProperties'] as Record<string, string> | undefined
        const size = resources.list('list_member', key).length
        resources.patch('list', key, {
          additionalProperties: {
            ...known,
            hs_list_size: String(size),
            hs_last_record_added_at: String(time.nowMs()),
          },
        })
      }
      return round === 20
    },
  })
  expect(arrived).toBeGreaterThan(3)
  expect(arrived).toBeLessThanOrEqual(3 + 7)
  expect(awake).toContain(arrived)
  expect(awake.length).toBeLessThanOrEqual(4)
})
