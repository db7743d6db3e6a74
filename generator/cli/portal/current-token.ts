import type { HubgenCode } from '../../../runtime/errors.ts'
import { printError } from '../../../runtime/terminal/print.ts'
import type { Portal, PortalsFile } from '../../config/read-portals-file.ts'
import { portalToken } from '../../project/portals/portal-token.ts'

const changed: HubgenCode = 'REFRESH_TOKEN_CHANGED'

/** The token of a portal, as `portalToken` gives it. Reports another refresh token, because the old one may stop working. */
export async function currentToken(file: PortalsFile, portal: Portal): Promise<string> {
  const { token, refreshToken } = await portalToken(file, portal, process.env)
  if (refreshToken === 'changed' && portal.token.kind === 'oauth') {
    const { refreshTokenFrom } = portal.token
    printError(
      `notice[${changed}]: HubSpot answered with another refresh token for portal ${portal.name}.\n` +
        `  fix: install the app in that portal again, and store the new refresh token as ${refreshTokenFrom}`,
    )
  }
  return token
}
