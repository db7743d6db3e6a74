import { HubgenError } from '../../errors.ts'
import { asObject, parseJson, quoteFromHubSpot, textOf } from './answer-body.ts'
import type { HubSpotAddress } from './settings.ts'
import type { Answer } from './transport.ts'

/** The installation of an OAuth app in one portal. All three are secret. */
export interface Installation {
  readonly clientId: string
  readonly clientSecret: string
  readonly refreshToken: string
}

export interface AccessToken {
  readonly token: string
  readonly expiresInSeconds: number
  /** `changed`: HubSpot answered with another refresh token than the one that was sent. */
  readonly refreshToken: 'kept' | 'changed'
}

/** For messages; nothing here is secret. */
interface InstallationNames {
  readonly portal: string
  readonly app: string
  readonly clientIdFrom: string
  readonly clientSecretFrom: string
  readonly refreshTokenFrom: string
}

const timeoutMs = 30_000
/** Ends the installation of the app: somebody removed it, or the portal is gone. */
const revoked = ['BAD_REFRESH_TOKEN', 'BAD_HUB', 'invalid_grant', 'access_denied']
/** The app itself is refused, for every portal. */
const refusedApp = ['BAD_CLIENT_ID', 'BAD_CLIENT_SECRET', 'invalid_client', 'unauthorized_client']

/**
 * Gets an access token for an installation; it is valid for half an hour. Fails with INSTALLATION_REVOKED if the portal has
 * to install the app again, with OAUTH_APP_REJECTED, HUBSPOT_UNREACHABLE or HUBSPOT_FAILED.
 */
export async function refreshAccessToken(
  address: HubSpotAddress,
  installation: Installation,
  names: InstallationNames,
): Promise<AccessToken> {
  const at = `POST ${address.baseUrl}/oauth/${address.apiVersion}/token`
  const answer = await post(address, installation, at)
  const { status } = answer
  const body = asObject(parseJson(textOf(answer)))
  const { access_token: token, refresh_token: refreshToken, expires_in: seconds } = body
  if (status !== 200) throw refused(status, body, installation, { ...names, at })
  if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token)) {
    throw new HubgenError('HUBSPOT_FAILED', 'HubSpot answered a refresh without an access token', {
      at,
      fix: 'run it again later; check that HUBSPOT_API_URL is the address of HubSpot',
    })
  }
  const changed = typeof refreshToken === 'string' && refreshToken !== installation.refreshToken
  return {
    token,
    expiresInSeconds: typeof seconds === 'number' ? seconds : 1_800,
    refreshToken: changed ? 'changed' : 'kept',
  }
}

async function post(
  address: HubSpotAddress,
  { clientId, clientSecret, refreshToken }: Installation,
  at: string,
): Promise<Answer> {
  // Loaded lazily, as for other calls.
  const { sendForm } = await import('./transport.ts')
  const form = {
    grant_type: 'refresh_token',
    client_id: clientId,
    client_secret: clientSecret,
    refresh_token: refreshToken,
  }
  try {
    return await sendForm(address, `/oauth/${address.apiVersion}/token`, form, timeoutMs)
  } catch {
    // The cause may quote the request.
    throw new HubgenError('HUBSPOT_UNREACHABLE', 'HubSpot does not answer the refresh of a token', {
      at,
      fix: 'check the network, a firewall, and HUBSPOT_API_URL; behind a proxy set HTTPS_PROXY',
    })
  }
}

function refused(
  status: number,
  body: Record<string, unknown>,
  installation: Installation,
  { at, ...names }: InstallationNames & { readonly at: string },
): HubgenError {
  const { portal, app, clientIdFrom, clientSecretFrom, refreshTokenFrom } = names
  const codes = [body['status'], body['error'], body['errorType'], body['category']]
  const code = (known: readonly string[]) => known.find((one) => codes.includes(one))
  const appCode = code(refusedApp)
  if (appCode !== undefined) {
    return new HubgenError('OAUTH_APP_REJECTED', `HubSpot refuses the app \`${app}\`: ${appCode}`, {
      at,
      fix: `compare ${clientIdFrom} and ${clientSecretFrom} with the app in HubSpot's developer settings`,
    })
  }
  const revokedCode = code(revoked)
  if (revokedCode !== undefined) {
    const message = `the app \`${app}\` is no longer installed in portal \`${portal}\`: ${revokedCode}`
    const fix = `install the app in that portal again, and store the new refresh token as ${refreshTokenFrom}`
    return new HubgenError('INSTALLATION_REVOKED', message, { at, fix })
  }
  const said = describe(body, installation)
  return new HubgenError('HUBSPOT_FAILED', `HubSpot answered ${status} to a refresh${said}`, {
    at,
    fix: 'run it again later; https://status.hubspot.com shows whether HubSpot has a problem',
  })
}

function describe({ message }: Record<string, unknown>, installation: Installation): string {
  if (typeof message !== 'string' || message === '') return ''
  let text = message
  for (const secret of Object.values(installation)) text = text.replaceAll(secret, '[secret]')
  return `: ${quoteFromHubSpot(text, installation.clientSecret)}`
}
