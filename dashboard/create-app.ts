import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { HTTPException } from 'hono/http-exception'
import { secureHeaders } from 'hono/secure-headers'
import { HubgenError } from '../runtime/errors.ts'
import { machine } from '../runtime/machine.ts'
import { isAnswering } from '../runtime/postgres/connection/is-answering.ts'
import { addActions } from './actions.ts'
import { AllChecks } from './all-checks.ts'
import { pathWithin, underBasePath } from './base-path.ts'
import type { DashboardOptions } from './dashboard-options.ts'
import { addDataPages } from './data-pages.ts'
import { onlyLocalNames, onlyOwnPages, TokenGuard } from './guard.ts'
import { KeptPages } from './kept-pages.ts'
import { LiveHub } from './live-hub.ts'
import { onlyReadableAddresses } from './only-readable-addresses.ts'
import { renderAway, renderKept } from './pages/away.ts'
import { renderError, renderNotFound } from './pages/error.ts'
import { renderLogin, renderPage } from './pages/layout.ts'
import { placeOf } from './pages/place.ts'
import { addPropertyPages } from './property-pages.ts'
import { addQuarantinePages } from './quarantine-pages.ts'
import { PageReader } from './read-pages.ts'
import { addRunPages } from './run-pages.ts'
import type { Site } from './site.ts'
import { RunStarter } from './start-runs.ts'

/** The dashboard's own forms send less. */
const mostBodyBytes = 256 * 1024

const assets: ReadonlyMap<string, string> = new Map([
  ['style.css', 'text/css; charset=utf-8'],
  ['live.js', 'text/javascript; charset=utf-8'],
  ['icon.svg', 'image/svg+xml'],
])

/** Reports an unexpected failure where the dashboard runs. */
export type ReportError = (error: unknown) => void

/** All routes; `close` ends the live updates. Requires the state tables. */
export function createApp(
  options: DashboardOptions,
  onError: ReportError,
): { readonly app: Hono; readonly reader: PageReader; close(): void } {
  const app = new Hono({ getPath: pathWithin(options.basePath) })
  const starter = new RunStarter(options)
  const reader = new PageReader(options, starter)
  const hub = new LiveHub({ read: (topic, after) => reader.snapshot(topic, after), onError })
  const kept = new KeptPages()
  const session = options.token === null ? 'none' : 'token'
  const frame = () => ({ session, place: placeOf(options, reader.uiDomain) }) as const
  const site: Site = {
    options,
    reader,
    starter,
    checks: new AllChecks(options.check, onError),
    hub,
    find: (entity) => options.entities.find(({ facts }) => facts.name === entity),
    async page(context, { status = 200, body, ...shown }) {
      const text = String(await body)
      const { title, section, live = null } = shown
      if (context.req.method === 'GET' && status === 200) {
        kept.keep(keyOf(context), { title, section, live, body: text, at: machine.now() })
      }
      return context.html(
        renderPage({ ...shown, live, ...frame(), away: null, body: renderKept(text) }),
        status,
      )
    },
  }
  app.use(underBasePath(options.basePath))
  addGuards(app, options)
  addRunPages(app, site)
  addDataPages(app, site)
  addPropertyPages(app, site)
  addQuarantinePages(app, site)
  addActions(app, site)
  app.notFound((context) =>
    site.page(context, {
      title: 'Not found',
      section: '',
      body: renderNotFound('There is no such page.'),
      status: 404,
    }),
  )
  app.onError((error, context) => {
    if (error instanceof HTTPException) return error.getResponse()
    if (!(error instanceof HubgenError)) onError(error)
    const isAway = error instanceof HubgenError && error.kind === 'database_connection'
    const page = isAway && context.req.method === 'GET' ? kept.find(keyOf(context)) : null
    if (isAway && page !== null) {
      const away = renderAway(page.at, error)
      const body = renderKept(page.body)
      return context.html(renderPage({ ...page, ...frame(), away, body }), 503)
    }
    const status = isAway ? 503 : 500
    return site.page(context, { title: 'Error', section: '', body: renderError(error), status })
  })
  return { app, reader, close: () => hub.close() }
}

/** The key of a kept page. */
function keyOf({ req }: Context): string {
  return `${req.path}?${new URL(req.url).searchParams}`
}

/**
 * Security headers, and checks of host names, origins and the token. Routes without a token are added
 * first.
 */
function addGuards(app: Hono, { token, database, basePath }: DashboardOptions): void {
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
    const isWell = context.req.query('database') === 'no' || (await isAnswering(database))
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
