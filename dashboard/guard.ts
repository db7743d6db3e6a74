import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Context, MiddlewareHandler, Next } from 'hono'
import { deleteCookie, getSignedCookie, setSignedCookie } from 'hono/cookie'
import { HTTPException } from 'hono/http-exception'
import { isLoopback } from '../runtime/loopback.ts'
import { machine } from '../runtime/machine.ts'
import { publicPathOf } from './base-path.ts'
import { addressOf, WrongTokens } from './wrong-tokens.ts'

const cookieName = 'hubgen_session'
/** A working day; after that the token is asked for again. */
const sessionSeconds = 12 * 3_600
/** The time that every token takes from an address that sent too many wrong ones. */
const usualSlowMs = 1_000

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

/** `too many`: the token is wrong, and so were ten others from this address in the last minute. */
type Outcome = 'right' | 'wrong' | 'too many'

/** Sessions for the single token that grants full access. */
export class TokenGuard {
  readonly #token: string
  readonly #basePath: string
  /** Derived from the token, so that sessions survive a restart and end when the token changes. */
  readonly #secret: string
  readonly #slowMs: number
  /** Counted apart, so that a program with an old token keeps nobody from logging in. */
  readonly #wrongLogins = new WrongTokens()
  readonly #wrongBearers = new WrongTokens()

  constructor(token: string, basePath: string, slowMs = usualSlowMs) {
    this.#slowMs = slowMs
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
    const outcome = bearer === undefined ? 'wrong' : await this.#try(context, bearer, 'bearer')
    if (outcome === 'right') {
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
    if (outcome === 'too many') throw new HTTPException(429, { res: tooMany() })
    throw new HTTPException(401, { message: 'The token of this dashboard is missing or wrong.' })
  }

  /** Opens a session for the right token. */
  async logIn(context: Context, token: string): Promise<Outcome> {
    const outcome = await this.#try(context, token, 'login')
    if (outcome !== 'right') return outcome
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

  /**
   * Nobody can lock others out: the right token gets in always, after a while if its address sent too many
   * wrong ones.
   */
  async #try(context: Context, token: string, kind: 'login' | 'bearer'): Promise<Outcome> {
    const wrong = kind === 'login' ? this.#wrongLogins : this.#wrongBearers
    const address = addressOf(context)
    const isSlowed = wrong.areTooMany(address)
    if (isSlowed) await machine.pause(this.#slowMs)
    if (this.#accepts(token)) return 'right'
    wrong.add(address)
    return isSlowed ? 'too many' : 'wrong'
  }

  /** Compares in constant time. */
  #accepts(token: string): boolean {
    const digest = (text: string) => createHmac('sha256', this.#secret).update(text).digest()
    return timingSafeEqual(digest(token), digest(this.#token))
  }
}

function tooMany(): Response {
  return new Response('Too many wrong tokens; only the right one is accepted, slowly.', {
    status: 429,
    headers: { 'Retry-After': '60', 'Content-Type': 'text/plain; charset=UTF-8' },
  })
}
