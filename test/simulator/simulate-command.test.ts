import { describe, expect, it, onTestFinished } from 'vitest'
import { createProgram } from '../../generator/cli/program.ts'
import { formatError, HubgenError } from '../../runtime/errors.ts'
import { faultKinds } from '../../simulator/fault.ts'
import type { NodeProcess } from '../support/node-process.ts'
import { runHubgen, startHubgen } from '../support/run-hubgen.ts'

/** Starts it on a free port and waits until it has printed its introduction. */
async function startSimulate(end: RegExp, ...options: readonly string[]): Promise<NodeProcess> {
  const running = startHubgen('.', ['simulate', '--port', '0', ...options])
  onTestFinished(() => running.kill('SIGKILL'))
  await running.says(end)
  return running
}

describe('hubgen simulate', () => {
  it('prints what to put into .env, serves it, and stops on Ctrl-C', async () => {
    const options = ['--records', 'contacts=300,deal=20', '--limit', 'none']
    const running = await startSimulate(/Ctrl-C/, ...options)
    const output = running.output()
    expect(output.split('\n').every((line) => line.length <= 80)).toBe(true)
    const url = /^ {2}HUBSPOT_API_URL=(\S+)$/m.exec(output)?.[1]
    const token = /^ {2}HUBSPOT_API_TOKEN=(\S+)$/m.exec(output)?.[1]
    expect(output).toMatch(/^ {2}contacts +\d+ records$/m)
    expect(output).toContain('hubgen explore deals')
    const reply = await fetch(`${url}/account-info/2026-09/details`, {
      headers: { Authorization: `Bearer ${token}` },
    })
    expect(await reply.json()).toMatchObject({ portalId: 8100142 })
    running.kill('SIGINT')
    expect(await running.ended).toBe(0)
  })

  it('gives programs one line', async () => {
    const running = await startSimulate(/\n/, '--json', '--scopes', 'crm.objects.deals.read')
    const started = JSON.parse(running.output())
    expect(started).toMatchObject({ event: 'started', url: expect.stringContaining('http://') })
    const headers = { Authorization: `Bearer ${started.token}` }
    const status = async (path: string): Promise<number> =>
      (await fetch(`${started.url}${path}`, { headers })).status
    expect(await status('/crm/v3/objects/deals')).toBe(200)
    expect(await status('/crm/v3/objects/contacts')).toBe(403)
    running.kill('SIGTERM')
    expect(await running.ended).toBe(0)
  })

  it('has the limits that its options set', async () => {
    const options = ['--url-limit', '300', '--search-limit', '100', '--compression', 'none']
    const running = await startSimulate(/\n/, '--json', '--limit', 'none', ...options)
    const { url, token } = JSON.parse(running.output())
    const headers = { Authorization: `Bearer ${token}`, 'Accept-Encoding': 'gzip' }
    const path = `${url}/crm/v3/objects/contacts`
    const long = await fetch(`${path}?properties=${'x'.repeat(300)}`, { headers })
    expect(long.status).toBe(414)
    const body = JSON.stringify({ properties: ['x'.repeat(100)] })
    const wide = await fetch(`${path}/search`, { method: 'POST', headers, body })
    expect(wide.status).toBe(400)
    const page = await fetch(`${path}?limit=100`, { headers })
    expect(page.headers.get('content-encoding')).toBeNull()
    const properties = await fetch(`${url}/crm/v3/properties/contacts`, { headers })
    expect(await properties.text()).not.toContain('\\u0000')
  })

  it('stops when nobody reads its introduction', async () => {
    const running = startHubgen('.', ['simulate', '--port', '0'])
    onTestFinished(() => running.kill('SIGKILL'))
    running.closeOutput()
    expect({ exitCode: await running.ended, errors: running.errors() }).toEqual({
      exitCode: 0,
      errors: '',
    })
  })

  it('makes the requested faults', async () => {
    const running = await startSimulate(/\n/, '--json', '--fault', 'html_502:1')
    const { url, token } = JSON.parse(running.output())
    const reply = await fetch(`${url}/crm/v3/owners`, {
      headers: { Authorization: `Bearer ${token}` },
    })
    expect(reply.status).toBe(502)
  })

  it('lists every kind of fault in its help', async () => {
    const { output } = await runHubgen('.', ['simulate', '--help'])
    expect(output).toContain('curl localhost:5555/simulator/faults')
    const words = output.split(/[\s,.]+/)
    for (const kind of faultKinds) expect(words.includes(kind)).toBe(kind !== 'change')
  })

  it('says which port is in use', async () => {
    const running = await startSimulate(/\n/, '--json')
    const { port } = new URL(JSON.parse(running.output()).url)
    const { exitCode, errors } = await runHubgen('.', ['simulate', '--port', port])
    expect(exitCode).toBe(1)
    expect(errors).toContain(`error[PORT_UNAVAILABLE]: port \`${port}\` is in use`)
    expect(errors).not.toContain('    at ')
  })

  it.each([
    [['--records', 'contcats=5'], 'UNKNOWN_ENTITY', 'did you mean `contacts`?'],
    [['--records', 'contacts=many'], 'USAGE', 'found `many`'],
    [['--records', 'contacts'], 'USAGE', 'takes a whole number'],
    [['--port', '70000'], 'USAGE', 'found `70000`'],
    [['--limit', '0'], 'USAGE', 'at least 1'],
    [['--latency', '400-150'], 'USAGE', 'found `400-150`'],
    [['--seed', 'x'], 'USAGE', 'found `x`'],
    [['--url-limit', '20'], 'USAGE', 'at least 200'],
    [['--search-limit', 'many'], 'USAGE', 'found `many`'],
    [['--fault', 'html_503'], 'USAGE', 'did you mean `html_502`?'],
    [['--fault', 'slow:2'], 'USAGE', 'found `slow:2`'],
    [['--scopes', 'nonsense'], 'USAGE', 'use one of crm.dealsplits.read_write'],
    [
      ['--scopes', 'tickets,crm.objects.deal.read'],
      'USAGE',
      'did you mean `crm.objects.deals.read`?',
    ],
    [['--seed', '1', '--seed', '2'], 'USAGE', '`--seed` is given twice'],
    [['-d', 'a', '-d', 'b'], 'USAGE', '`--directory` is given twice'],
  ])('refuses %j with %s', async (options, code, hint) => {
    const parse = async () => createProgram(['simulate', ...options], '0.0.0').parseAsync()
    const failure = await parse().catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(HubgenError)
    expect(failure).toMatchObject({ code })
    expect(formatError(failure as HubgenError)).toContain(hint)
  })
})
