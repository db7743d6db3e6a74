import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test, vi } from 'vitest'
import {
  compareCursors,
  LiveHub,
  parseCursor,
  type Snapshot,
  type SnapshotLine,
  type Update,
  type Watcher,
} from '../../dashboard/live-hub.ts'

function line(cursor: string): SnapshotLine {
  return { cursor, html: `<li>${cursor}</li>` }
}

/** A hub over data that the test controls; counts readings, which wait only for the event loop. */
function openHub(snapshot: (topic: string, after: string) => Snapshot | Promise<Snapshot>) {
  const readings: string[] = []
  const errors: unknown[] = []
  const hub = new LiveHub({
    read: async (topic, after) => {
      readings.push(after)
      return snapshot(topic, after)
    },
    onError: (error) => errors.push(error),
    busyMs: 1,
    idleMs: 1,
  })
  return { hub, readings, errors, [Symbol.dispose]: () => hub.close() }
}

/** The lines of a growing run, at most N at a time, as from the database. */
function growingRun(atOnce = 1_000) {
  const lines: SnapshotLine[] = []
  return {
    lines,
    add(count: number) {
      for (let index = 0; index < count; index += 1) lines.push(line(`7.${lines.length + 1}`))
    },
    read: (_: string, after: string): Snapshot => ({
      regions: { state: `${lines.length} lines` },
      lines: lines.filter(({ cursor }) => compareCursors(cursor, after) > 0).slice(0, atOnce),
      busy: true,
    }),
  }
}

/** A page that accepts an update only when the test lets it. */
function openPage() {
  const updates: Update[] = []
  let take: (() => void) | null = null
  let isHolding = false
  const told: string[] = []
  const watcher: Watcher = {
    report: (state) => {
      told.push(state)
    },
    send(update) {
      updates.push(update)
      if (!isHolding) return Promise.resolve()
      return new Promise((resolve) => {
        take = resolve
      })
    },
  }
  return {
    watcher,
    updates,
    told,
    cursors: () => updates.flatMap(({ lines }) => lines.map(({ cursor }) => cursor)),
    hold: () => {
      isHolding = true
    },
    letGo: () => {
      isHolding = false
      take?.()
    },
  }
}

describe('open pages', () => {
  test('get each line once and in order, from their own cursor on', async () => {
    const run = growingRun(3)
    using hub = openHub(run.read)
    run.add(4)
    const [first, second] = [openPage(), openPage()]
    hub.hub.open('entity deals', '0.0', first.watcher)
    hub.hub.open('entity deals', '7.3', second.watcher)
    await vi.waitFor(() => expect(first.cursors()).toHaveLength(4))
    run.add(5)
    const all = run.lines.map(({ cursor }) => cursor)
    await vi.waitFor(() => expect(first.cursors()).toEqual(all))
    await vi.waitFor(() => expect(second.cursors()).toEqual(all.slice(3)))
  })

  test('that take their updates slowly get fewer of them, and no line is missing', async () => {
    const run = growingRun(10)
    using hub = openHub(run.read)
    run.add(1)
    const [slow, fast] = [openPage(), openPage()]
    slow.hold()
    hub.hub.open('entity deals', '0.0', slow.watcher)
    hub.hub.open('entity deals', '0.0', fast.watcher)
    for (const count of [2, 3, 4, 5]) {
      run.add(count - 1)
      await vi.waitFor(() => expect(fast.cursors()).toHaveLength(run.lines.length))
    }
    expect(slow.updates).toHaveLength(1)
    slow.letGo()
    const all = run.lines.map(({ cursor }) => cursor)
    await vi.waitFor(() => expect(slow.cursors()).toEqual(all))
    expect(fast.cursors()).toEqual(all)
    expect(slow.updates.length).toBeLessThan(fast.updates.length)
    // The page shows the newest state, not the ones that it missed.
    expect(slow.updates.at(-1)?.regions).toEqual({ state: `${all.length} lines` })
  })

  test('do not get the state that they already show', async () => {
    using hub = openHub(() => ({ regions: { state: 'idle', chart: '' }, lines: [], busy: false }))
    const page = openPage()
    hub.hub.open('overview', '0.0', page.watcher)
    await vi.waitFor(() => expect(hub.readings.length).toBeGreaterThan(5))
    expect(page.updates).toEqual([{ regions: { state: 'idle', chart: '' }, lines: [] }])
  })

  test('of one topic share one reading, and those of others have their own', async () => {
    const topics: string[] = []
    using hub = openHub((topic) => {
      topics.push(topic)
      return { regions: { state: topic }, lines: [], busy: true }
    })
    const pages = Array.from({ length: 20 }, openPage)
    for (const { watcher } of pages) hub.hub.open('entity deals', '0.0', watcher)
    const other = openPage()
    hub.hub.open('entity notes', '0.0', other.watcher)
    await vi.waitFor(() => {
      for (const { updates } of [...pages, other]) expect(updates).toHaveLength(1)
    })
    const share = topics.filter((topic) => topic === 'entity deals').length / topics.length
    expect(share).toBeGreaterThan(0.3)
    expect(share).toBeLessThan(0.7)
    expect(other.updates[0]?.regions).toEqual({ state: 'entity notes' })
  })

  test('are followed again after a reading failed', async () => {
    let failures = 3
    using hub = openHub(() => {
      if (failures-- > 0) throw new Error('the database is away')
      return { regions: { state: 'back' }, lines: [], busy: true }
    })
    const page = openPage()
    hub.hub.open('overview', '0.0', page.watcher)
    await vi.waitFor(() => expect(page.updates).toHaveLength(1))
    expect(hub.errors).toEqual(Array(3).fill(new Error('the database is away')))
    expect(page.told).toEqual(['trouble', 'well'])
  })

  test('where nobody is any more are forgotten, the others are not', async () => {
    const run = growingRun()
    using hub = openHub(run.read)
    const page = openPage()
    let attempts = 0
    const gone: Watcher = {
      report: () => {},
      send: async () => {
        attempts += 1
        throw new Error('nobody is there')
      },
    }
    hub.hub.open('entity deals', '0.0', gone)
    hub.hub.open('entity deals', '0.0', page.watcher)
    for (const count of [1, 2, 3]) {
      run.add(1)
      await vi.waitFor(() => expect(page.cursors()).toHaveLength(count))
    }
    expect(attempts).toBe(1)
  })
})

describe('while no page is open', () => {
  test('nobody is asked, until one opens again', async () => {
    const run = growingRun()
    using hub = openHub(run.read)
    run.add(1)
    const page = openPage()
    const close = hub.hub.open('entity deals', '0.0', page.watcher)
    await vi.waitFor(() => expect(page.cursors()).toEqual(['7.1']))
    close()
    let former = -1
    // The hub is quiet if a whole turn of the event loop brings no reading.
    await vi.waitFor(() => {
      const { length } = hub.readings
      const isQuiet = length === former
      former = length
      if (!isQuiet) throw new Error('still asked')
    })
    run.add(1)
    const again = openPage()
    hub.hub.open('entity deals', '7.1', again.watcher)
    await vi.waitFor(() => expect(again.cursors()).toEqual(['7.2']))
    expect(page.cursors()).toEqual(['7.1'])
  })

  test('a reading that fails after the hub was closed is no error', async () => {
    const reading = Promise.withResolvers<Snapshot>()
    const { hub, errors, readings } = openHub(() => reading.promise)
    const page = openPage()
    hub.open('overview', '0.0', page.watcher)
    await vi.waitFor(() => expect(readings).toHaveLength(1))
    hub.close()
    reading.reject(new Error('the pool has ended'))
    await new Promise(setImmediate)
    expect(errors).toEqual([])
    expect(page.told).toEqual([])
  })

  test('a closed hub notifies its listeners once, also late ones', () => {
    const { hub } = openHub(() => ({ regions: {}, lines: [], busy: false }))
    const told: string[] = []
    hub.onClose(() => told.push('before'))
    hub.close()
    hub.close()
    hub.onClose(() => told.push('after'))
    expect(told).toEqual(['before', 'after'])
  })
})

describe('open pages', () => {
  test('are limited, and each one that closes makes room', () => {
    const { hub } = openHub(() => ({ regions: {}, lines: [], busy: false }))
    const closers = Array.from({ length: 100 }, (_, index) => {
      expect(hub.isFull).toBe(false)
      return hub.open(index % 2 === 0 ? 'overview' : 'entity deals', '0.0', openPage().watcher)
    })
    expect(hub.isFull).toBe(true)
    closers[7]?.()
    expect(hub.isFull).toBe(false)
    hub.close()
  })

  test('leave nothing behind: memory returns after 500 have closed', async () => {
    using hub = openHub(() => ({ regions: { state: 'x'.repeat(10_000) }, lines: [], busy: true }))
    const pages: WeakRef<Watcher>[] = []
    for (let opened = 0; opened < 500; opened += 50) {
      const closers = Array.from({ length: 50 }, () => {
        const { watcher, updates } = openPage()
        pages.push(new WeakRef(watcher))
        const withdraw = hub.hub.onClose(() => watcher.report('trouble'))
        const close = hub.hub.open('overview', '0.0', watcher)
        return { updates, end: [withdraw, close] }
      })
      await vi.waitFor(() => {
        for (const { updates } of closers) expect(updates).toHaveLength(1)
      })
      for (const { end } of closers) for (const act of end) act()
    }
    setFlagsFromString('--expose-gc')
    const collectGarbage = runInNewContext('gc') as () => void
    await vi.waitFor(() => {
      collectGarbage()
      // The last ones may still be on the stack.
      const kept = pages.filter((page) => page.deref() !== undefined)
      expect(kept.length).toBeLessThanOrEqual(50)
    })
  })
})

describe('a cursor', () => {
  test.each([
    ['1.2', '1.10', -1],
    ['2.1', '10.1', -1],
    ['10.1', '2.999', 1],
    ['7.7', '7.7', 0],
    ['0.0', '9007199254740993.1', -1],
    ['9007199254740993.1', '9007199254740992.1', 1],
  ])('%s stands to %s as %i', (one, other, order) => {
    expect(compareCursors(one, other)).toBe(order)
    expect(compareCursors(other, one)).toBe(order === 0 ? 0 : -order)
  })

  test.each(['1.2', '0.0', '999999999999999999.999999999'])('is %s', (text) => {
    expect(parseCursor(text)).toBe(text)
  })

  test.each([undefined, '', '1', '1.', '.1', '-1.2', '1.2.3', '1e3.1', ' 1.2', '1.2\n', "1';--.1"])(
    'is not %j',
    (text) => {
      expect(parseCursor(text)).toBeNull()
    },
  )
})

test('a whole is sent once and when its place changes, otherwise the regions within that differ', async () => {
  let deals = 'old'
  let place = 'deals, notes'
  using opened = openHub(() => ({
    regions: { 'list-deals': deals, 'list-notes': 'same', other: 'same' },
    wholes: { list: { html: `whole with ${deals}`, place } },
    lines: [],
    busy: true,
  }))
  const page = openPage()
  opened.hub.open('overview', '0.0', page.watcher)
  const sent = () => page.updates.map(({ regions }) => regions)
  await vi.waitFor(() => expect(sent()).toEqual([{ list: 'whole with old', other: 'same' }]))
  deals = 'new'
  await vi.waitFor(() => expect(sent().at(-1)).toEqual({ 'list-deals': 'new' }))
  place = 'notes, deals'
  await vi.waitFor(() => expect(sent().at(-1)).toEqual({ list: 'whole with new' }))
  expect(sent()).toHaveLength(3)
})
