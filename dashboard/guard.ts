import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Context, MiddlewareHandler, Next } from 'hono'
import { deleteCookie, getSignedCookie, setSignedCookie } from 'hono/cookie'
import { HTTPException } from 'hono/http-exception'
import { isLoopback } from '../runtime/loopback.ts'
import { machine } from '../runtime/machine.ts'
import { publicPathOf } from './base-path.ts'

const cookieName = 'hubgen_session'
/** A working day; after that the token is asked for again. */
const sessionSeconds = 12 * 3_600
/** Wrong tokens of all callers together; more would be a brute-force attack. */
const mostWrongPerMinute = 10

/**
 * Without a token the pages accept only host names of this machine. Otherwise another site whose name
 * resolves to this machine (DNS rebinding) could read them through the visitor's browser.
 */
export function onlyLocalNames(): MiddlewareHandler {
  return async (context, next) => {
    const host = context.req.header('host') ?? ''
    const name = URL.parse(`http://${host}`)?.hostname.replace(/^\[|\]$/g, '') ?? ''
    if (!isLoopback(name)) {
      throw new HTTPException(403, {
        message: 'This dashboard accepts only the host name localhost; open it under that name.',
      })
    }
    await next()
  }
}

/** Requests that change something must come from the dashboard's own pages. */
export function onlyOwnPages(): MiddlewareHandler {
  return async (context, next) => {
    if (!['GET', 'HEAD'].includes(context.req.method) && !isOwn(context)) {
      throw new HTTPException(403, {
        message: 'This request came from another site, so nothing was done.',
      })
    }
    await next()
  }
}

/** Compares only hosts, because behind a proxy that terminates TLS the schemes differ. */
function isOwn({ req }: Context): boolean {
  const origin = req.header('origin')
  const site = req.header('sec-fetch-site')
  if (site !== undefined && site !== 'same-origin') return false
  if (origin === undefined) return false
  return URL.parse(origin)?.host === req.header('host')
}

/** Sessions for the single token that grants full access. */
export class TokenGuard {
  readonly #token: string
  readonly #basePath: string
  /** Derived from the token, so that sessions survive a restart and end when the token changes. */
  readonly #secret: string
  #wrong: number[] = []

  constructor(token: string, basePath: string) {
    this.#token = token
    this.#basePath = basePath
    this.#secret = createHmac('sha256', token).update('hubgen dashboard session').digest('hex')
  }

  /**
   * Admits requests with a session or with the token as `Authorization: Bearer`; redirects others to the
   * login.
   */
  readonly check = async (context: Context, next: Next): Promise<Response | undefined> => {
    const bearer = /^Bearer (.+)$/.exec(context.req.header('authorization') ?? '')?.[1]
    if (bearer !== undefined && this.#accepts(bearer)) {
      await next()
      return undefined
    }
    const session = await getSignedCookie(context, this.#secret, cookieName)
    if (typeof session === 'string' && Number(session) > machine.nowMs()) {
      await next()
      return undefined
    }
    const wantsPage = context.req.header('accept')?.includes('text/html') === true
    if (context.req.method === 'GET' && wantsPage) return context.redirect('/login', 303)
    throw new HTTPException(401, { message: 'The token of this dashboard is missing or wrong.' })
  }

  /** Opens a session for the right token. */
  async logIn(context: Context, token: string): Promise<'right' | 'wrong' | 'too many'> {
    if (this.#wrongOfLastMinute() >= mostWrongPerMinute) return 'too many'
    if (!this.#accepts(token)) return 'wrong'
    const until = machine.nowMs() + sessionSeconds * 1000
    await setSignedCookie(context, cookieName, String(until), this.#secret, {
      httpOnly: true,
      sameSite: 'Strict',
      secure: /^https\b/i.test(context.req.header('x-forwarded-proto') ?? ''),
      maxAge: sessionSeconds,
      path: this.#cookiePath(context),
    })
    return 'right'
  }

  logOut(context: Context): void {
    deleteCookie(context, cookieName, { path: this.#cookiePath(context) })
  }

  /** Sessions of dashboards under other paths of the same host are separate. */
  #cookiePath(context: Context): string {
    return publicPathOf(context, this.#basePath) || '/'
  }

  /** Compares in constant time. */
  #accepts(token: string): boolean {
    const digest = (text: string) => createHmac('sha256', this.#secret).update(text).digest()
    const right = timingSafeEqual(digest(token), digest(this.#token))
    // Keeps at most as many times as the limit needs, so that a flood of guesses uses no memory.
    if (!right) this.#wrong = [...this.#wrong.slice(1 - mostWrongPerMinute), machine.nowMs()]
    return right
  }

  #wrongOfLastMinute(): number {
    this.#wrong = this.#wrong.filter((atMs) => atMs > machine.nowMs() - 60_000)
    return this.#wrong.length
  }
}
