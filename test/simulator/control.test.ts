import { describe, expect, it } from 'vitest'
import { ask } from '../support/hubspot/ask-simulator.ts'
import { startTestSimulator } from '../support/simulator.ts'

const anonymous = { headers: { Authorization: '' } }

describe('the simulator’s own paths', () => {
  it('show its state and how to control it', async () => {
    await using simulator = await startTestSimulator()
    const about = (await ask(simulator, '/', anonymous)).json()
    expect(about).toMatchObject({
      environment: { HUBSPOT_API_URL: simulator.url, HUBSPOT_API_TOKEN: simulator.token },
      routes: expect.arrayContaining([expect.objectContaining({ name: 'list', method: 'GET' })]),
    })
    await ask(simulator, '/crm/v3/objects/deals')
    expect((await ask(simulator, '/simulator', anonymous)).json()).toMatchObject({
      portal: { portalId: 8100142 },
      records: { contacts: simulator.store.count('0-1') },
      requests: { list: 1 },
      faults: [],
    })
  })

  it('add and remove faults', async () => {
    await using simulator = await startTestSimulator()
    const add = (body: unknown) => ask(simulator, '/simulator/faults', { ...anonymous, body })
    const added = await add({ kind: 'html_502', route: 'list', rate: 1 })
    expect(added.status).toBe(201)
    expect((await ask(simulator, '/crm/v3/objects/deals')).status).toBe(502)
    const { id } = added.json() as { id: string }
    const remove = { ...anonymous, method: 'DELETE' }
    expect((await ask(simulator, `/simulator/faults/${id}`, remove)).status).toBe(204)
    expect((await ask(simulator, `/simulator/faults/${id}`, remove)).status).toBe(404)
    await add({ kind: 'html_502', rate: 1 })
    expect((await ask(simulator, '/simulator/faults', remove)).status).toBe(204)
    expect((await ask(simulator, '/crm/v3/objects/deals')).status).toBe(200)
    for (const body of ['{', {}, { kind: 'earthquake' }, { kind: 'change' }]) {
      expect((await add(body)).status).toBe(400)
    }
    expect((await add({ kind: 'slow', objectType: 'butterflies' })).status).toBe(400)
    expect((await add({ kind: 'slow', route: 'nothing' })).status).toBe(400)
  })
})
