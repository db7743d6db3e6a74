import type { Hono } from 'hono'
import { html } from 'hono/html'
import { readRun } from '../runtime/monitoring/list-runs.ts'
import { readStory, readThroughput } from '../runtime/monitoring/read-journal.ts'
import { renderStart } from './pages/all-actions.ts'
import { renderAway } from './pages/away.ts'
import { renderEntity } from './pages/entity.ts'
import { parseNarrowing } from './pages/narrow.ts'
import { renderOverview, renderUnlisted } from './pages/overview.ts'
import { renderRunPage } from './pages/run.ts'
import { chooseLines, readLogQuery } from './pages/run-log-query.ts'
import { hueOf } from './pages/states.ts'
import { renderThroughput } from './pages/throughput.ts'
import { tellStory } from './run-story.ts'
import type { Site } from './site.ts'
import { streamUpdates } from './stream-updates.ts'

/** Pages of active and past runs, and the streams that update them. */
export function addRunPages(app: Hono, site: Site): void {
  const { options, reader } = site

  app.get('/', async (context) => {
    const status = await reader.status()
    const list = await reader.list(status, parseNarrowing(context.req.query()))
    const labels = new Map(status.entities.map(({ entity, label }) => [entity, label]))
    const started = renderStart(context.req.query(), labels)
    const body = html`${started}${renderOverview(status, reader.hues, list)}${renderUnlisted(options.unlisted ?? [])}`
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

  const streaming = {
    hub: site.hub,
    basePath: options.basePath,
    renderTrouble: () => renderAway(reader.readAt),
  }
  app.get('/live', (context) => streamUpdates(context, 'overview', streaming))
  app.get('/live/:entity', (context) => {
    const name = context.req.param('entity')
    if (site.find(name) === undefined) return context.notFound()
    return streamUpdates(context, `entity ${name}`, streaming)
  })
}
