import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { PortalUsers } from '../../simulator/store.ts'
import { liveInHubSpot, liveInTable } from '../support/copy-state.ts'
import { type AlteredAnswers, alterAnswers } from '../support/hubspot/altered-answers.ts'
import { makeOwnerTables } from '../support/owner-tables.ts'
import { type RoundCost, watchPortal } from '../support/quiet-rounds.ts'
import { TestClock } from '../support/simulator.ts'
import { fewColumns, openSyncPortal, type SyncPortal } from '../support/sync-portal.ts'

const DEALS = '0-3'
const noUsers: PortalUsers = { users: [], roles: [], teams: [] }
const time = new TestClock(Date.now())
let portal: SyncPortal
let answers: AlteredAnswers

beforeAll(async () => {
  portal = await openSyncPortal('deals', { records: { deals: 40 }, clock: time }, fewColumns)
  portal.simulator.store.setPortalUsers(noUsers)
  await makeOwnerTables(portal)
  answers = await alterAnswers(portal.simulator.url)
  await portal.sync()
})

beforeEach(() => {
  answers.alter(undefined)
  // The rounds print what is wrong.
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
})

afterAll(async () => {
  await answers[Symbol.asyncDispose]()
  await portal[Symbol.asyncDispose]()
})

interface Watching {
  readonly last: number
  /** Called before each round but the first. */
  readonly before: (round: number) => Promise<unknown> | unknown
  readonly everyMs?: number
}

/** The rounds of a new watcher that opened the database. */
async function awake({ last, before, everyMs = 60_000 }: Watching): Promise<number[]> {
  const costs: RoundCost[] = []
  await watchPortal({
    portal,
    time,
    hubSpotUrl: answers.url,
    everyMs,
    async after(cost) {
      costs.push(cost)
      if (cost.round === last) return true
      await before(cost.round + 1)
      return false
    },
  })
  return costs.filter(({ connections }) => connections > 0).map(({ round }) => round)
}

function anId(place: number): string {
  return liveInHubSpot(portal)[place]?.split(' ')[0] ?? ''
}

/** An address at which nothing listens; returns the way back. */
function takeDatabaseAway(): () => void {
  const url = process.env['DATABASE_URL'] ?? ''
  vi.stubEnv('DATABASE_URL', 'postgresql://nobody@127.0.0.1:1/none')
  return () => vi.stubEnv('DATABASE_URL', url)
}

describe('what was new while the database was away is read when it returns:', () => {
  it('a change', async () => {
    let restore = () => {}
    const rounds = await awake({
      last: 8,
      before(round) {
        if (round === 4) {
          portal.simulator.store.update(DEALS, anId(3), { dealname: 'while away' })
          restore = takeDatabaseAway()
        }
        if (round === 6) restore()
      },
    })
    expect(rounds).toEqual([1, 6])
    expect(await liveInTable(portal)).toEqual(liveInHubSpot(portal))
  })

  it('an owner with another name', async () => {
    const { store } = portal.simulator
    let restore = () => {}
    let isAway = false
    await awake({
      last: 40,
      everyMs: 600_000,
      before(round) {
        if (round === 3) {
          store.setOwners(store.owners().map((owner) => ({ ...owner, lastName: 'Away' })))
          restore = takeDatabaseAway()
          isAway = true
        }
        if (round === 16 && isAway) restore()
      },
    })
    expect(await portal.database.query('SELECT DISTINCT last_name FROM hubspot.owner')).toEqual([
      { last_name: 'Away' },
    ])
  })
})

it('rounds hours apart see an owner with another name in the next', async () => {
  const { store } = portal.simulator
  const rounds = await awake({
    last: 5,
    everyMs: 2 * 3_600_000,
    before(round) {
      if (round !== 3) return
      store.setOwners(store.owners().map((owner) => ({ ...owner, lastName: 'Seldom' })))
    },
  })
  expect(rounds).toEqual([1, 3])
})

it('a token of another portal is seen within an hour or so', async () => {
  const rounds = await awake({
    last: 20,
    everyMs: 600_000,
    before(round) {
      if (round !== 3) return
      answers.alter(({ path }, { status, body }) =>
        path.includes('account-info') && typeof body === 'object'
          ? { status, body: { ...body, portalId: 4_711 } }
          : undefined,
      )
    },
  })
  // The run fails then, and so does every later one.
  expect(rounds[1]).toBeLessThanOrEqual(3 + 7)
  expect(rounds.at(-1)).toBe(20)
})

it('a search that leaves out a known change for a while wakes nothing', async () => {
  const rounds = await awake({
    last: 9,
    before(round) {
      if (round === 3) portal.simulator.store.update(DEALS, anId(6), { dealname: 'seen' })
      answers.alter(
        round === 5
          ? ({ kind }, { status, body }) =>
              kind === 'search' && typeof body === 'object'
                ? { status, body: { ...body, results: [] } }
                : undefined
          : undefined,
      )
    },
  })
  expect(rounds).toEqual([1, 3])
})
