import type { Hono } from 'hono'
import { html } from 'hono/html'
import { HTTPException } from 'hono/http-exception'
import { streamSSE } from 'hono/streaming'
import { machine } from '../runtime/machine.ts'
import { readRun } from '../runtime/monitoring/list-runs.ts'
import { readStory, readThroughput } from '../runtime/monitoring/read-journal.ts'
import { addBasePath, publicPathOf } from './base-path.ts'
import { parseCursor } from './live-hub.ts'
import { renderStart } from './pages/all-actions.ts'
import { renderAway } from './pages/away.ts'
import { renderEntity } from './pages/entity.ts'
import { parseNarrowing } from './pages/narrow.ts'
import { renderOverview } from './pages/overview.ts'
import { renderRunPage } from './pages/run.ts'
import { chooseLines, readLogQuery } from './pages/run-log-query.ts'
import { hueOf } from './pages/states.ts'
import { renderThroughput } from './pages/throughput.ts'
import { tellStory } from './run-story.ts'
import type { Site } from './site.ts'

/** Proxies and browsers close a stream that is silent for longer. */
const heartbeatMs = 15_000

/** Pages of active and past runs, and the streams that update them. */
export function addRunPages(app: Hono, site: Site): void {
  const { options, reader } = site

  app.get('/', async (context) => {
    const status = await reader.status()
    const list = await reader.list(status, parseNarrowing(context.req.query()))
    const labels = new Map(status.entities.map(({ entity, label }) => [entity, label]))
    const started = renderStart(context.req.query(), labels)
    const body = html`${started}${renderOverview(status, reader.hues, list)}`
    return site.page(context, { title: 'Overview', section: '/', live: '/live', body })
  })

  app.get('/entities/:entity', async (context) => {
    const name = context.req.param('entity')
    const before = context.req.query('before')
    const view = await reader.entity(name, {
      message: null,
      ...(before !== undefined && { before }),
    })
    if (view === null) return context.notFound()
    const live = before === undefined ? { live: `/live/${name}` } : {}
    const body = renderEntity(view)
    return site.page(context, { title: view.status.label, section: '/', ...live, body })
  })

  app.get('/runs/:run', async (context) => {
    const run = await readRun(options.database, context.req.param('run'))
    if (run === null) return context.notFound()
    const [events, points, places] = await Promise.all([
      readStory(options.database, run.id),
      readThroughput(options.database, run.id),
      reader.places(),
    ])
    const lines = events.map((event) => ({ ...event, runId: run.id }))
    const query = readLogQuery(context.req.query())
    const story = tellStory(lines)
    const { entity } = run
    const labels = await reader.labels(
      story.rejections.map(({ property }) => ({ entity, property })),
    )
    const body = renderRunPage({
      run,
      label: site.find(run.entity)?.label ?? run.entity,
      hue: hueOf(reader.hues, run.entity),
      place: places.get(run.entity) ?? null,
      labels: labels.get(entity),
      story,
      query,
      log: chooseLines(run.id, lines, query),
      chart: renderThroughput(points),
    })
    return site.page(context, { title: `Run ${run.id}`, section: '/', body })
  })

  app.get('/live', (context) => stream(site, context, 'overview'))
  app.get('/live/:entity', (context) => {
    const name = context.req.param('entity')
    if (site.find(name) === undefined) return context.notFound()
    return stream(site, context, `entity ${name}`)
  })
}

/**
 * Streams regions as they change and lines after the cursor; the browser reconnects with the last line's
 * id.
 */
function stream(site: Site, context: Parameters<typeof streamSSE>[0], topic: string) {
  const { req } = context
  if (site.hub.isFull) {
    throw new HTTPException(503, { message: 'Too many pages are open; this one is not updated.' })
  }
  const cursor =
    parseCursor(req.header('last-event-id')) ?? parseCursor(req.query('after')) ?? '0.0'
  const path = publicPathOf(context, site.options.basePath)
  context.header('Cache-Control', 'no-store')
  context.header('X-Accel-Buffering', 'no')
  return streamSSE(context, async (events) => {
    const ended = Promise.withResolvers<void>()
    const close = site.hub.open(topic, cursor, {
      async send({ regions, lines }) {
        if (events.aborted || events.closed) throw new Error('the page is gone')
        if (Object.keys(regions).length > 0) {
          const data = JSON.stringify(
            Object.fromEntries(
              Object.entries(regions).map(([id, html]) => [id, addBasePath(html, path)]),
            ),
          )
          await events.writeSSE({ event: 'region', data })
        }
        const last = lines.at(-1)
        if (last === undefined) return
        const data = JSON.stringify(lines.map(({ html }) => addBasePath(html, path)))
        await events.writeSSE({ event: 'lines', data, id: last.cursor })
      },
      report: (state) => {
        const banner = state === 'trouble' ? renderAway(site.reader.readAt) : ''
        Promise.resolve(banner)
          .then((html) => events.writeSSE({ event: state, data: JSON.stringify(String(html)) }))
          .catch(ended.resolve)
      },
    })
    const heartbeat = machine.every(heartbeatMs, () => {
      events.write(': still here\n\n').catch(ended.resolve)
    })
    events.onAbort(ended.resolve)
    const withdraw = site.hub.onClose(ended.resolve)
    await ended.promise
    withdraw()
    clearInterval(heartbeat)
    close()
  })
}
