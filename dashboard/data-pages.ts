import type { Hono } from 'hono'
import { html } from 'hono/html'
import { sendTestAlert, type TargetResult } from '../runtime/alerts/send-alerts.ts'
import { machine } from '../runtime/machine.ts'
import { expositionType } from '../runtime/monitoring/exposition.ts'
import { formatMetrics } from '../runtime/monitoring/format-metrics.ts'
import { readCheckSeries } from '../runtime/monitoring/read-check-results.ts'
import { readDrift } from '../runtime/monitoring/read-drift.ts'
import { readProperties } from '../runtime/monitoring/read-properties.ts'
import { readRunTotals } from '../runtime/monitoring/read-run-totals.ts'
import { listQuarantine } from '../runtime/postgres/load/quarantine.ts'
import { describeReplay } from './actions.ts'
import type { DashboardEntity } from './dashboard-options.ts'
import { renderAlerts } from './pages/alerts.ts'
import { renderDrift } from './pages/drift.ts'
import { exportList, renderProperties } from './pages/properties.ts'
import { renderQuality, renderQualityOverview } from './pages/quality.ts'
import { renderQuarantine } from './pages/quarantine.ts'
import { hueOf } from './pages/states.ts'
import type { Site } from './site.ts'

/** Number of examples per kind of reject. */
const examples = 5

/** Pages about the data in the tables, and metrics for Prometheus. */
export function addDataPages(app: Hono, site: Site): void {
  addQuarantinePage(app, site)
  addQualityPage(app, site)
  const { options, reader } = site
  const { database, entities } = options

  app.get('/metrics', async (context) => {
    const names = entities.map(({ facts }) => facts.name)
    // An unreachable database is a metric as well; raising the alarm is up to Prometheus.
    const text = await Promise.all([reader.status(), readRunTotals(database, names)]).then(
      ([status, totals]) => formatMetrics(status, totals),
      () => formatMetrics(null),
    )
    return context.body(text, 200, { 'Content-Type': expositionType })
  })

  app.get('/entities/:entity/properties', async (context) => {
    const known = site.find(context.req.param('entity'))
    if (known === undefined) return context.notFound()
    const { facts, label } = known
    const body = renderProperties({
      entity: facts.name,
      label,
      hue: hueOf(reader.hues, facts.name),
      properties: await readProperties(database, facts),
      needed: neededOf(known),
      search: context.req.query('search')?.slice(0, 100) ?? '',
      now: machine.now(),
    })
    return site.page(context, { title: `Properties of ${label}`, section: '/', body })
  })

  app.post('/entities/:entity/properties/export', async (context) => {
    const known = site.find(context.req.param('entity'))
    if (known === undefined) return context.notFound()
    const { name: entity } = known.facts
    const { list, skip } = await context.req.parseBody({ all: true })
    const all = ((await readProperties(database, known.facts)) ?? []).map(({ name }) => name)
    const skipped = new Set([skip].flat())
    const needed = neededOf(known)
    const chosen = all.filter((name) => skipped.has(name) && !needed.has(name))
    const kind = list === 'include' ? 'include' : 'exclude'
    const names = kind === 'exclude' ? chosen : all.filter((name) => !chosen.includes(name))
    return context.body(exportList(kind, entity, names, machine.now()), 200, {
      'Content-Type': 'text/plain; charset=utf-8',
      'Content-Disposition': `attachment; filename="${kind}_${entity.replaceAll(/\W/g, '_')}.ts"`,
    })
  })

  app.get('/entities/:entity/quality', async (context) => {
    const known = site.find(context.req.param('entity'))
    if (known === undefined) return context.notFound()
    const { facts, label } = known
    const series = await readCheckSeries(database, facts.name)
    const { entities: found, at: now } = await reader.status()
    const status = found.find((one) => one.entity === facts.name)
    const { name: entity, table } = facts
    const hue = hueOf(reader.hues, entity)
    const body = renderQuality({
      entity,
      label,
      hue,
      table,
      series,
      now,
      audit: status?.audit ?? null,
    })
    return site.page(context, { title: `Quality of ${label}`, section: '/quality', body })
  })

  app.get('/drift', async (context) => {
    const names = entities.map(({ facts }) => facts.name)
    const drifts = await readDrift(database, names)
    const pending = await options.pendingMigrations()
    const body = renderDrift({ drifts, pending, entities, now: machine.now() })
    return site.page(context, { title: 'Drift', section: '/drift', body })
  })
}

function addQualityPage(app: Hono, site: Site): void {
  const { options, reader } = site
  const renderQualityPage = async (results: readonly TargetResult[]) => {
    const status = await reader.status()
    const settings = options.alerts?.settings ?? null
    return html`${renderQualityOverview(status.entities, status.at)}${renderAlerts(settings, results)}`
  }

  app.get('/quality', async (context) => {
    const body = await renderQualityPage([])
    return site.page(context, { title: 'Quality', section: '/quality', body })
  })

  app.post('/alerts/test', async (context) => {
    if (options.alerts === null) return context.notFound()
    const body = await renderQualityPage(await sendTestAlert(options.alerts))
    return site.page(context, { title: 'Quality', section: '/quality', body })
  })
}

function addQuarantinePage(app: Hono, { options, reader, page }: Site): void {
  const { database, entities } = options
  app.get('/quarantine', async (context) => {
    const { entity = '', property = '', values: asked, replayed } = context.req.query()
    const values = asked === 'shown' ? 'shown' : 'hidden'
    const groups = await listQuarantine(database, {
      ...(entity !== '' && { entity }),
      ...(property !== '' && { property }),
      examples,
      values,
    })
    const message = describeReplay(replayed)
    const now = machine.now()
    const misfits = await reader.misfits()
    const places = await reader.places()
    const view = {
      groups,
      misfits,
      places,
      entities,
      entity,
      property,
      values,
      message,
      now,
    } as const
    const body = renderQuarantine(view)
    return page(context, { title: 'Quarantine', section: '/quarantine', body })
  })
}

/** Without these, sync could not identify records or detect changes. */
function neededOf({ facts }: DashboardEntity): ReadonlySet<string> {
  return new Set(['hs_object_id', facts.modifiedProperty])
}
