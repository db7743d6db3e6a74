import { expect, onTestFinished, test } from 'vitest'
import type { Simulator } from '../../simulator/start-simulator.ts'
import { startTestSimulator, TestClock } from '../support/simulator.ts'

const app = { clientId: 'client', clientSecret: 'secret', refreshToken: 'refresh' }

async function start(): Promise<{ readonly simulator: Simulator; readonly clock: TestClock }> {
  const clock = new TestClock()
  const simulator = await startTestSimulator({ clock, oauth: app, portalId: 991 })
  onTestFinished(() => simulator.close())
  return { simulator, clock }
}

async function refresh(
  { url }: Simulator,
  change: Readonly<Record<string, string>> = {},
  version = '2026-09',
) {
  const form = {
    grant_type: 'refresh_token',
    client_id: app.clientId,
    client_secret: app.clientSecret,
    refresh_token: app.refreshToken,
    ...change,
  }
  const body = new URLSearchParams(form)
  const response = await fetch(`${url}/oauth/${version}/token`, { method: 'POST', body })
  return (await response.json()) as Record<string, unknown>
}

async function account({ url }: Simulator, token: unknown) {
  const headers = { Authorization: `Bearer ${token}` }
  const response = await fetch(`${url}/account-info/2026-09/details`, { headers })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

test.each(['v1', '2026-09'])(
  '%s: each refresh gives an access token for half an hour',
  async (v) => {
    const { simulator, clock } = await start()
    const first = await refresh(simulator, {}, v)
    const second = await refresh(simulator, {}, v)
    expect(first).toMatchObject({
      token_type: 'bearer',
      refresh_token: 'refresh',
      expires_in: 1_800,
    })
    expect(first['access_token']).not.toBe(second['access_token'])
    expect(await account(simulator, first['access_token'])).toMatchObject({
      status: 200,
      body: { portalId: 991 },
    })
    clock.advance(1_799_000)
    expect((await account(simulator, first['access_token'])).status).toBe(200)
    clock.advance(1_000)
    expect(await account(simulator, first['access_token'])).toMatchObject({
      status: 401,
      body: { category: 'EXPIRED_AUTHENTICATION' },
    })
    expect((await account(simulator, 'never given')).body['category']).toBe(
      'INVALID_AUTHENTICATION',
    )
  },
)

test.each([
  [{ client_id: 'other' }, 'BAD_CLIENT_ID', 'invalid_client'],
  [{ client_secret: 'other' }, 'BAD_CLIENT_SECRET', 'invalid_client'],
  [{ refresh_token: 'other' }, 'BAD_REFRESH_TOKEN', 'invalid_grant'],
])('%j is refused with %s', async (change, status, error) => {
  const { simulator } = await start()
  expect(await refresh(simulator, change)).toMatchObject({ status, error })
})

test('an app that was removed has no token any more', async () => {
  const { simulator } = await start()
  const { access_token: token } = await refresh(simulator)
  simulator.oauth?.revoke()
  expect(await refresh(simulator)).toMatchObject({ status: 'BAD_REFRESH_TOKEN' })
  expect((await account(simulator, token)).status).toBe(401)
})

test('a changed refresh token is in the next answer', async () => {
  const { simulator } = await start()
  simulator.oauth?.changeRefreshToken('another')
  expect(await refresh(simulator)).toMatchObject({ refresh_token: 'another' })
})

test('the portal has the id of the option, in the names of its objects too', async () => {
  const { simulator } = await start()
  const vehicle = simulator.store.objectTypes().find(({ custom }) => custom)
  expect(vehicle?.fullyQualifiedName).toMatch(/^p991_/)
})
