import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { connectHubSpot } from '../../runtime/hubspot/client/client.ts'
import { planSync } from '../../runtime/sync/plan-sync.ts'
import type { SyncOptions } from '../../runtime/sync/sync-options.ts'
import { liveInHubSpot, liveInTable } from '../support/copy-state.ts'
import {
  type Alter,
  type AlteredAnswers,
  alterAnswers,
} from '../support/hubspot/altered-answers.ts'
import { fewColumns, openSyncPortal, type SyncPortal } from '../support/sync-portal.ts'

const DEALS = '0-3'
let portal: SyncPortal
let answers: AlteredAnswers

beforeAll(async () => {
  portal = await openSyncPortal('deals', { records: { deals: 250 } }, fewColumns)
  answers = await alterAnswers(portal.simulator.url)
  await sync()
})

afterEach(() => answers.alter(undefined))

afterAll(async () => {
  await answers[Symbol.asyncDispose]()
  await portal[Symbol.asyncDispose]()
})

function sync(options: SyncOptions = {}) {
  const { token } = portal.simulator
  return portal.sync({
    hubspot: { baseUrl: answers.url, token, apiVersion: '2026-09' },
    ...options,
  })
}

function anId(place: number): string {
  return liveInHubSpot(portal)[place]?.split(' ')[0] ?? ''
}

async function expectEqual(): Promise<void> {
  expect(await liveInTable(portal)).toEqual(liveInHubSpot(portal))
}

describe('an object type that can be listed and not searched', () => {
  const refuse: Alter = ({ kind }) =>
    kind === 'search'
      ? {
          status: 400,
          body: {
            status: 'error',
            category: 'VALIDATION_ERROR',
            message: 'Search is not supported',
          },
        }
      : undefined

  it('is read by full lists, said once, with what was deleted', async () => {
    const { store } = portal.simulator
    answers.alter(refuse)
    const changed = anId(11)
    store.update(DEALS, changed, { dealname: 'without a search' })
    store.purge(DEALS, anId(12))
    const report = await sync()
    expect(report).toMatchObject({ mode: 'incremental', outcome: 'succeeded', deleted: 1 })
    const notices = portal.events.flatMap((event) => (event.type === 'notice' ? event : []))
    expect(notices.filter(({ code }) => code !== 'OWNERS_TABLE_MISSING')).toMatchObject([
      { code: 'SEARCH_NOT_SUPPORTED', message: expect.stringContaining('Search is not supported') },
    ])
    expect(await portal.row(changed)).toMatchObject({ property_dealname: 'without a search' })
    await expectEqual()
  })

  const searches = () => portal.simulator.requests.of('search')
  /** The calls of a run, by the plan and by the simulator, and the number of searches among them. */
  const bill = async (options: SyncOptions = {}) => {
    const { simulator, connection, entity, connect } = portal
    const settings = { baseUrl: answers.url, token: simulator.token, apiVersion: '2026-09' }
    const plan = await planSync(entity, connectHubSpot(settings, connect), connection, options)
    simulator.requests.clear()
    const { outcome } = await sync(options)
    expect(outcome).toBe('succeeded')
    // There is no table of owners, so they are not asked for.
    const planned = plan.passes
      .filter(({ pass }) => pass !== 'owners')
      .flatMap(({ calls }) => calls)
      .reduce((sum, { calls }) => sum + calls, 0)
    return { planned, made: simulator.requests.total, searches: searches() }
  }
  const aDayLater = () =>
    portal.database.query(
      `UPDATE hubgen.pass SET begun_at = begun_at - interval '1 day' WHERE pass = 'look_back'`,
    )

  it('is not asked for in the next run, and is planned as it is read', async () => {
    answers.alter(refuse)
    const again = await bill()
    expect(again).toMatchObject({ planned: again.made, searches: 0 })
    const changed = anId(14)
    portal.simulator.store.update(DEALS, changed, { dealname: 'nobody asked' })
    portal.simulator.store.purge(DEALS, anId(15))
    expect(await sync()).toMatchObject({ outcome: 'succeeded', deleted: 1 })
    expect(portal.events).toContainEqual(
      expect.objectContaining({
        code: 'SEARCH_NOT_SUPPORTED',
        message: expect.stringContaining('Search is not supported'),
      }),
    )
    expect(await portal.row(changed)).toMatchObject({ property_dealname: 'nobody asked' })
    await expectEqual()
  })

  it('is asked for again once a day, and with --full', async () => {
    answers.alter(refuse)
    await aDayLater()
    const daily = await bill()
    expect(daily).toMatchObject({ planned: daily.made, searches: 2 })
    expect((await bill()).searches).toBe(0)
    expect((await bill({ full: true })).searches).toBe(2)
    expect((await bill()).searches).toBe(0)
  })

  it('is not listed twice in a full run', async () => {
    answers.alter(refuse)
    const report = await sync({ full: true })
    expect(report).toMatchObject({ outcome: 'succeeded', read: liveInHubSpot(portal).length })
  })

  it('goes back to searching when it may', async () => {
    await aDayLater()
    portal.simulator.store.update(DEALS, anId(13), { dealname: 'searched' })
    const report = await sync()
    expect(report).toMatchObject({ outcome: 'succeeded', updated: 1 })
    expect(report.read).toBeLessThan(10)
    await expectEqual()
  })
})
