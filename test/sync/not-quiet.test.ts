import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openDatabase } from '../../runtime/postgres/connection/database.ts'
import { readDatabaseSettings } from '../../runtime/postgres/connection/settings.ts'
import type { PortalUsers } from '../../simulator/store.ts'
import { liveInHubSpot, liveInTable } from '../support/copy-state.ts'
import { type AlteredAnswers, alterAnswers } from '../support/hubspot/altered-answers.ts'
import { makeOwnerTables } from '../support/owner-tables.ts'
import { type RoundCost, watchPortal } from '../support/quiet-rounds.ts'
import { TestClock } from '../support/simulator.ts'
import { fewColumns, openSyncPortal, type SyncPortal } from '../support/sync-portal.ts'

const DEALS = '0-3'
const hourMs = 3_600_000
const noUsers: PortalUsers = { users: [], roles: [], teams: [] }
const time = new TestClock(Date.now())
let portal: SyncPortal
let answers: AlteredAnswers

beforeAll(async () => {
  portal = await openSyncPortal('deals', { records: { deals: 120 }, clock: time }, fewColumns)
  portal.simulator.store.setPortalUsers(noUsers)
  await makeOwnerTables(portal)
  answers = await alterAnswers(portal.simulator.url)
  await portal.sync()
})

beforeEach(() => answers.alter(undefined))

afterAll(async () => {
  await answers[Symbol.asyncDispose]()
  await portal[Symbol.asyncDispose]()
})

interface Watching {
  readonly last: number
  /** Called before each round but the first. */
  readonly before?: (round: number) => Promise<unknown> | unknown
  readonly everyMs?: number
  readonly lookAt?: string
  /** The simulator's by default. */
  readonly hubSpotUrl?: string
}

/** The rounds of a new watcher that opened the database. */
async function awake({ last, before, everyMs, lookAt, hubSpotUrl }: Watching): Promise<number[]> {
  const costs: RoundCost[] = []
  await watchPortal({
    portal,
    time,
    ...(hubSpotUrl !== undefined && { hubSpotUrl }),
    ...(everyMs !== undefined && { everyMs }),
    options: { ...(lookAt !== undefined && { lookAt }) },
    async after(cost) {
      costs.push(cost)
      if (cost.round === last) return true
      await before?.(cost.round + 1)
      return false
    },
  })
  return costs.filter(({ connections }) => connections > 0).map(({ round }) => round)
}

function anId(place: number): string {
  return liveInHubSpot(portal)[place]?.split(' ')[0] ?? ''
}

describe('a round asks the database if HubSpot says too little:', () => {
  it.each<[string, Parameters<AlteredAnswers['alter']>[0]]>([
    [
      'searches without a total',
      ({ kind }, { body, status }) => {
        if (kind !== 'search' || typeof body !== 'object') return undefined
        return { status, body: { ...body, total: undefined } }
      },
    ],
    [
      'searches that are refused',
      ({ kind }) => (kind === 'search' ? { status: 403, body: { message: 'no' } } : undefined),
    ],
    [
      'results without a stamp or a time',
      ({ kind }, { body, status }) =>
        kind === 'search' && typeof body === 'object' && body !== null && 'results' in body
          ? { status, body: { ...body, results: [{ id: anId(3) }] } }
          : undefined,
    ],
  ])('%s', async (_, alter) => {
    const rounds = await awake({
      last: 8,
      hubSpotUrl: answers.url,
      before(round) {
        answers.alter(round === 4 || round === 5 ? alter : undefined)
      },
    })
    expect(rounds.slice(0, 3)).toEqual([1, 4, 5])
    // A round after the answers are whole again brings the quiet back.
    expect(rounds).not.toContain(8)
    expect(await liveInTable(portal)).toEqual(liveInHubSpot(portal))
  })
})

describe('a round asks the database', () => {
  it('after a restart, once', async () => {
    expect(await awake({ last: 4 })).toEqual([1])
    portal.simulator.store.update(DEALS, anId(5), { dealname: 'changed meanwhile' })
    expect(await awake({ last: 4 })).toEqual([1])
    expect(await liveInTable(portal)).toEqual(liveInHubSpot(portal))
  })

  it('after its clock was set back', async () => {
    const rounds = await awake({
      last: 6,
      before(round) {
        if (round === 4) time.advance(-2 * hourMs)
      },
    })
    expect(rounds).toEqual([1, 4])
    time.advance(2 * hourMs)
  })

  it('once a day, by default and at the configured time', async () => {
    const everyMs = 30 * 60_000
    expect(await awake({ last: 100, everyMs })).toHaveLength(3)
    const at: number[] = []
    const rounds = await awake({
      last: 100,
      everyMs,
      lookAt: '03:00',
      before: () => at.push(time.nowMs()),
    })
    // These 50 hours have two or three mornings, depending on when the test begins.
    expect([2, 3]).toContain(rounds.length - 1)
    for (const round of rounds.slice(1)) {
      const hours = new Date((at[round - 2] ?? 0) + everyMs).toLocaleTimeString('en-GB', {
        timeZone: portal.simulator.store.portal.timeZone,
      })
      expect(hours).toMatch(/^03:/)
    }
  })

  it('within the hour for an owner with another name, or a new user', async () => {
    const { store } = portal.simulator
    const everyMs = 10 * 60_000
    const rounds = await awake({
      last: 40,
      everyMs,
      before(round) {
        if (round === 12) {
          store.setOwners(store.owners().map((owner) => ({ ...owner, lastName: 'Renamed' })))
        }
      },
    })
    expect(rounds).toHaveLength(2)
    expect(rounds[1]).toBeGreaterThanOrEqual(12)
    expect(rounds[1]).toBeLessThanOrEqual(12 + 7)
    expect(await portal.database.query('SELECT DISTINCT last_name FROM hubspot.owner')).toEqual([
      { last_name: 'Renamed' },
    ])
  })

  it('and resumes where it says, whatever another process wrote in between', async () => {
    const { store } = portal.simulator
    const settings = readDatabaseSettings({ DATABASE_URL: portal.database.url }, portal.directory)
    await using other = await openDatabase(settings)
    const rounds = await awake({
      last: 12,
      async before(round) {
        if (round === 4) {
          store.update(DEALS, anId(8), { dealname: 'read by the other' })
          store.archive(DEALS, anId(9))
          await portal.sync({ database: other })
        }
        if (round === 7) await portal.sync({ database: other, full: true })
        if (round === 9) store.create(DEALS, { dealname: 'new' })
      },
    })
    // The watcher cannot know that the other process has read the change.
    expect(rounds).toEqual([1, 4, 9])
    expect(await liveInTable(portal)).toEqual(liveInHubSpot(portal))
  })
})
