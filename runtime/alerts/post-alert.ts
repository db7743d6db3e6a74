import type { Environment } from '../environment.ts'
import { HubgenError } from '../errors.ts'
import { findProxy } from '../hubspot/client/find-proxy.ts'
import { machine } from '../machine.ts'
import type { AlertTarget } from './alert-settings.ts'

interface PostTiming {
  readonly timeoutMs: number
  /** Before each further attempt. */
  readonly waitsMs: readonly number[]
  /** For all attempts together; a longer `Retry-After` leaves the message to the next run. */
  readonly deadlineMs: number
}

/** A run waits for its alerts, so this is all the time that they may take. */
const usualTiming: PostTiming = { timeoutMs: 8_000, waitsMs: [1_000, 4_000], deadlineMs: 20_000 }

/**
 * Sends a message and retries passing failures. Returns the failure, null if the server took the message; never rejects. The
 * failure names the variable, because the URL is a secret.
 */
export async function postAlert(
  { urlFrom }: AlertTarget,
  body: object,
  environment: Environment,
  timing: PostTiming = usualTiming,
): Promise<HubgenError | null> {
  try {
    const url = readUrl(urlFrom, environment)
    const post = await openPost(url, environment)
    return await postRepeatedly(post, { urlFrom, body: JSON.stringify(body), timing })
  } catch (error) {
    if (error instanceof HubgenError) return error
    return notSent(`an alert to \`${urlFrom}\` failed`, laterFix)
  }
}

/** True for alerts, which are kept until they are sent, and for a test. */
const laterFix = 'run `hubgen alert` later; the next sync also sends what is due'

/** Fails with ALERT_NOT_SENT if the variable has no URL. */
export function readUrl(variable: string, environment: Environment): string {
  const text = environment[variable]?.trim() ?? ''
  if (text === '') {
    throw notSent(
      `the variable \`${variable}\`, which \`alerts\` names, is not set`,
      `set ${variable} in .env to the URL of the webhook, or remove it from \`alerts\``,
    )
  }
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw notSent(
      `the variable \`${variable}\` is not an http or https URL`,
      `set ${variable} in .env to the whole URL of the webhook`,
    )
  }
  return url.href
}

interface Attempt {
  readonly failure: HubgenError | null
  /** Null if another attempt is useless. */
  readonly retryAfterMs: number | null
}

async function postRepeatedly(
  post: Post,
  { urlFrom, body, timing }: { urlFrom: string; body: string; timing: PostTiming },
): Promise<HubgenError | null> {
  const { timeoutMs, waitsMs, deadlineMs } = timing
  const endMs = machine.elapsedMs() + deadlineMs
  for (const waitMs of [...waitsMs, null]) {
    const leftMs = Math.max(1, Math.min(timeoutMs, endMs - machine.elapsedMs()))
    const { failure, retryAfterMs } = await attempt(post, urlFrom, body, leftMs)
    if (failure === null || retryAfterMs === null || waitMs === null) return failure
    const pauseMs = Math.max(waitMs, retryAfterMs)
    if (machine.elapsedMs() + pauseMs >= endMs) return failure
    await machine.pause(pauseMs)
  }
  return null
}

async function attempt(
  post: Post,
  urlFrom: string,
  body: string,
  timeoutMs: number,
): Promise<Attempt> {
  try {
    const { status, retryAfter } = await post(body, AbortSignal.timeout(Math.ceil(timeoutMs)))
    return judge(urlFrom, status, retryAfter)
  } catch (error) {
    const name = error instanceof Error ? error.name : ''
    const why = name === 'TimeoutError' ? 'does not answer' : `cannot be reached${codeOf(error)}`
    const fix = `check the URL of ${urlFrom} and the network (HTTPS_PROXY, firewall); ${laterFix}`
    return { failure: notSent(`the server of \`${urlFrom}\` ${why}`, fix), retryAfterMs: 0 }
  }
}

function judge(urlFrom: string, status: number, retryAfter: string | null): Attempt {
  if (status >= 200 && status < 300) return { failure: null, retryAfterMs: null }
  const server = `the server of \`${urlFrom}\``
  if (status === 429) {
    const failure = notSent(`${server} takes no more messages for now (429)`, laterFix)
    return { failure, retryAfterMs: readRetryAfterMs(retryAfter) }
  }
  if (status === 408 || status >= 500) {
    return { failure: notSent(`${server} failed with ${status}`, laterFix), retryAfterMs: 0 }
  }
  if (status < 400) {
    const fix = `set ${urlFrom} to the address that it redirects to`
    return { failure: notSent(`${server} redirects (${status})`, fix), retryAfterMs: null }
  }
  const gone = status === 404 || status === 410 ? ': there is no such webhook any more' : ''
  const fix = `create a new webhook there, set ${urlFrom} to its URL, and try \`hubgen alert --test\``
  return {
    failure: notSent(`${server} refuses alerts (${status}${gone})`, fix),
    retryAfterMs: null,
  }
}

/** Seconds or a date. */
function readRetryAfterMs(text: string | null): number {
  if (text === null) return 0
  if (/^\d+$/.test(text)) return Number(text) * 1_000
  const ms = Date.parse(text) - machine.nowMs()
  return Number.isNaN(ms) ? 0 : Math.max(0, ms)
}

/** ` (ECONNREFUSED)`; messages of the network name the host. */
function codeOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  return /^[A-Z_0-9]+$/.test(code) ? ` (${code})` : ''
}

function notSent(message: string, fix: string): HubgenError {
  return new HubgenError('ALERT_NOT_SENT', message, { fix })
}

type Post = (
  body: string,
  signal: AbortSignal,
) => Promise<{ readonly status: number; readonly retryAfter: string | null }>

/** Follows no redirect: a message is for the server that was named. */
async function openPost(url: string, environment: Environment): Promise<Post> {
  const headers = { 'Content-Type': 'application/json', 'User-Agent': 'hubgen' }
  const request = { method: 'POST', headers, redirect: 'manual' } as const
  const proxy = findProxy(environment, url)
  if (proxy === undefined) {
    return async (body, signal) => takeStatus(await fetch(url, { ...request, body, signal }))
  }
  const { fetch: undiciFetch, ProxyAgent } = await import('undici')
  const dispatcher = new ProxyAgent(proxy.url)
  return async (body, signal) =>
    takeStatus(await undiciFetch(url, { ...request, body, signal, dispatcher }))
}

async function takeStatus({
  status,
  headers,
  body,
}: {
  readonly status: number
  readonly headers: { get(name: string): string | null }
  readonly body: { cancel(): Promise<void> } | null
}) {
  const retryAfter = headers.get('retry-after')
  await body?.cancel()
  return { status, retryAfter }
}
