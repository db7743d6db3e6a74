import { describe, expect, it } from 'vitest'
import { askAllPages, askPage, type WireRecord } from '../support/hubspot/ask-simulator.ts'
import { startTestSimulator } from '../support/simulator.ts'

const list = '/crm/objects/2026-09/deals?limit=20&properties=dealname'

async function scan(simulator: Parameters<typeof askAllPages>[0]): Promise<WireRecord[]> {
  return (await askAllPages(simulator, list)).flatMap((page) => page.results)
}

describe('the portal changes between pages', () => {
  it('a record that the cursor points at is deleted', async () => {
    await using simulator = await startTestSimulator()
    const before = await scan(simulator)
    simulator.faults.add({ kind: 'record_deleted', objectType: 'deals', after: 2 })
    const during = await scan(simulator)
    const gone = before.filter(({ id }) => !during.some((record) => record.id === id))
    expect(gone.map(({ id }) => id)).toEqual([before[40]?.id])
    expect(simulator.store.record('0-3', before[40]?.id ?? '')?.archived).toBe(true)
  })

  it('a record that was read already is updated', async () => {
    await using simulator = await startTestSimulator()
    const before = await scan(simulator)
    simulator.faults.add({
      kind: 'record_updated',
      objectType: 'deals',
      after: 2,
      properties: { dealname: 'Changed' },
    })
    expect(await scan(simulator)).toEqual(before)
    const after = await scan(simulator)
    expect(
      after.filter((record, index) => record.updatedAt !== before[index]?.updatedAt),
    ).toMatchObject([{ id: before[20]?.id, properties: { dealname: 'Changed' } }])
  })

  it('a record swallows the one that the cursor points at', async () => {
    await using simulator = await startTestSimulator()
    const before = await scan(simulator)
    simulator.faults.add({ kind: 'record_merged', objectType: 'deals' })
    const during = await scan(simulator)
    expect(during).toHaveLength(before.length - 1)
    expect(simulator.store.survivorOf('0-3', before[20]?.id ?? '')).toBe(before[0]?.id)
  })

  it('a record is created', async () => {
    await using simulator = await startTestSimulator()
    const count = simulator.store.count('0-3')
    simulator.faults.add({
      kind: 'record_created',
      objectType: 'deals',
      times: 3,
      properties: { dealname: 'Late' },
    })
    await scan(simulator)
    expect(simulator.store.count('0-3')).toBe(count + 3)
  })

  it('a property is added, archived, retyped', async () => {
    await using simulator = await startTestSimulator()
    const { store, faults } = simulator
    const definition = (name: string) =>
      store.properties('0-3').find((property) => property.name === name)
    faults.add({
      kind: 'property_added',
      objectType: 'deals',
      property: 'arrived',
      type: 'number',
      fieldType: 'number',
    })
    faults.add({
      kind: 'property_retyped',
      objectType: 'deals',
      property: 'arrived',
      type: 'date',
      fieldType: 'date',
      after: 2,
    })
    faults.add({ kind: 'property_archived', objectType: 'deals', property: 'arrived', after: 3 })
    const first = await askPage(simulator, `${list}&properties=arrived`)
    expect(first.results[0]?.properties).not.toHaveProperty('arrived')
    expect(definition('arrived')).toMatchObject({ type: 'number' })
    const second = await askPage(simulator, `${list}&properties=arrived`)
    expect(second.results[0]?.properties).toHaveProperty('arrived', null)
    expect(definition('arrived')).toMatchObject({ type: 'date', fieldType: 'date' })
    await askPage(simulator, list)
    expect(definition('arrived')).toMatchObject({ archived: true })
    const last = await askPage(simulator, `${list}&properties=arrived`)
    expect(last.results[0]?.properties).not.toHaveProperty('arrived')
  })

  it('anything else happens through a change of one’s own', async () => {
    await using simulator = await startTestSimulator()
    const seen: number[] = []
    simulator.faults.add({
      kind: 'change',
      objectType: 'deals',
      after: 2,
      times: 2,
      change: (store) => seen.push(store.count('0-3')),
    })
    await askAllPages(simulator, '/crm/v3/objects/contacts?limit=100')
    expect(seen).toEqual([])
    await scan(simulator)
    expect(seen).toHaveLength(2)
  })
})
