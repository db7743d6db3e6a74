import type { Clock } from '../clock.ts'
import { Refusal } from './refusal.ts'

/** An OAuth app and its installation in the portal. */
export interface OAuthOptions {
  readonly clientId: string
  readonly clientSecret: string
  readonly refreshToken: string
}

/** Seconds that an access token is valid, as HubSpot has it. */
export const expiresInSeconds = 1_800

/** Gives access tokens for a refresh token, and knows which of them have expired. */
export class OAuthApp {
  readonly #clientId: string
  readonly #clientSecret: string
  readonly #clock: Clock
  #refreshToken: string | null
  /** The refresh token that the next answer has, as after a change of the app. */
  #nextRefreshToken: string | undefined
  readonly #expiresMs = new Map<string, number>()

  constructor({ clientId, clientSecret, refreshToken }: OAuthOptions, clock: Clock) {
    this.#clientId = clientId
    this.#clientSecret = clientSecret
    this.#refreshToken = refreshToken
    this.#clock = clock
  }

  /** From now on no refresh and no access token works, as after the app was removed from the portal. */
  revoke(): void {
    this.#refreshToken = null
    this.#expiresMs.clear()
  }

  /** The next answer has this refresh token; the old one remains valid. */
  changeRefreshToken(refreshToken: string): void {
    this.#nextRefreshToken = refreshToken
  }

  /** The new access token and the refresh token of the answer. */
  refresh(form: URLSearchParams): { readonly accessToken: string; readonly refreshToken: string } {
    if (form.get('client_id') !== this.#clientId) {
      throw refused('BAD_CLIENT_ID', 'missing or unknown client id', 'invalid_client')
    }
    if (form.get('client_secret') !== this.#clientSecret) {
      throw refused('BAD_CLIENT_SECRET', 'missing or invalid client secret', 'invalid_client')
    }
    const refreshToken = form.get('refresh_token')
    if (this.#refreshToken === null || refreshToken !== this.#refreshToken) {
      throw refused('BAD_REFRESH_TOKEN', 'missing or invalid refresh token', 'invalid_grant')
    }
    const accessToken = `simulated-access-token-${this.#expiresMs.size + 1}`
    this.#expiresMs.set(accessToken, this.#clock.nowMs() + expiresInSeconds * 1_000)
    return { accessToken, refreshToken: this.#nextRefreshToken ?? refreshToken }
  }

  /** Undefined for a token that it never gave. */
  stateOf(accessToken: string): 'valid' | 'expired' | undefined {
    const expiresMs = this.#expiresMs.get(accessToken)
    if (expiresMs === undefined) return undefined
    return this.#clock.nowMs() < expiresMs ? 'valid' : 'expired'
  }
}

function refused(status: string, message: string, error: string): Refusal {
  return new Refusal(400, { status, message, error, error_description: message })
}
