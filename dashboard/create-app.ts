import { type Context, Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { HubgenError } from '../runtime/errors.ts'
import { machine } from '../runtime/machine.ts'
import { isAnswering } from '../runtime/postgres/connection/is-answering.ts'
import { addActions } from './actions.ts'
import { addGuards } from './add-guards.ts'
import { AllChecks } from './all-checks.ts'
import { pathWithin, publicPathOf, underBasePath } from './base-path.ts'
import type { DashboardOptions } from './dashboard-options.ts'
import { addDataPages } from './data-pages.ts'
import { KeptPages } from './kept-pages.ts'
import { LiveHub } from './live-hub.ts'
import { renderAway, renderKept } from './pages/away.ts'
import { renderError, renderNotFound } from './pages/error.ts'
import { renderPage } from './pages/layout.ts'
import { placeOf } from './pages/place.ts'
import { addPropertyPages } from './property-pages.ts'
import { addQuarantinePages } from './quarantine-pages.ts'
import { PageReader } from './read-pages.ts'
import { addRunPages } from './run-pages.ts'
import type { Site } from './site.ts'
import { RunStarter } from './start-runs.ts'

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
  const frame = (context: Context) =>
    ({
      session,
      above: aboveOf(context, options),
      place: placeOf(options, reader.uiDomain),
    }) as const
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
        renderPage({ ...shown, live, ...frame(context), away: null, body: renderKept(text) }),
        status,
      )
    },
  }
  app.use(underBasePath(options.basePath))
  addGuards(app, { ...options, isAnswering: () => isAnswering(options.database) })
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
      return context.html(renderPage({ ...page, ...frame(context), away, body }), 503)
    }
    const status = isAway ? 503 : 500
    return site.page(context, { title: 'Error', section: '', body: renderError(error), status })
  })
  return { app, reader, close: () => hub.close() }
}

/** The page of all portals passes requests on with this prefix. */
function aboveOf(context: Context, { basePath, listedAs }: DashboardOptions): 'portals' | 'none' {
  if (listedAs === undefined) return 'none'
  return publicPathOf(context, basePath).endsWith(`/p/${listedAs}`) ? 'portals' : 'none'
}

/** The key of a kept page. */
function keyOf({ req }: Context): string {
  return `${req.path}?${new URL(req.url).searchParams}`
}
