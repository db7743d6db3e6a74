import { Request } from '@hubspot/api-client/lib/src/services/http/Request.js'
import { machine } from '../../machine.ts'
import type { HttpProxy } from './find-proxy.ts'
import { renewedToken } from './renewed-token.ts'
import { RequestTimeout } from './request-timeout.ts'
import type { HubSpotSettings } from './settings.ts'

export interface ApiRequest {
  readonly method: 'GET' | 'POST'
  /** Without host and query. */
  readonly path: string
  /** An array repeats the parameter. */
  readonly query: Readonly<Record<string, string | readonly string[]>>
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
export async function openTransport(settings: HubSpotSettings, timeoutMs: number): Promise<Send> {
  const fetchFrom = await fetchFor(settings.proxy)
  return (request, signal) => {
    signal?.throwIfAborted()
    const access = { accessToken: renewedToken(settings.token), basePath: settings.baseUrl }
    return withDeadline(exchange(fetchFrom, access, request), timeoutMs, signal)
  }
}

/** Sends a form, as OAuth wants it. Fails as `fetch` does, and after the time. */
export async function sendForm(
  { baseUrl, proxy }: Pick<HubSpotSettings, 'baseUrl' | 'proxy'>,
  path: string,
  form: Readonly<Record<string, string>>,
  timeoutMs: number,
): Promise<Answer> {
  const fetchFrom = await fetchFor(proxy)
  const send = async () => {
    const response = await fetchFrom(new URL(`${baseUrl}${path}`), {
      method: 'POST',
      headers: {
        Accept: 'application/json',
        'Content-Type': 'application/x-www-form-urlencoded',
      },
      body: new URLSearchParams(form).toString(),
      redirect: 'manual',
    })
    const body = Buffer.from(await response.arrayBuffer())
    return { status: response.status, headers: new Headers([...response.headers]), body }
  }
  return await withDeadline(send(), timeoutMs)
}

async function fetchFor(proxy: HttpProxy | undefined): Promise<Fetch> {
  const direct: Fetch = (address, data) => fetch(address, data)
  return proxy === undefined ? direct : await fetchThrough(proxy)
}

type SendData = ReturnType<Request['getSendData']> & {
  readonly redirect: 'manual'
  readonly body?: string
}

/** The part of `fetch` that the transport uses. */
type Fetch = (
  address: URL,
  data: SendData,
) => Promise<{
  readonly status: number
  readonly headers: Iterable<[string, string]>
  arrayBuffer(): Promise<ArrayBuffer>
}>

/** By URL, so that the entities of a process share connections. */
const proxiedFetches = new Map<string, Fetch>()

/** Node's own `fetch` takes a proxy only in newer versions, and not from `.env`; this one is the same library. */
async function fetchThrough({ url }: HttpProxy): Promise<Fetch> {
  const { fetch: undiciFetch, ProxyAgent } = await import('undici')
  const known = proxiedFetches.get(url)
  if (known !== undefined) return known
  const dispatcher = new ProxyAgent(url)
  const proxied: Fetch = (address, data) => undiciFetch(address, { ...data, dispatcher })
  proxiedFetches.set(url, proxied)
  return proxied
}

async function exchange(
  fetchFrom: Fetch,
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
  const response = await fetchFrom(request.getUrl(), {
    ...request.getSendData(),
    redirect: 'manual',
  })
  const body = Buffer.from(await response.arrayBuffer())
  return { status: response.status, headers: new Headers([...response.headers]), body }
}

/** Commas stay unencoded: encoding them makes a list of properties a tenth longer. */
function addressOf({ path, query }: Pick<ApiRequest, 'path' | 'query'>): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    (typeof value === 'string' ? [value] : value).map((one): [string, string] => [name, one]),
  )
  const text = new URLSearchParams(pairs).toString().replaceAll('%2C', ',')
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
