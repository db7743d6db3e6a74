import { type Context, Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { proxy } from 'hono/proxy'
import { HubgenError } from '../../runtime/errors.ts'
import { expositionType } from '../../runtime/monitoring/metrics/exposition.ts'
import { portalSteerings } from '../../runtime/queue/steer-portals.ts'
import { addGuards } from '../add-guards.ts'
import { pathWithin, publicPathOf, underBasePath } from '../base-path.ts'
import type { ReportError } from '../create-app.ts'
import { LiveHub } from '../live-hub.ts'
import { renderAway } from '../pages/away.ts'
import { renderError, renderNotFound } from '../pages/error.ts'
import { renderPortalList, renderPortals, renderPortalsPage } from '../pages/portals.ts'
import { streamUpdates } from '../stream-updates.ts'
import type { Html } from '../words.ts'
import { formatPortalMetrics } from './portals-metrics.ts'
import type { PortalPages, PortalsOptions } from './portals-options.ts'

/** Rounds take minutes; an open page asks the queue this often. */
const readingMs = 5_000

type PageStatus = 200 | 404 | 409 | 500 | 503

/** Of an expected failure, by its kind. */
const statuses: Readonly<Record<string, PageStatus>> = {
  database_connection: 503,
  schema: 503,
  usage: 409,
}

/** The page of all portals, their metrics, and below `/p/<name>` what the process of that portal answers. */
export function createPortalsApp(
  options: PortalsOptions,
  onError: ReportError,
): { readonly app: Hono; close(): void } {
  const { portals, basePath, token, readQueue } = options
  const app = new Hono({ getPath: pathWithin(basePath) })
  const hub = new LiveHub({
    read: async () => {
      const list = renderPortalList(portals, await readQueue())
      return { regions: { portals: String(await list) }, lines: [], busy: false }
    },
    onError,
    busyMs: readingMs,
    idleMs: readingMs,
  })
  const session = token === null ? 'none' : 'token'
  const page = (
    context: Context,
    title: string,
    body: Html,
    status: PageStatus = 200,
    live: string | null = null,
  ) => context.html(renderPortalsPage({ title, session, live, body }), status)
  const isAnswering = () =>
    readQueue().then(
      () => true,
      () => false,
    )
  const rewrite = underBasePath(basePath)
  app.use((context, next) => (isOfPortal(context) ? next() : rewrite(context, next)))
  addGuards(app, { token, basePath, isAnswering })
  app.get('/', (context) => context.redirect('/portals', 303))
  app.get('/portals', async (context) =>
    page(context, 'Portals', renderPortals(portals, await readQueue()), 200, '/live'),
  )
  app.post('/portals/:portal/:action', async (context) => {
    const { portal, action } = context.req.param()
    const known = portals.find(({ name }) => name === portal)
    const chosen = portalSteerings.find((one) => one === action)
    if (known === undefined || chosen === undefined || options.steer === null) {
      return context.notFound()
    }
    await options.steer(known.name, chosen)
    return context.redirect('/portals', 303)
  })
  app.get('/live', (context) =>
    streamUpdates(context, 'portals', { hub, basePath, renderTrouble: () => renderAway(null) }),
  )
  app.get('/metrics', async (context) => {
    const text = await readQueue().then(formatPortalMetrics, () => formatPortalMetrics(null))
    return context.body(text, 200, { 'Content-Type': expositionType })
  })
  app.all('/p/:portal', (context) => {
    const { portal } = context.req.param()
    return context.redirect(
      `${publicPathOf(context, basePath)}/p/${encodeURIComponent(portal)}/`,
      308,
    )
  })
  app.all('/p/:portal/*', (context) => askPortal(context, options))
  app.notFound((context) =>
    page(context, 'Not found', renderNotFound('There is no such page.'), 404),
  )
  app.onError((error, context) => {
    if (error instanceof HTTPException) return error.getResponse()
    if (!(error instanceof HubgenError)) onError(error)
    const status = error instanceof HubgenError ? (statuses[error.kind] ?? 500) : 500
    return page(context, 'Error', renderError(error), status)
  })
  return { app, close: () => hub.close() }
}

/** Its links are made by the portal's own process. */
function isOfPortal({ req }: Context): boolean {
  return req.path.startsWith('/p/')
}

async function askPortal(context: Context, options: PortalsOptions): Promise<Response> {
  const { req } = context
  const name = req.param('portal') ?? ''
  if (!options.portals.some((portal) => portal.name === name)) return context.notFound()
  const pages = await options.openPages(name)
  const path = req.path.slice(`/p/${name}`.length)
  const prefix = `${publicPathOf(context, options.basePath)}/p/${name}`
  try {
    const answer = await proxy(`${pages.url}${path}${new URL(req.url).search}`, {
      raw: req.raw,
      headers: {
        ...req.header(),
        host: undefined,
        // This process has already checked that the request came from its own pages.
        ...(req.header('origin') !== undefined && { origin: pages.url }),
        'x-forwarded-prefix': prefix,
      },
      redirect: 'manual',
      signal: req.raw.signal,
    })
    return whenRead(answer, pages)
  } catch (error) {
    pages.close()
    throw error
  }
}

/** The answer, after whose last byte the pages may be closed; a live update lasts as long as its page is open. */
function whenRead(answer: Response, pages: PortalPages): Response {
  if (answer.body === null) {
    pages.close()
    return answer
  }
  const close = () => pages.close()
  const passed = new TransformStream<Uint8Array, Uint8Array>()
  answer.body.pipeTo(passed.writable).then(close, close)
  return new Response(passed.readable, answer)
}
