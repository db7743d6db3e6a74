import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Context, MiddlewareHandler, Next } from 'hono'
import { deleteCookie, getSignedCookie, setSignedCookie } from 'hono/cookie'
import { HTTPException } from 'hono/http-exception'
import { isLoopback } from '../runtime/loopback.ts'
import { machine } from '../runtime/machine.ts'

const cookieName = 'hubgen_session'
/** A working day: then the token is asked for again. */
const sessionSeconds = 12 * 3_600
/** Wrong tokens of all callers together; more would be somebody who tries them out. */
const mostWrongPerMinute = 10

/**
 * Without a token the pages answer to names of this machine only: another site's name that resolves to it
 * (DNS rebinding) would otherwise read them with the visitor's browser.
 */
export function onlyLocalNames(): MiddlewareHandler {
  return async (context, next) => {
    const host = context.req.header('host') ?? ''
    const name = URL.parse(`http://${host}`)?.hostname.replace(/^\[|\]$/g, '') ?? ''
    if (!isLoopback(name)) {
      throw new HTTPException(403, {
        message: 'This dashboard answers to localhost only; open it under that name.',
      })
    }
    await next()
  }
}

/** Whatever changes something must come from one of our own pages. */
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

/** The host alone: behind a proxy that ends TLS, the scheme is another one on each side. */
function isOwn({ req }: Context): boolean {
  const origin = req.header('origin')
  const site = req.header('sec-fetch-site')
  if (site !== undefined && site !== 'same-origin') return false
  if (origin === undefined) return false
  return URL.parse(origin)?.host === req.header('host')
}

/** Sessions for the one token that opens everything. */
export class TokenGuard {
  readonly #token: string
  /** Of the token, so that sessions outlive a restart and end with another token. */
  readonly #secret: string
  #wrong: number[] = []

  constructor(token: string) {
    this.#token = token
    this.#secret = createHmac('sha256', token).update('hubgen dashboard session').digest('hex')
  }

  /** Lets through who has a session or sends the token as `Authorization: Bearer`; others go to the login. */
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
      secure: context.req.header('x-forwarded-proto') === 'https',
      maxAge: sessionSeconds,
      path: '/',
    })
    return 'right'
  }

  logOut(context: Context): void {
    deleteCookie(context, cookieName, { path: '/' })
  }

  /** In a time that does not depend on where they differ. */
  #accepts(token: string): boolean {
    const digest = (text: string) => createHmac('sha256', this.#secret).update(text).digest()
    const right = timingSafeEqual(digest(token), digest(this.#token))
    // No more than the limit asks about: whoever floods us with guesses fills no memory.
    if (!right) this.#wrong = [...this.#wrong.slice(1 - mostWrongPerMinute), machine.nowMs()]
    return right
  }

  #wrongOfLastMinute(): number {
    this.#wrong = this.#wrong.filter((atMs) => atMs > machine.nowMs() - 60_000)
    return this.#wrong.length
  }
}
