import { expect, it } from 'vitest'
import { addPortals, applyPortals, planPortals } from '../../runtime/queue/apply-portals.ts'
import { connectQueue } from '../../runtime/queue/connect-queue.ts'
import {
  type BegunSlice,
  type EndedSlice,
  noteEnd,
  noteStart,
  readSummaries,
} from '../../runtime/queue/portal-summary.ts'
import type { SliceEnd, SliceReport } from '../../runtime/queue/slice-end.ts'
import { runPortal } from '../../runtime/queue/steer-portals.ts'
import { type SliceOrder, type WorkerEvent, workPortals } from '../../runtime/queue/work-portals.ts'
import { startRestartablePostgres } from '../support/start-restartable-postgres.ts'
import {
  applyNames,
  makeTables,
  openQueueDatabase,
  seldom,
  serverSettings,
  shortTimes,
} from './open-queue.ts'

const report: SliceReport = {
  left: 'nothing',
  roundSince: '2026-11-29T12:00:00.000Z',
  code: null,
  failed: [],
  entities: 1,
  resumeAt: null,
  oldestAt: null,
  verdict: 'good',
  pendingMigrations: 0,
}
const whole: SliceEnd = { outcome: 'whole', code: null, report }
const more: SliceEnd = { outcome: 'more', code: null, report: { ...report, left: 'more' } }

it('runs a slice again whose end could not be recorded because the database was away', async () => {
  await using server = await startRestartablePostgres()
  await makeTables(server.url)
  await applyNames(server.url, ['acme'])
  await using queue = await connectQueue(serverSettings(server.url), 'working', shortTimes)
  const stop = new AbortController()
  const begun = Promise.withResolvers<void>()
  const away = Promise.withResolvers<void>()
  let slices = 0
  const work = {
    slots: 1,
    portals: new Set(['acme']),
    async runSlice() {
      slices += 1
      begun.resolve()
      await away.promise
      return whole
    },
    onEvent() {},
    times: shortTimes,
  }
  const working = workPortals(queue, work, stop.signal)
  await runPortal(queue, 'acme')
  await begun.promise
  await server.stop()
  away.resolve()
  await server.start()
  await using other = await connectQueue(serverSettings(server.url), 'asking')
  await expect
    .poll(async () => {
      // The time until its heartbeat is missed.
      await other.boss
        .getDb()
        .executeSql(
          `UPDATE hubgen_queue.job SET heartbeat_on = now() - interval '1 hour' WHERE state = 'active'`,
        )
      return slices
    })
    .toBe(2)
  await expect
    .poll(async () => (await readSummaries(other.database)).get('acme')?.outcome)
    .toBe('whole')
  stop.abort()
  await working
})

it('continues first syncs in slots of their own, and gives a slice the start of its round', async () => {
  await using database = await openQueueDatabase(['new', 'old'])
  await database.query(
    `INSERT INTO hubgen_queue.portal_summary (portal, whole_at) VALUES ('old', now())`,
  )
  await using queue = await connectQueue(serverSettings(database.url), 'working', shortTimes)
  const stop = new AbortController()
  const orders: SliceOrder[] = []
  const events: WorkerEvent[] = []
  const held = Promise.withResolvers<void>()
  const isOldDone = Promise.withResolvers<void>()
  const work = {
    slots: 2,
    portals: new Set(['new', 'old']),
    async runSlice(order: SliceOrder) {
      orders.push(order)
      if (order.portal === 'old') return whole
      if (order.roundSince !== null) return whole
      await held.promise
      return more
    },
    onEvent(event: WorkerEvent) {
      events.push(event)
      if (event.type === 'slice_ended' && event.portal === 'old') isOldDone.resolve()
    },
    times: shortTimes,
  }
  const working = workPortals(queue, work, stop.signal)
  await runPortal(queue, 'new')
  await expect.poll(() => orders.length).toBe(1)
  // The slot of rounds is free although a first sync is active.
  await runPortal(queue, 'old')
  await isOldDone.promise
  held.resolve()
  await expect.poll(() => events.filter(({ type }) => type === 'slice_ended').length).toBe(3)
  expect(orders.map(({ portal, roundSince }) => [portal, roundSince])).toEqual([
    ['new', null],
    ['old', null],
    ['new', report.roundSince],
  ])
  expect((await readSummaries(queue.database)).get('new')).toMatchObject({
    outcome: 'whole',
    roundSince: null,
    wholeAt: expect.any(Date),
  })
  stop.abort()
  await working
})

it('begins a new round when a person asks for one, whatever an unfinished round has read', async () => {
  await using database = await openQueueDatabase(['acme'])
  await using queue = await connectQueue(serverSettings(database.url), 'asking')
  const roundSince = async () => (await readSummaries(queue.database)).get('acme')?.roundSince
  const first = await noteStart(queue.database, 'acme')
  await noteEnd(queue.database, 'acme', ended(first))
  expect(await roundSince()).toBe(report.roundSince)
  await runPortal(queue, 'acme')
  expect(await roundSince()).toBeNull()
  const second = await noteStart(queue.database, 'acme')
  expect(second.memory).toBeNull()
  await runPortal(queue, 'acme')
  await noteEnd(queue.database, 'acme', ended(second))
  expect(await roundSince()).toBeNull()
  expect(await noteStart(queue.database, 'acme')).toMatchObject({ memory: null })
})

it('gives a slice the memory of the one before it, and of no other', async () => {
  await using database = await openQueueDatabase(['acme'])
  await using queue = await connectQueue(serverSettings(database.url), 'asking')
  const first = await noteStart(queue.database, 'acme')
  await noteEnd(queue.database, 'acme', ended(first))
  const firstEnd = (await readSummaries(queue.database)).get('acme')?.endedAt
  const second = await noteStart(queue.database, 'acme')
  expect(second.memory).toBe('seen')
  // Its worker is lost.
  const third = await noteStart(queue.database, 'acme')
  expect(third.memory).toBeNull()
  expect(await noteEnd(queue.database, 'acme', ended(second))).toBe(false)
  expect((await readSummaries(queue.database)).get('acme')).toMatchObject({ endedAt: firstEnd })
  expect(await noteStart(queue.database, 'acme')).toMatchObject({ memory: null })
})

function ended({ startedAt }: BegunSlice): EndedSlice {
  return { end: more, attempts: 0, startedAt, memory: 'seen' }
}

it('leaves portals and schedules that only a newer file lists to other workers', async () => {
  await using database = await openQueueDatabase(['acme', 'newer'])
  await using queue = await connectQueue(serverSettings(database.url), 'working', shortTimes)
  const older = [seldom('acme')]
  expect(await addPortals(queue, older, shortTimes)).toMatchObject({ removed: ['newer'] })
  expect(await planPortals(queue.database, older)).toMatchObject({ removed: ['newer'] })
  const both = [seldom('acme'), seldom('newer')]
  expect(await planPortals(queue.database, both)).toEqual({ added: [], changed: [], removed: [] })
  const stop = new AbortController()
  const slices: string[] = []
  const done = Promise.withResolvers<void>()
  const work = {
    slots: 1,
    portals: new Set(['acme']),
    async runSlice({ portal }: SliceOrder) {
      slices.push(portal)
      return whole
    },
    onEvent({ type }: WorkerEvent) {
      if (type === 'slice_ended') done.resolve()
    },
    times: shortTimes,
  }
  await runPortal(queue, 'newer')
  await runPortal(queue, 'acme')
  const working = workPortals(queue, work, stop.signal)
  await done.promise
  const due = () =>
    database.query<{ key: string }>(
      `SELECT singleton_key AS key FROM hubgen_queue.job WHERE name = 'portal' AND state < 'active'`,
    )
  await expect.poll(due).toEqual([{ key: 'newer' }])
  stop.abort()
  await working
  expect(slices).toEqual(['acme'])
  // A portal that no file lists has no schedule.
  await applyPortals(queue, older, shortTimes)
  expect(await due()).toEqual([])
})

it('starts rounds while first syncs have all their slots, and gives no portal to two workers', async () => {
  const first = Array.from({ length: 12 }, (_, index) => `first${index}`)
  const rounds = Array.from({ length: 9 }, (_, index) => `round${index}`)
  const names = [...first, ...rounds]
  await using database = await openQueueDatabase(names)
  await database.query(
    `INSERT INTO hubgen_queue.portal_summary (portal, whole_at)
    SELECT 'round' || number, now() FROM generate_series(0, 8) AS number`,
  )
  const stop = new AbortController()
  const held = Promise.withResolvers<void>()
  const active: string[] = []
  const twice: string[] = []
  const mostFirst: number[] = []
  const started = new Set<string>()
  const slicesOf = new Map<string, number>()
  const work = {
    slots: 4,
    portals: new Set(names),
    async runSlice({ portal }: SliceOrder) {
      if (active.includes(portal)) twice.push(portal)
      active.push(portal)
      started.add(portal)
      mostFirst.push(active.filter((name) => name.startsWith('first')).length)
      const slices = (slicesOf.get(portal) ?? 0) + 1
      slicesOf.set(portal, slices)
      if (portal.startsWith('first')) await held.promise
      active.splice(active.indexOf(portal), 1)
      return portal.startsWith('first') && slices < 3 ? more : whole
    },
    onEvent() {},
    times: shortTimes,
  }
  await using one = await connectQueue(serverSettings(database.url), 'working', shortTimes)
  await using two = await connectQueue(serverSettings(database.url), 'working', shortTimes)
  for (const name of first) await runPortal(one, name)
  const working = [one, two].map((queue) => workPortals(queue, work, stop.signal))
  // A quarter of the slots of both.
  await expect.poll(() => active.length).toBe(2)
  // A portal that is active is due again: it waits.
  for (const name of [...rounds, ...active]) await runPortal(one, name)
  await expect.poll(() => rounds.filter((name) => started.has(name)).length).toBe(rounds.length)
  expect(active).toHaveLength(2)
  held.resolve()
  await expect
    .poll(() => first.every((name) => (slicesOf.get(name) ?? 0) >= 3), { timeout: 30_000 })
    .toBe(true)
  stop.abort()
  await Promise.all(working)
  expect(twice).toEqual([])
  expect(Math.max(...mostFirst)).toBe(2)
})

it('gives its only slot to a round before the next slice of a first sync', async () => {
  await using database = await openQueueDatabase(['first', 'round'])
  await database.query(
    `INSERT INTO hubgen_queue.portal_summary (portal, whole_at) VALUES ('round', now())`,
  )
  await using queue = await connectQueue(serverSettings(database.url), 'working', shortTimes)
  const stop = new AbortController()
  const orders: string[] = []
  const work = {
    slots: 1,
    portals: new Set(['first', 'round']),
    async runSlice({ portal }: SliceOrder) {
      orders.push(portal)
      if (orders.length === 1) await runPortal(queue, 'round')
      return portal === 'round' || orders.length > 3 ? whole : more
    },
    onEvent() {},
    times: shortTimes,
  }
  await runPortal(queue, 'first')
  const working = workPortals(queue, work, stop.signal)
  await expect.poll(() => orders.length).toBe(4)
  stop.abort()
  await working
  expect(orders).toEqual(['first', 'round', 'first', 'first'])
})
