import type { Environment } from '../../environment.ts'

/** Where a token came from, for error messages. The variable of a refresh token is not the one that has the access token. */
export interface TokenSource {
  readonly kind: 'token' | 'refresh_token'
  readonly variable: string
}

const usualSource: TokenSource = { kind: 'token', variable: 'HUBSPOT_API_TOKEN' }

/** The variable that a portals file names for the token; undefined for HUBSPOT_API_TOKEN. */
export function readTokenSource(environment: Environment): TokenSource | undefined {
  const { HUBGEN_TOKEN_FROM, HUBGEN_REFRESH_TOKEN_FROM } = environment
  if (HUBGEN_REFRESH_TOKEN_FROM)
    return { kind: 'refresh_token', variable: HUBGEN_REFRESH_TOKEN_FROM }
  return HUBGEN_TOKEN_FROM ? { kind: 'token', variable: HUBGEN_TOKEN_FROM } : undefined
}

export function nameToken({ kind, variable } = usualSource): string {
  return kind === 'token'
    ? `the token in ${variable}`
    : `the access token for the refresh token in ${variable}`
}

/** How to replace a token that HubSpot does not accept. */
export function tokenFix({ kind, variable } = usualSource): string {
  if (kind === 'refresh_token') {
    return `install the app in that portal again, and store the new refresh token as ${variable}`
  }
  const create =
    'create a service key in HubSpot (Settings > Development > Keys > Service keys) and'
  return variable === usualSource.variable
    ? `${create} put it into \`.env\` as ${variable}`
    : `${create} store it as ${variable}`
}

/** How to give a token a scope; `scope` is a phrase such as `\`crm.objects.deals.read\``. */
export function scopeFix(scope: string, { kind } = usualSource): string {
  return kind === 'token'
    ? `add ${scope} to the key in HubSpot, then run the command again`
    : `add ${scope} to the app in HubSpot, and install it in that portal again`
}

export function describeMissing({ kind, variable } = usualSource): string {
  return kind === 'token' ? `${variable} is not set` : `there is no access token for ${variable}`
}
