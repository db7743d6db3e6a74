import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { SyncEvent } from '../../runtime/sync/events.ts'
import { passesOf } from '../../runtime/sync/passes.ts'
import { fewColumns, openSyncPortal, type SyncPortal } from '../support/sync-portal.ts'

let portal: SyncPortal

beforeAll(async () => {
  portal = await openSyncPortal('tickets', { records: { tickets: 350 } }, fewColumns)
})

beforeEach(async () => {
  portal.simulator.faults.clear()
  await portal.database.query('TRUNCATE hubspot.ticket, hubgen.run, hubgen.quarantine CASCADE')
})

afterAll(() => portal[Symbol.asyncDispose]())

function cancelWhen(condition: (event: SyncEvent) => boolean) {
  const controller = new AbortController()
  return portal.sync({
    batchRows: 100,
    signal: controller.signal,
    onEvent: (event) => {
      if (condition(event)) controller.abort()
    },
  })
}

describe('a cancelled run', () => {
  it('finishes the batch in flight and records that it is incomplete', async () => {
    const report = await cancelWhen(({ type }) => type === 'batch_started')
    expect(report).toMatchObject({ outcome: 'cancelled', inserted: 100, batches: 1, error: null })
    expect(await portal.count()).toBe(100)
    expect(await portal.database.query('SELECT outcome, inserted FROM hubgen.run')).toEqual([
      { outcome: 'cancelled', inserted: '100' },
    ])
    expect(portal.events.at(-1)).toMatchObject({ type: 'run_finished' })
  })

  it('does not wait for HubSpot', async () => {
    portal.simulator.faults.add({ kind: 'hang', route: 'list', after: 1 })
    const report = await cancelWhen(({ type }) => type === 'page_read')
    expect(report).toMatchObject({ outcome: 'cancelled', read: 100 })
  })

  it('does not wait for the next attempt', async () => {
    portal.simulator.faults.add({ kind: 'html_502', route: 'list', after: 1, times: 99 })
    expect(await cancelWhen(({ type }) => type === 'retry')).toMatchObject({
      outcome: 'cancelled',
      retries: 1,
    })
  })

  it('is completed by the next run', async () => {
    await cancelWhen(({ type }) => type === 'batch_written')
    const before = await portal.count()
    const total = portal.simulator.store.count('0-5')
    const report = await portal.sync()
    expect(report).toMatchObject({ outcome: 'succeeded', inserted: total - before, unchanged: 0 })
    expect(await portal.count()).toBe(total)
  })

  it('succeeds when everything was written by then', async () => {
    const last = passesOf(portal.entity).at(-1)?.name
    const report = await cancelWhen(
      (event) => event.type === 'pass_finished' && event.report.pass === last,
    )
    expect(report.outcome).toBe('succeeded')
  })
})

describe('a limited run', () => {
  it.each([1, 99, 100, 101, 250])('reads %i records', async (limit) => {
    const report = await portal.sync({ limit, batchRows: 100 })
    expect(report).toMatchObject({ outcome: 'succeeded', read: limit, inserted: limit })
    expect(await portal.count()).toBe(limit)
  })
})

describe('a listener that throws', () => {
  it.each(['page_read', 'batch_started', 'batch_written'])(
    'at %s ends the run as a bug, which is recorded',
    async (type) => {
      const mistake = new Error('a mistake of the caller')
      const run = cancelWhen((event) => {
        if (event.type === type) throw mistake
        return false
      })
      await expect(run).rejects.toBe(mistake)
      const [last] = await portal.database.query('SELECT outcome, error FROM hubgen.run')
      expect(last).toMatchObject({ error: 'a bug in hubgen' })
      expect(await portal.count()).toBeLessThan(portal.simulator.store.count('0-5'))
    },
  )
})
