import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DashboardProject, openDashboardProject } from '../support/dashboard/open-dashboard.ts'
import { resultOf } from '../support/node-process.ts'
import { runHubgen } from '../support/run-hubgen.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

let opened: DashboardProject

beforeAll(async () => {
  opened = await openDashboardProject({ entities: ['tasks', 'notes'], records: { tasks: 20 } })
})

afterAll(() => opened?.[Symbol.asyncDispose]())

function ended(args: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  const { directory, environment: own } = opened.project
  return runHubgen(directory, ['dashboard', ...args], { ...own, ...environment })
}

const makeToken = 'such as `openssl rand -hex 24` prints'

describe('hubgen dashboard', () => {
  test('says where it is, and ends at SIGTERM and at Ctrl-C', async () => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      const running = opened.start(['dashboard', '--port', '0'])
      await running.says(/Ctrl-C stops it/)
      const [, url = ''] = /^ {2}(http:\/\/localhost:\d+)$/m.exec(running.output()) ?? []
      expect((await fetch(`${url}/healthz`)).status).toBe(200)
      running.kill(signal)
      const { exitCode, output, errors } = await resultOf(running)
      expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: '' })
      expect(output).toContain('2 entities: open')
      expect(output).toContain('Stopped. `hubgen status` shows the active runs.')
    }
  })

  test('ends while a page is open', async () => {
    const running = opened.start(['dashboard', '--json', '--port', '0'])
    await running.says(/\n/)
    const { url } = JSON.parse(running.output()) as { url: string }
    const stream = await fetch(`${url}/live`)
    expect(stream.headers.get('content-type')).toMatch(/^text\/event-stream/)
    const reader = stream.body?.getReader()
    await reader?.read()
    running.kill('SIGTERM')
    const { exitCode, errors, output } = await resultOf(running)
    expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: '' })
    // Only the one line for programs.
    expect(output).toBe(`{"event":"started","url":"${url}"}\n`)
    await reader?.cancel().catch(() => {})
  })

  test.each(['0.0.0.0', '::', '192.0.2.7', 'example.com'])(
    'listens on %s with a token only',
    async (host) => {
      const { exitCode, output, errors } = await ended(['--host', host, '--port', '0'])
      expect({ exitCode, output: output.includes('open') }).toEqual({ exitCode: 1, output: false })
      expect(errors).toContain('error[DASHBOARD_TOKEN_MISSING]')
      expect(errors).toContain(`\`${host}\` can be reached from other machines`)
      expect(errors).toContain(makeToken)
    },
  )

  test('takes no token that could be guessed, and does not repeat it', async () => {
    const { exitCode, errors, output } = await ended(['--port', '0'], {
      HUBGEN_DASHBOARD_TOKEN: 'fifteen-letters',
    })
    expect(exitCode).toBe(1)
    expect(errors).toContain('error[DASHBOARD_TOKEN_SHORT]')
    expect(errors).toContain('fewer than 16 characters')
    expect(errors).toContain(makeToken)
    expect(errors + output).not.toContain('fifteen-letters')
  })

  test('finds its token in .env too', async () => {
    const { directory } = opened.project
    await opened.project.write('.env', 'HUBGEN_DASHBOARD_TOKEN=from-the-file-of-settings\n')
    const dashboard = await opened.serve()
    expect((await fetch(`${dashboard.url}/`)).status).toBe(401)
    const headers = { Authorization: 'Bearer from-the-file-of-settings' }
    expect((await fetch(`${dashboard.url}/`, { headers })).status).toBe(200)
    await dashboard.kill('SIGTERM')
    await opened.project.write('.env', '')
    expect(directory).not.toBe('')
  })

  test('says which port is in use', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => {
      other.listen(0, 'localhost', resolve)
    })
    const { port } = other.address() as AddressInfo
    const { exitCode, errors } = await ended(['--port', String(port)])
    other.close()
    expect(exitCode).toBe(1)
    expect(errors).toContain(`error[PORT_UNAVAILABLE]: port \`${port}\` is in use`)
    expect(errors).toContain('hubgen dashboard --port 5002')
  })

  test.each([
    [['--port', 'http'], 'http'],
    [['--port', '70000'], '70000'],
    [['--prot', '5001'], 'prot'],
    [['deals'], 'deals'],
  ])('refuses %j', async (args, named) => {
    const { exitCode, output, errors } = await ended(args)
    expect({ exitCode, output }).toEqual({ exitCode: 1, output: '' })
    expect(errors).toContain(named)
    expect(errors).toContain('fix: ')
  })

  test('where nothing is generated says what to type first', async () => {
    await using directory = await temporaryDirectory()
    const { exitCode, errors } = await runHubgen(directory.path, ['dashboard', '--port', '0'])
    expect(exitCode).toBe(1)
    expect(errors).toMatch(/error\[\w+\]/)
    expect(errors).toContain('hubgen explore')
  })

  test('without its database ends with what is wrong', async () => {
    const { exitCode, errors } = await ended(['--port', '0'], {
      DATABASE_URL: 'postgres://nobody:secret-of-nobody@127.0.0.1:1/nothing',
    })
    expect(exitCode).toBe(1)
    expect(errors).toMatch(/error\[DATABASE_\w+\]/)
    expect(errors).not.toContain('secret-of-nobody')
  })
})
