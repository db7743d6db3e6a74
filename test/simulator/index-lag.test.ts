import { describe, expect, it } from 'vitest'
import { search } from '../support/hubspot/ask-simulator.ts'
import { startTestSimulator, TestClock } from '../support/simulator.ts'

const byId = (id: string) => ({
  filterGroups: [{ filters: [{ propertyName: 'hs_object_id', operator: 'EQ', value: id }] }],
  properties: ['dealname'],
})

describe('an index that lags', () => {
  it('first knows nothing of a new record, then counts it, then shows it', async () => {
    const clock = new TestClock()
    await using simulator = await startTestSimulator({ clock })
    simulator.faults.add({ kind: 'index_lag', ms: 4_000 })
    const { id } = simulator.store.create('0-3', { dealname: 'New' })
    expect(await search(simulator, 'deals', byId(id))).toEqual({ total: 0, results: [] })
    clock.advance(2_000)
    expect(await search(simulator, 'deals', byId(id))).toEqual({ total: 1, results: [] })
    clock.advance(2_000)
    expect(await search(simulator, 'deals', byId(id))).toMatchObject({
      total: 1,
      results: [{ id }],
    })
  })

  it('shows a changed record as it was, and a deleted one as if it were there', async () => {
    const clock = new TestClock()
    await using simulator = await startTestSimulator({ clock })
    const { store } = simulator
    const changed = store.create('0-3', { dealname: 'Before' }).id
    const deleted = store.create('0-3', { dealname: 'Deleted' }).id
    simulator.faults.add({ kind: 'index_lag', ms: 4_000 })
    store.update('0-3', changed, { dealname: 'Between' })
    store.update('0-3', changed, { dealname: 'After' })
    store.archive('0-3', deleted)
    const names = async (id: string): Promise<(string | null | undefined)[]> =>
      (await search(simulator, 'deals', byId(id))).results.map(
        ({ properties }) => properties['dealname'],
      )
    expect(await names(changed)).toEqual(['Before'])
    expect(await names(deleted)).toEqual(['Deleted'])
    clock.advance(4_000)
    expect(await names(changed)).toEqual(['After'])
    expect(await names(deleted)).toEqual([])
  })

  it('finds a changed record by its old stamp only', async () => {
    const clock = new TestClock()
    await using simulator = await startTestSimulator({ clock })
    const { store } = simulator
    const before = store.create('0-3', { dealname: 'Before' })
    const since = {
      filterGroups: [
        {
          filters: [
            { propertyName: 'hs_lastmodifieddate', operator: 'GT', value: before.updatedAt },
          ],
        },
      ],
      sorts: ['hs_lastmodifieddate'],
    }
    simulator.faults.add({ kind: 'index_lag', ms: 4_000 })
    clock.advance(1)
    store.update('0-3', before.id, { dealname: 'After' })
    expect((await search(simulator, 'deals', since)).results).toEqual([])
    clock.advance(4_000)
    expect((await search(simulator, 'deals', since)).results).toMatchObject([{ id: before.id }])
  })

  it('may lag by a number of searches', async () => {
    await using simulator = await startTestSimulator()
    simulator.faults.add({ kind: 'index_lag', calls: 3 })
    const { id } = simulator.store.create('0-3', { dealname: 'New' })
    const shown: number[] = []
    for (let call = 0; call < 4; call++) {
      shown.push((await search(simulator, 'deals', byId(id))).results.length)
    }
    expect(shown).toEqual([0, 0, 1, 1])
  })

  it('is up to date again when the fault is removed', async () => {
    await using simulator = await startTestSimulator({ clock: new TestClock() })
    const fault = simulator.faults.add({ kind: 'index_lag' })
    const { id } = simulator.store.create('0-3', { dealname: 'New' })
    expect((await search(simulator, 'deals', byId(id))).total).toBe(0)
    simulator.faults.remove(fault)
    expect((await search(simulator, 'deals', byId(id))).total).toBe(1)
  })
})
