import { expect, onTestFinished, test } from 'vitest'
import { HubgenError } from '../../runtime/errors.ts'
import { connectHubSpot } from '../../runtime/hubspot/client/client.ts'
import { refreshAccessToken } from '../../runtime/hubspot/client/refresh-token.ts'
import { renewToken } from '../../runtime/hubspot/client/renewed-token.ts'
import type { Simulator } from '../../simulator/start-simulator.ts'
import { startTestSimulator, TestClock } from '../support/simulator.ts'

const installation = {
  clientId: '0d11c1f4-client',
  clientSecret: 's3cr3t-of-the-app',
  refreshToken: 'eu1-r3fr3sh',
}
const names = {
  portal: 'globex',
  app: 'agency',
  clientIdFrom: 'APP_ID',
  clientSecretFrom: 'APP_SECRET',
  refreshTokenFrom: 'GLOBEX_REFRESH',
}

async function start(clock = new TestClock()): Promise<Simulator> {
  const simulator = await startTestSimulator({ oauth: installation, clock })
  onTestFinished(() => simulator.close())
  return simulator
}

function refresh(baseUrl: string, change: Partial<typeof installation> = {}) {
  const address = { baseUrl, apiVersion: '2026-09' }
  return refreshAccessToken(address, { ...installation, ...change }, names)
}

async function failure(refreshing: Promise<unknown>): Promise<HubgenError> {
  const error = await refreshing.catch((thrown: unknown) => thrown)
  if (!(error instanceof HubgenError)) throw new Error(`expected a HubgenError: ${String(error)}`)
  const text = JSON.stringify([error.message, error.at, error.fix, String(error.cause)])
  expect(text).not.toMatch(/s3cr3t|r3fr3sh|0d11c1f4/)
  return error
}

test('gets an access token, and notices another refresh token', async () => {
  const simulator = await start()
  expect(await refresh(simulator.url)).toEqual({
    token: 'simulated-access-token-1',
    expiresInSeconds: 1_800,
    refreshToken: 'kept',
  })
  simulator.oauth?.changeRefreshToken('eu1-other')
  expect(await refresh(simulator.url)).toMatchObject({ refreshToken: 'changed' })
})

test('a call with a token that has expired has the renewed one, also in a client that is open', async () => {
  const clock = new TestClock()
  const simulator = await start(clock)
  const { token } = await refresh(simulator.url)
  const address = { baseUrl: simulator.url, apiVersion: '2026-09' }
  const tokenSource = { kind: 'refresh_token', variable: 'GLOBEX_REFRESH' } as const
  const hubspot = connectHubSpot({ ...address, token, tokenSource })
  const ask = () => hubspot.read({ path: hubspot.paths.account() }, { read: (body) => body })
  expect(await ask()).toMatchObject({ portalId: 8_100_142 })
  clock.advance(1_800_000)
  expect(await failure(ask())).toMatchObject({
    code: 'TOKEN_REJECTED',
    message: 'the access token for the refresh token in GLOBEX_REFRESH has expired',
    fix: 'install the app in that portal again, and store the new refresh token as GLOBEX_REFRESH',
  })
  renewToken(token, (await refresh(simulator.url)).token)
  expect(await ask()).toMatchObject({ portalId: 8_100_142 })
})

test('says which portal has to install the app again', async () => {
  const simulator = await start()
  simulator.oauth?.revoke()
  expect(await failure(refresh(simulator.url))).toMatchObject({
    code: 'INSTALLATION_REVOKED',
    message: 'the app `agency` is no longer installed in portal `globex`: BAD_REFRESH_TOKEN',
    fix: 'install the app in that portal again, and store the new refresh token as GLOBEX_REFRESH',
  })
})

test.each([
  [{ clientId: 'other' }, 'BAD_CLIENT_ID'],
  [{ clientSecret: 'other' }, 'BAD_CLIENT_SECRET'],
])('%j is a problem of the app', async (change, word) => {
  const simulator = await start()
  const error = await failure(refresh(simulator.url, change))
  expect(error).toMatchObject({
    code: 'OAUTH_APP_REJECTED',
    message: `HubSpot refuses the app \`agency\`: ${word}`,
    fix: "compare APP_ID and APP_SECRET with the app in HubSpot's developer settings",
  })
})

test('a failing HubSpot is not a revoked app', async () => {
  const simulator = await start()
  simulator.faults.add({ kind: 'html_502', route: 'oauth_token' })
  expect(await failure(refresh(simulator.url))).toMatchObject({ code: 'HUBSPOT_FAILED' })
  await simulator.close()
  expect(await failure(refresh(simulator.url))).toMatchObject({ code: 'HUBSPOT_UNREACHABLE' })
})
