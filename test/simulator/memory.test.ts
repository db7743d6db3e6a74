import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { askAllPages, askPage } from '../support/hubspot/ask-simulator.ts'
import { startTestSimulator } from '../support/simulator.ts'

const list = '/crm/objects/2026-09/contacts?limit=100'

describe('memory', () => {
  it('a million contacts are all there, far in as well as in front', async () => {
    await using simulator = await startTestSimulator({ records: { contacts: 1_000_000 } })
    expect(simulator.store.count('0-1')).toBeGreaterThan(950_000)
    const first = await askPage(simulator, list)
    const [lowest = ''] = first.results.map(({ id }) => id)
    const next = first.paging?.next.after ?? ''
    const step = (BigInt(next) - BigInt(lowest)) / 100n
    const far = BigInt(lowest) + step * 900_000n
    expect((await askPage(simulator, `${list}&after=${far}`)).results).toHaveLength(100)
  })

  it('reading hundreds of pages leaves nothing behind', async () => {
    await using simulator = await startTestSimulator({
      records: { contacts: 1_000_000 },
      recordCacheBytes: 0,
    })
    let after = '0'
    const readPages = async (pages: number): Promise<void> => {
      for (let page = 0; page < pages; page++) {
        const { paging } = await askPage(simulator, `${list}&after=${after}`)
        after = paging?.next.after ?? '0'
      }
    }
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    await readPages(50)
    collect()
    const beforeBytes = process.memoryUsage().heapUsed
    await readPages(300)
    collect()
    // 30,000 records of some 10 kB would be 300 MB; noise of the test runner stays below 20.
    expect(process.memoryUsage().heapUsed - beforeBytes).toBeLessThan(20_000_000)
  })

  it('kept records are answered as made ones are, and forgotten on a change', async () => {
    await using simulator = await startTestSimulator({ recordCacheBytes: 200_000 })
    await using plain = await startTestSimulator({ recordCacheBytes: 0 })
    const readAll = async (from: typeof simulator) =>
      (await askAllPages(from, '/crm/objects/2026-09/contacts?limit=50')).flatMap(
        ({ results }) => results,
      )
    const first = await readAll(simulator)
    expect(first).toEqual(await readAll(plain))
    expect(await readAll(simulator)).toEqual(first)
    simulator.store.archive('0-1', first[10]?.id ?? '')
    expect((await readAll(simulator)).map(({ id }) => id)).toEqual(
      first.map(({ id }) => id).filter((_id, index) => index !== 10),
    )
  })
})
