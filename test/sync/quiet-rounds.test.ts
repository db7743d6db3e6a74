import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { liveInHubSpot, liveInTable } from '../support/copy-state.ts'
import { type RoundCost, watchPortal } from '../support/quiet-rounds.ts'
import { TestClock } from '../support/simulator.ts'
import { fewColumns, openSyncPortal, type SyncPortal } from '../support/sync-portal.ts'

const DEALS = '0-3'
const time = new TestClock(Date.now())
let portal: SyncPortal

beforeAll(async () => {
  portal = await openSyncPortal('deals', { records: { deals: 300 }, clock: time }, fewColumns)
  await portal.sync()
})

beforeEach(() => portal.simulator.faults.clear())

afterAll(() => portal[Symbol.asyncDispose]())

interface Watching {
  readonly last: number
  /** Called before each round but the first. */
  readonly change?: (round: number) => Promise<unknown> | unknown
  readonly check?: (cost: RoundCost) => Promise<void> | void
}

/** The cost of each round of a watcher that starts now. */
async function watch({ last, change, check }: Watching): Promise<RoundCost[]> {
  const costs: RoundCost[] = []
  await watchPortal({
    portal,
    time,
    async after(cost) {
      costs.push(cost)
      await check?.(cost)
      if (cost.round === last) return true
      await change?.(cost.round + 1)
      return false
    },
  })
  return costs
}

function awake(costs: readonly RoundCost[]): number[] {
  return costs.filter(({ connections }) => connections > 0).map(({ round }) => round)
}

async function expectEqual(): Promise<void> {
  expect(await liveInTable(portal)).toEqual(liveInHubSpot(portal))
}

function anId(place: number): string {
  const live = liveInHubSpot(portal)
  return live[place % live.length]?.split(' ')[0] ?? ''
}

function inBin(place: number): string | undefined {
  const bin = [...portal.simulator.store.scan(DEALS, 0n, { archived: true })]
  return bin[place % Math.max(1, bin.length)]?.id
}

describe('rounds of `--every`', () => {
  it('a thousand quiet ones open no connection, with at most two calls per entity and one more', async () => {
    const costs = await watch({ last: 1_001 })
    expect(awake(costs)).toEqual([1])
    expect(Math.max(...costs.slice(1).map(({ calls }) => calls))).toBeLessThanOrEqual(3)
  })

  it('a change in any of them arrives in the next, and the rounds between open no connection', async () => {
    const random = seededRandom(11)
    const kinds = ['create', 'update', 'archive', 'purge', 'merge', 'restore'] as const
    const changed = new Set<number>()
    const change = (round: number) => {
      const { store } = portal.simulator
      if (random() > 0.08) return
      const kind = kinds[Math.floor(random() * kinds.length)]
      const place = Math.floor(random() * 300)
      if (kind === 'create') store.create(DEALS, { dealname: `new in ${round}` })
      if (kind === 'update') store.update(DEALS, anId(place), { dealname: `changed in ${round}` })
      if (kind === 'archive') store.archive(DEALS, anId(place))
      if (kind === 'purge') store.purge(DEALS, anId(place))
      if (kind === 'merge') store.merge(DEALS, anId(place), anId(place + 1))
      const deleted = inBin(place)
      if (kind === 'restore' && deleted === undefined) return
      if (kind === 'restore' && deleted !== undefined) store.restore(DEALS, deleted)
      changed.add(round)
    }
    const costs = await watch({
      last: 250,
      change,
      check: ({ round }) => (changed.has(round) ? expectEqual() : undefined),
    })
    expect(changed.size).toBeGreaterThan(12)
    expect(awake(costs)).toEqual([1, ...changed])
  })

  it('a record in the lag window wakes the database for a new change only', async () => {
    const { store } = portal.simulator
    const id = anId(7)
    const costs = await watch({
      last: 40,
      change(round) {
        if ([3, 5, 20].includes(round)) store.update(DEALS, id, { dealname: `in ${round}` })
      },
      check: () => expectEqual(),
    })
    expect(awake(costs)).toEqual([1, 3, 5, 20])
  })

  it('a change that the search index shows minutes late arrives once it does', async () => {
    const { faults, store } = portal.simulator
    const costs = await watch({
      last: 30,
      change(round) {
        if (round === 2) faults.add({ kind: 'index_lag', ms: 8 * 60_000 })
        if (round === 3) store.update(DEALS, anId(9), { dealname: 'late' })
        if (round === 4) store.archive(DEALS, anId(21))
      },
    })
    await expectEqual()
    expect(costs.at(-1)).toMatchObject({ connections: 0 })
  })
})
