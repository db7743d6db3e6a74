import { describe, expect, it } from 'vitest'
import type { Fault, FaultKind } from '../../simulator/fault.ts'
import { ask } from '../support/hubspot/ask-simulator.ts'
import { startTestSimulator } from '../support/simulator.ts'

const list = '/crm/objects/2026-09/deals?limit=5'

describe('faults', () => {
  const statuses: readonly (readonly [FaultKind, number])[] = [
    ['html_502', 502],
    ['html_504', 504],
    ['html_524', 524],
    ['error_500', 500],
    ['empty_404', 404],
    ['locked_423', 423],
    ['migration_477', 477],
    ['rate_limited_429', 429],
    ['expired_401', 401],
  ]

  it.each(statuses)('%s answers %i once, then all is well', async (kind, status) => {
    await using simulator = await startTestSimulator()
    simulator.faults.add({ kind })
    const reply = await ask(simulator, list)
    expect(reply.status).toBe(status)
    if (kind.startsWith('html')) {
      expect(reply.headers.get('content-type')).toContain('text/html')
      expect(reply.text).toContain('<h1>')
    } else if (kind === 'empty_404') {
      expect(reply.text).toBe('')
      expect(reply.headers.has('content-type')).toBe(false)
    } else {
      expect(reply.json()).toMatchObject({ status: 'error' })
    }
    expect((await ask(simulator, list)).status).toBe(200)
  })

  it('a migration says how long, and 429 says so when asked to', async () => {
    await using simulator = await startTestSimulator()
    simulator.faults.add({ kind: 'migration_477', retryAfterSeconds: 86_400 })
    expect((await ask(simulator, list)).headers.get('retry-after')).toBe('86400')
    simulator.faults.add({ kind: 'rate_limited_429', policy: 'DAILY', retryAfterSeconds: 3 })
    const daily = await ask(simulator, list)
    expect(daily.headers.get('retry-after')).toBe('3')
    expect(daily.json()).toMatchObject({ policyName: 'DAILY' })
    simulator.faults.add({ kind: 'rate_limited_429', policy: 'SECONDLY' })
    const secondly = await ask(simulator, list)
    expect(secondly.headers.has('retry-after')).toBe(false)
    expect(secondly.json()).toMatchObject({ message: 'You have reached your secondly limit.' })
  })

  it('truncated_json is complete HTTP and half a body', async () => {
    await using simulator = await startTestSimulator()
    const whole = await ask(simulator, list)
    simulator.faults.add({ kind: 'truncated_json' })
    const half = await ask(simulator, list)
    expect(half.status).toBe(200)
    expect(whole.text.startsWith(half.text)).toBe(true)
    expect(() => half.json()).toThrow(SyntaxError)
  })

  it('reset_mid_body drops the connection before the end', async () => {
    await using simulator = await startTestSimulator()
    simulator.faults.add({ kind: 'reset_mid_body' })
    await expect(ask(simulator, list)).rejects.toThrow()
    expect((await ask(simulator, list)).status).toBe(200)
  })

  it('hang never answers; closing the simulator ends it', async () => {
    const simulator = await startTestSimulator()
    simulator.faults.add({ kind: 'hang' })
    const asked = ask(simulator, list)
    const outcome = expect(asked).rejects.toThrow()
    while (simulator.requests.of('list') === 0) await new Promise(setImmediate)
    await simulator.close()
    await outcome
  })

  it('slow answers come late and whole', async () => {
    await using simulator = await startTestSimulator()
    simulator.faults.add({ kind: 'slow', ms: 60, objectType: 'deals' })
    const order: string[] = []
    const slow = ask(simulator, list).then(() => order.push('slow'))
    while (simulator.requests.of('list') === 0) await new Promise(setImmediate)
    const quick = ask(simulator, '/crm/v3/owners').then(() => order.push('quick'))
    await Promise.all([slow, quick])
    expect(order).toEqual(['quick', 'slow'])
  })

  it('strikes only where its options say: route, object type, after, times', async () => {
    await using simulator = await startTestSimulator()
    const status = async (path: string): Promise<number> => (await ask(simulator, path)).status
    simulator.faults.add({
      kind: 'html_502',
      route: 'list',
      objectType: 'Deal',
      after: 1,
      times: 2,
    })
    expect(await status('/crm/v3/objects/contacts')).toBe(200)
    expect(await status('/crm/v3/properties/deals')).toBe(200)
    const seen: number[] = []
    for (let call = 0; call < 4; call++) seen.push(await status('/crm/v3/objects/0-3'))
    expect(seen).toEqual([200, 502, 502, 200])
    expect(simulator.faults.list()).toMatchObject([{ seen: 4, fired: 2 }])
  })

  it('a rate strikes the same calls for the same seed', async () => {
    const struck = async (seed: number): Promise<string> => {
      await using simulator = await startTestSimulator({ seed })
      simulator.faults.add({ kind: 'html_502', rate: 0.5 })
      let pattern = ''
      for (let call = 0; call < 40; call++) {
        pattern += (await ask(simulator, list)).status === 502 ? 'x' : '.'
      }
      return pattern
    }
    const first = await struck(1)
    expect(first).toContain('x')
    expect(first).toContain('.')
    expect(await struck(1)).toBe(first)
    expect(await struck(2)).not.toBe(first)
  })

  it('can be taken back', async () => {
    await using simulator = await startTestSimulator()
    const fault: Fault = { kind: 'html_502', rate: 1 }
    const id = simulator.faults.add(fault)
    expect((await ask(simulator, list)).status).toBe(502)
    expect(simulator.faults.remove(id)).toBe(true)
    expect(simulator.faults.remove(id)).toBe(false)
    simulator.faults.add(fault)
    simulator.faults.clear()
    expect((await ask(simulator, list)).status).toBe(200)
  })

  it('counts the call against the limits anyway', async () => {
    await using simulator = await startTestSimulator({ limits: { burst: 2 } })
    simulator.faults.add({ kind: 'html_502', times: 2 })
    const seen: number[] = []
    for (let call = 0; call < 3; call++) seen.push((await ask(simulator, list)).status)
    expect(seen).toEqual([502, 502, 429])
  })
})
