import type { Environment } from '../../../runtime/environment.ts'
import {
  type AccessToken,
  refreshAccessToken,
} from '../../../runtime/hubspot/client/refresh-token.ts'
import { readHubSpotAddress } from '../../../runtime/hubspot/client/settings.ts'
import type { Portal, PortalsFile } from '../../config/read-portals-file.ts'
import { searchedEnvironment, settingsOf } from './portal-environment.ts'
import { readSecret } from './portal-secrets.ts'

/**
 * The token of a portal, which HubSpot gives for an OAuth app each time. `expiresInSeconds` is null for a token that does not expire.
 * Fails with SECRET_MISSING, or as `refreshAccessToken` does.
 */
export async function portalToken(
  file: PortalsFile,
  portal: Portal,
  environment: Environment,
): Promise<Omit<AccessToken, 'expiresInSeconds'> & { readonly expiresInSeconds: number | null }> {
  const { token, name } = portal
  const searched = searchedEnvironment(file, environment)
  const secret = (from: string, what: string) =>
    readSecret(file, from, searched, `${what} of \`${name}\``)
  if (token.kind === 'token') {
    const value = secret(token.tokenFrom, 'the token')
    return { token: value, expiresInSeconds: null, refreshToken: 'kept' }
  }
  const installation = {
    clientId: secret(token.clientIdFrom, 'the client id of the app'),
    clientSecret: secret(token.clientSecretFrom, 'the client secret of the app'),
    refreshToken: secret(token.refreshTokenFrom, 'the refresh token'),
  }
  const address = readHubSpotAddress(settingsOf(file, portal, environment))
  return await refreshAccessToken(address, installation, { portal: name, ...token })
}
