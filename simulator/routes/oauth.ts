import type { Context } from '../context.ts'
import { type Answer, jsonAnswer } from '../http/answer.ts'
import { type Call, parameter } from '../http/call.ts'
import { expiresInSeconds } from '../http/oauth-app.ts'
import { notFound, Refusal } from '../http/refusal.ts'
import type { Route } from '../http/router.ts'

/** Without an app of its own, the simulator takes every app and refresh token and gives its one token. */
export const oauthRoutes: readonly Route[] = ['v1', 'v3', '2025-09', '2026-03', '2026-09'].flatMap(
  (version): Route[] => [
    {
      name: 'oauth_token',
      method: 'POST',
      pattern: `oauth/${version}/token`,
      versions: [''],
      budget: 'free',
      answer: refreshToken,
    },
    {
      name: 'access_token',
      method: 'GET',
      pattern: `oauth/${version}/access-tokens/:token`,
      versions: [''],
      budget: 'free',
      answer: describeToken,
    },
  ],
)

/** The body is a form. */
function refreshToken(call: Call, { access, oauth }: Context): Answer {
  const form = new URLSearchParams(call.bodyText)
  const refresh = form.get('refresh_token')
  if (form.get('grant_type') !== 'refresh_token' || refresh === null || refresh === '') {
    throw new Refusal(400, {
      message: 'missing or unknown refresh token',
      errorType: 'invalid_grant',
    })
  }
  const given = oauth?.refresh(form) ?? { accessToken: access.token, refreshToken: refresh }
  return jsonAnswer({
    token_type: 'bearer',
    refresh_token: given.refreshToken,
    access_token: given.accessToken,
    expires_in: expiresInSeconds,
  })
}

function describeToken(call: Call, { access, oauth, store }: Context): Answer {
  const token = parameter(call, 'token')
  if (token !== access.token && oauth?.stateOf(token) !== 'valid')
    throw notFound('The token is not valid')
  return jsonAnswer({
    token,
    user: 'it@acme-mobility.example',
    hub_domain: 'acme-mobility.example',
    scopes: access.granted(store),
    hub_id: store.portal.portalId,
    app_id: 3_141_592,
    expires_in: expiresInSeconds,
    user_id: 4_810_022,
    token_type: 'access',
  })
}
