import { HubgenError } from '../../runtime/errors.ts'
import { connectHubSpot } from '../../runtime/hubspot/client/client.ts'
import type { HubSpotSettings } from '../../runtime/hubspot/client/settings.ts'

export type TokenCheck =
  | { readonly outcome: 'accepted'; readonly portalId: number }
  /** HubSpot answered, and no retry would change its answer. */
  | { readonly outcome: 'refused'; readonly error: HubgenError }
  /** HubSpot could not be asked, or could not answer now. */
  | { readonly outcome: 'unanswered'; readonly error: HubgenError }

const requestTimeoutMs = 20_000

/** Asks HubSpot with one call whose portal a token reads. */
export async function checkToken(settings: HubSpotSettings): Promise<TokenCheck> {
  const onlyOnce = new AbortController()
  const hubspot = connectHubSpot(settings, {
    signal: onlyOnce.signal,
    requestTimeoutMs,
    onRetry: ({ what }) => {
      onlyOnce.abort(
        new HubgenError('HUBSPOT_FAILED', `HubSpot ${what}`, {
          fix: 'try it again in a few minutes; https://status.hubspot.com shows outages',
        }),
      )
    },
  })
  try {
    const { portalId } = await hubspot.account()
    return { outcome: 'accepted', portalId }
  } catch (error) {
    if (!(error instanceof HubgenError)) throw error
    return { outcome: isOutage(error) ? 'unanswered' : 'refused', error }
  }
}

function isOutage({ kind }: HubgenError): boolean {
  return kind === 'hubspot_connection' || kind === 'limit'
}
