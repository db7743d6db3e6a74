import { Request } from '@hubspot/api-client/lib/src/services/http/Request.js'
import { machine } from '../machine.ts'
import { RequestTimeout } from './request-timeout.ts'
import type { HubSpotSettings } from './settings.ts'

export interface ApiRequest {
  readonly method: 'GET' | 'POST'
  /** Without host and query. */
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  /** Sent as JSON; undefined for none. */
  readonly body?: unknown
}

/** An HTTP answer whose body has arrived completely. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: Uint8Array
}

export type Send = (request: ApiRequest, signal?: AbortSignal) => Promise<Answer>

/**
 * Sends the requests that HubSpot's own client builds (keep-alive and gzip by Node's fetch). Bypasses that
 * client's limiter and retries, which ignore Retry-After and are shared between clients, and does not
 * follow redirects, which the client cannot turn off. An aborted or late request is abandoned, not
 * cancelled: its answer is discarded when it arrives.
 */
export function openTransport(settings: HubSpotSettings, timeoutMs: number): Send {
  const access = { accessToken: settings.token, basePath: settings.baseUrl }
  return (request, signal) => {
    signal?.throwIfAborted()
    return withDeadline(exchange(access, request), timeoutMs, signal)
  }
}

async function exchange(
  access: { readonly accessToken: string; readonly basePath: string },
  { method, path, query, body: content }: ApiRequest,
): Promise<Answer> {
  const request = new Request(access, {
    method,
    path: addressOf({ path, query }),
    // HubSpot answers some 404s with HTML unless only JSON is accepted.
    headers: { Accept: 'application/json' },
    ...(content !== undefined && { body: content }),
  })
  const response = await fetch(request.getUrl(), { ...request.getSendData(), redirect: 'manual' })
  const body = Buffer.from(await response.arrayBuffer())
  return { status: response.status, headers: response.headers, body }
}

/** Commas stay unencoded: encoding them makes a list of properties a tenth longer. */
function addressOf({ path, query }: Pick<ApiRequest, 'path' | 'query'>): string {
  const text = new URLSearchParams(query).toString().replaceAll('%2C', ',')
  return text === '' ? path : `${path}?${text}`
}

function withDeadline<T>(work: Promise<T>, timeoutMs: number, signal?: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => settle(() => reject(signal?.reason))
    const timer = machine.after(timeoutMs, () => settle(() => reject(new RequestTimeout())))
    const settle = (how: () => void) => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
      how()
    }
    signal?.addEventListener('abort', onAbort, { once: true })
    work.then(
      (value) => settle(() => resolve(value)),
      (error) => settle(() => reject(error)),
    )
  })
}
