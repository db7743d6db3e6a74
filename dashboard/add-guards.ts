import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { secureHeaders } from 'hono/secure-headers'
import type { DashboardOptions } from './dashboard-options.ts'
import { onlyLocalNames, onlyOwnPages, TokenGuard } from './guard.ts'
import { onlyReadableAddresses } from './only-readable-addresses.ts'
import { renderLogin } from './pages/layout.ts'

/** The dashboard's own forms send less. */
const mostBodyBytes = 256 * 1024

const assets: ReadonlyMap<string, string> = new Map([
  ['style.css', 'text/css; charset=utf-8'],
  ['live.js', 'text/javascript; charset=utf-8'],
  ['icon.svg', 'image/svg+xml'],
])

interface GuardOptions extends Pick<DashboardOptions, 'token' | 'basePath'> {
  /** Whether the database that the pages need answers. */
  readonly isAnswering: () => Promise<boolean>
}

/**
 * Security headers, and checks of host names, origins and the token. Routes without a token are added
 * first.
 */
export function addGuards(app: Hono, { token, basePath, isAnswering }: GuardOptions): void {
  app.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'"],
        connectSrc: ["'self'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
      },
      xFrameOptions: 'DENY',
      // Not `no-referrer`, because browsers would then omit the origin when sending our own forms.
      referrerPolicy: 'same-origin',
      strictTransportSecurity: false,
    }),
  )
  app.use(async (context, next) => {
    await next()
    if (!context.res.headers.has('Cache-Control')) context.header('Cache-Control', 'no-store')
  })
  app.use(onlyReadableAddresses())
  // For supervisors, which use the IP address and have no token; reports only whether the database answers.
  app.get('/healthz', async (context) => {
    const isWell = context.req.query('database') === 'no' || (await isAnswering())
    return context.text(isWell ? 'ok\n' : 'the database does not answer\n', isWell ? 200 : 503)
  })
  if (token === null) app.use(onlyLocalNames())
  app.use(onlyOwnPages())
  app.use(bodyLimit({ maxSize: mostBodyBytes }))
  app.get('/assets/:name', (context) => {
    const name = context.req.param('name')
    const type = assets.get(name)
    if (type === undefined) return context.notFound()
    context.header('Cache-Control', 'no-cache')
    return context.body(readAsset(name), 200, { 'Content-Type': type })
  })
  if (token !== null) addLogin(app, new TokenGuard(token, basePath))
}

function addLogin(app: Hono, guard: TokenGuard): void {
  app.get('/login', (context) => context.html(renderLogin(null)))
  app.post('/login', async (context) => {
    const { token } = await context.req.parseBody()
    const outcome = await guard.logIn(context, typeof token === 'string' ? token.trim() : '')
    if (outcome === 'right') return context.redirect('/', 303)
    const text =
      outcome === 'wrong'
        ? 'That is not the token.'
        : 'That is not the token. There were too many wrong ones, so each now takes a second.'
    const status = outcome === 'wrong' ? 403 : 429
    return context.html(renderLogin({ tone: 'bad', text }), status)
  })
  app.use(guard.check)
  app.post('/logout', (context) => {
    guard.logOut(context)
    return context.redirect('/login', 303)
  })
}

function readAsset(name: string): string {
  const url = import.meta.resolve(`hubgen/dashboard/assets/${name}`)
  return readFileSync(fileURLToPath(url), 'utf8')
}
