import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { everyId } from '../../runtime/postgres/load/live-rows.ts'
import { liveInHubSpot, liveInTable } from '../support/copy-state.ts'
import { fewColumns, openSyncPortal, type SyncPortal } from '../support/sync-portal.ts'

const DEALS = '0-3'
let portal: SyncPortal

beforeAll(async () => {
  portal = await openSyncPortal('deals', { records: { deals: 120 } }, fewColumns)
  await portal.sync()
})

afterAll(() => portal[Symbol.asyncDispose]())

/** Ends the connection of the next statement that needs the table of deals, while it waits for it. */
async function breakNextStatement(times: number): Promise<void> {
  const client = new pg.Client({ connectionString: portal.database.url })
  await client.connect()
  try {
    await client.query('BEGIN; LOCK TABLE hubspot.deal IN ACCESS EXCLUSIVE MODE')
    for (let broken = 0; broken < times; ) {
      const { rows } = await client.query<{ ended: boolean }>(
        `SELECT pg_terminate_backend(pid) AS ended FROM pg_stat_activity
         WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      )
      broken += rows.length
    }
    await client.query('ROLLBACK')
  } finally {
    await client.end()
  }
}

async function syncBroken(times: number) {
  let breaking: Promise<void> | undefined
  const report = await portal.sync({
    onEvent(event) {
      if (event.type === 'pass_started' && event.pass === 'deletes') {
        breaking ??= breakNextStatement(times)
      }
    },
  })
  await breaking
  return report
}

it('a pass whose connection breaks is resumed in the same run', async () => {
  const [one] = [...portal.simulator.store.scan(DEALS, everyId.from, { archived: false })]
  portal.simulator.store.archive(DEALS, one?.id ?? '')
  const report = await syncBroken(1)
  expect(report).toMatchObject({ outcome: 'succeeded', deleted: 1, error: null })
  expect(report.passes.filter(({ pass }) => pass === 'deletes')).toHaveLength(1)
  expect(await liveInTable(portal)).toEqual(liveInHubSpot(portal))
})
