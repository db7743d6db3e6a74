import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startAlertReceiver } from '../support/alert-receiver.ts'
import { type NodeResult, resultOf } from '../support/node-process.ts'
import { openProject, type Project } from '../support/project.ts'
import { runHubgen, startHubgen } from '../support/run-hubgen.ts'
import { startTlsPortal, type TlsPortal } from '../support/start-tls-portal.ts'

let project: Project
let portal: TlsPortal

beforeAll(async () => {
  project = await openProject()
})
beforeEach(async () => {
  await portal?.[Symbol.asyncDispose]()
  portal = await startTlsPortal(project.simulator)
})
afterAll(async () => {
  await portal[Symbol.asyncDispose]()
  await project[Symbol.asyncDispose]()
})

type Settings = Readonly<Record<string, string>>

/** In a process of its own, with all settings in `.env` except for those given. */
async function hubgen(
  args: readonly string[],
  settings: Settings,
  environment: Settings = {},
): Promise<NodeResult> {
  await writeSettings(settings)
  return resultOf(startHubgen(project.directory, args, environment))
}

/** For settings that leave the certificates of the process as they are. */
async function hubgenInServer(args: readonly string[], settings: Settings): Promise<NodeResult> {
  await writeSettings(settings)
  return runHubgen(project.directory, args)
}

async function writeSettings(settings: Settings): Promise<void> {
  const all = {
    HUBSPOT_API_URL: `https://${portal.host}`,
    HUBSPOT_API_TOKEN: project.simulator.token,
    ...settings,
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}=${value}\n`)
  await project.write('.env', lines.join(''))
}

const explore = ['explore', 'tasks']

test('alerts go through a proxy as well', async () => {
  await using receiver = await startAlertReceiver()
  await using server = await startTlsPortal(receiver)
  const alerts = { to: [{ kind: 'slack', urlFrom: 'SLACK_URL' }] }
  await project.write('hubgen.config.ts', `export default ${JSON.stringify({ alerts })}`)
  const settings = {
    SLACK_URL: `https://${server.host}/services/a-secret-path`,
    HTTPS_PROXY: `http://user:login-of-proxy@127.0.0.1:${server.proxyPort}`,
    NODE_EXTRA_CA_CERTS: server.authorityPath,
  }
  const sent = await hubgen(['alert', '--test'], settings)
  expect(sent).toMatchObject({ exitCode: 0, output: 'sent to SLACK_URL (slack)\n', errors: '' })
  expect(server.tunnels).toEqual([`${server.host}:443`])
  expect(server.logins).toEqual(['user:login-of-proxy'])
  expect(receiver.bodies).toHaveLength(1)
  server.refuseTunnels('407 Proxy Authentication Required')
  const refused = await hubgen(['alert', '--test'], settings)
  expect(refused.exitCode).toBe(1)
  expect(refused.errors).toContain(
    'error[ALERT_NOT_SENT]: the server of `SLACK_URL` cannot be reached',
  )
  expect(refused.errors).not.toMatch(/login-of-proxy|secret|hubapi/)
  await project.write('hubgen.config.ts', 'export default {}')
})

describe('a proxy', () => {
  test('of .env carries every call, and so do the certificates of .env', async () => {
    const before = project.simulator.requests.total
    const { exitCode, errors } = await hubgen(explore, {
      HTTPS_PROXY: `http://someone:p%40ss@127.0.0.1:${portal.proxyPort}`,
      NODE_EXTRA_CA_CERTS: portal.authorityPath,
    })
    expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: '' })
    expect(project.simulator.requests.total).toBeGreaterThan(before)
    expect(new Set(portal.tunnels)).toEqual(new Set([`${portal.host}:443`]))
    // Connections are kept: fewer tunnels than calls.
    expect(portal.tunnels.length).toBeLessThan(project.simulator.requests.total - before)
    expect(new Set(portal.logins)).toEqual(new Set(['someone:p@ss']))
  })

  test.each(['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY'])(
    'of the environment is used as %s, and needs no scheme',
    async (name) => {
      const { exitCode, errors } = await hubgen(
        explore,
        {},
        { [name]: `127.0.0.1:${portal.proxyPort}`, NODE_EXTRA_CA_CERTS: portal.authorityPath },
      )
      expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: '' })
      expect(portal.tunnels.length).toBeGreaterThan(0)
    },
  )

  test.each(['hubapi.test', '.hubapi.test', '*.test', 'other, api.hubapi.test:443', '*'])(
    'is left out for NO_PROXY=%s',
    async (excluded) => {
      const { exitCode, errors } = await hubgenInServer(explore, {
        HTTPS_PROXY: `http://127.0.0.1:${portal.proxyPort}`,
        NO_PROXY: excluded,
      })
      expect(exitCode).toBe(1)
      expect(errors).toContain('error[HUBSPOT_UNREACHABLE]: `api.hubapi.test` cannot be reached (')
      expect(errors).not.toContain('through the proxy')
      expect(portal.tunnels).toEqual([])
    },
  )

  test('is used for hosts that only resemble those of NO_PROXY', async () => {
    const { exitCode } = await hubgen(explore, {
      HTTPS_PROXY: `http://127.0.0.1:${portal.proxyPort}`,
      NODE_EXTRA_CA_CERTS: portal.authorityPath,
      NO_PROXY: 'pi.hubapi.test api.hubapi.test:8443,hubapi',
    })
    expect(exitCode).toBe(0)
  })

  test('is not used for the simulator, which would show the proxy its token', async () => {
    const { exitCode } = await hubgenInServer(explore, {
      HUBSPOT_API_URL: project.simulator.url,
      HTTPS_PROXY: `http://127.0.0.1:${portal.proxyPort}`,
      HTTP_PROXY: `http://127.0.0.1:${portal.proxyPort}`,
    })
    expect(exitCode).toBe(0)
    expect(portal.logins).toEqual([])
  })

  test('that refuses, or that nobody runs, is named without its login', async () => {
    portal.refuseTunnels('407 Proxy Authentication Required')
    const login = `http://someone:secret@127.0.0.1`
    const refused = await hubgenInServer(explore, { HTTPS_PROXY: `${login}:${portal.proxyPort}` })
    expect(refused.exitCode).toBe(1)
    expect(refused.errors).toContain(
      `cannot be reached (the proxy answers 407) through the proxy \`http://127.0.0.1:${portal.proxyPort}\``,
    )
    expect(refused.errors).toContain('fix: check HTTPS_PROXY, its user and password')
    const absent = await hubgenInServer(explore, { HTTPS_PROXY: `${login}:1` })
    expect(absent.errors).toContain('(ECONNREFUSED) through the proxy `http://127.0.0.1:1`')
    for (const { output, errors } of [refused, absent]) {
      expect(output + errors).not.toContain('secret')
      expect(output + errors).not.toContain('someone')
    }
  })

  test('of another kind is refused without its login', async () => {
    const { errors } = await hubgenInServer(explore, {
      HTTPS_PROXY: 'socks5://u:secret@127.0.0.1:1',
    })
    expect(errors).toContain('error[PROXY_INVALID]')
    expect(errors).not.toContain('secret')
  })
})

describe('doctor', () => {
  test('shows the proxy without its login, and the certificates', async () => {
    const { output } = await hubgen(['doctor'], {
      HTTPS_PROXY: `http://someone:secret@127.0.0.1:${portal.proxyPort}`,
      NODE_EXTRA_CA_CERTS: portal.authorityPath,
    })
    const text = output.replace(/\n +/g, ' ')
    expect(text).toContain(
      `go through the proxy \`http://127.0.0.1:${portal.proxyPort}\` (HTTPS_PROXY, with a login)`,
    )
    expect(text).toContain(`${portal.authorityPath}\` are trusted, too (NODE_EXTRA_CA_CERTS)`)
    expect(text).toContain('the token reads portal')
    expect(output).not.toContain('secret')
    expect(output).not.toContain('someone')
  })

  test('shows that NO_PROXY leaves it out, and certificates that Node ignores', async () => {
    const { output } = await hubgen(
      ['doctor'],
      { HTTPS_PROXY: `http://127.0.0.1:${portal.proxyPort}`, NO_PROXY: 'hubapi.test' },
      { NODE_EXTRA_CA_CERTS: '/missing.pem' },
    )
    const text = output.replace(/\n +/g, ' ')
    expect(text).toContain('HTTPS_PROXY is set, but NO_PROXY names `api.hubapi.test`')
    expect(text).toContain('warn  the certificates of NODE_EXTRA_CA_CERTS cannot be read')
  })
})

test.each([
  ['a file that is missing', '/missing.pem'],
  ['a file without a certificate', '/etc/hostname'],
])('%s is an error with a fix', async (_, path) => {
  const { exitCode, errors } = await hubgenInServer(explore, { NODE_EXTRA_CA_CERTS: path })
  expect(exitCode).toBe(1)
  expect(errors).toContain('error[CERTIFICATES_UNREADABLE]')
  expect(errors).toContain(`at   ${path}`)
})
