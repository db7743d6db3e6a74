import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectHubSpot, type HubSpot } from '../../runtime/hubspot/client/client.ts'
import { createRateLimiter } from '../../runtime/hubspot/limits/rate-limiter.ts'
import type { HubSpotRecord } from '../../runtime/hubspot/record.ts'
import type { RecordsRequest } from '../../runtime/hubspot/record-pages.ts'
import { listRecords } from '../../runtime/hubspot/records.ts'
import { findExtent } from '../../runtime/hubspot/survey.ts'
import type { Simulator } from '../../simulator/start-simulator.ts'
import { createInstantClock } from '../support/hubspot/instant-clock.ts'
import { startTestSimulator } from '../support/simulator.ts'

const names = ['subject', 'hs_pipeline_stage', 'createdate', 'hs_ticket_priority']
const padding = Array.from({ length: 400 }, (_, index) => `a_property_that_no_ticket_has_${index}`)

let simulator: Simulator
let hubspot: HubSpot

beforeAll(async () => {
  simulator = await startTestSimulator({ records: { tickets: 230 } })
  const clock = createInstantClock()
  const settings = { baseUrl: simulator.url, token: simulator.token, apiVersion: '2026-09' }
  hubspot = connectHubSpot(settings, { clock, rateLimiter: createRateLimiter(clock) })
})

afterAll(() => simulator.close())

async function read(request: Partial<RecordsRequest>): Promise<HubSpotRecord[]> {
  const records: HubSpotRecord[] = []
  const tickets = { objectType: '0-5', properties: names, ...request }
  for await (const page of listRecords(hubspot, tickets)) records.push(...page)
  return records
}

describe('a portal', () => {
  it('says whose it is', async () => {
    expect(await hubspot.account()).toEqual({
      portalId: 8100142,
      timeZone: 'Europe/Berlin',
      currency: 'EUR',
      uiDomain: 'app-eu1.hubspot.com',
    })
  })

  it('is read whole, as the store has it', async () => {
    const records = await read({})
    const stored = [...simulator.store.scan('0-5', 0n, { archived: false })]
    expect(records.map(({ id }) => id)).toEqual(stored.map(({ id }) => id))
    for (const [index, record] of records.entries()) {
      for (const name of names) {
        expect(record.properties[name]).toBe(stored[index]?.value(name) ?? null)
      }
    }
  })

  it('gives the same records by list and by batch reads', async () => {
    const listed = await read({})
    const before = simulator.requests.of('batch_read')
    const batchRead = await read({ properties: [...names, ...padding] })
    expect(simulator.requests.of('batch_read') - before).toBe(3)
    expect(batchRead).toEqual(listed)
  })

  it('gives its recycle bin', async () => {
    const [first] = await read({ limit: 1 })
    simulator.store.archive('0-5', first?.id ?? '')
    const archived = await read({ archived: 'only' })
    expect(archived.find(({ id }) => id === first?.id)).toMatchObject({ archived: true })
    expect(archived.every((record) => record.archivedAt !== undefined)).toBe(true)
  })

  it('says how many records there are, and which is the last', async () => {
    let lastId = ''
    for await (const page of listRecords(hubspot, { objectType: '0-5', properties: [] })) {
      lastId = page.at(-1)?.id ?? ''
    }
    expect(await findExtent(hubspot, '0-5')).toEqual({
      total: simulator.store.count('0-5'),
      lastId: BigInt(lastId),
    })
  })
})
