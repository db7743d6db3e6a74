import type { Hono } from 'hono'
import { html } from 'hono/html'
import { sendTestAlert, type TargetResult } from '../runtime/alerts/send-alerts.ts'
import { machine } from '../runtime/machine.ts'
import { readCheckSeries } from '../runtime/monitoring/checks/read-check-results.ts'
import { expositionType } from '../runtime/monitoring/metrics/exposition.ts'
import { formatMetrics } from '../runtime/monitoring/metrics/format-metrics.ts'
import { readDrift } from '../runtime/monitoring/read-drift.ts'
import { readRunTotals } from '../runtime/monitoring/read-run-totals.ts'
import { renderAlerts } from './pages/alerts.ts'
import { renderDrift } from './pages/drift.ts'
import { renderQuality, renderQualityOverview } from './pages/quality.ts'
import { hueOf } from './pages/states.ts'
import { refuseResource } from './refuse-resource.ts'
import type { Site } from './site.ts'

/** Pages about the data in the tables, and metrics for Prometheus. */
export function addDataPages(app: Hono, site: Site): void {
  addQualityPage(app, site)
  const { options, reader } = site
  const { database, entities, listedAs } = options

  app.get('/metrics', async (context) => {
    const names = entities.map(({ facts }) => facts.name)
    // An unreachable database is a metric as well; raising the alarm is up to Prometheus.
    const text = await Promise.all([reader.status(), readRunTotals(database, names)]).then(
      ([status, totals]) => formatMetrics(status, totals, listedAs),
      () => formatMetrics(null, [], listedAs),
    )
    return context.body(text, 200, { 'Content-Type': expositionType })
  })

  app.get('/entities/:entity/quality', async (context) => {
    const known = site.find(context.req.param('entity'))
    if (known === undefined) return context.notFound()
    if (known.facts.resource !== undefined) return refuseResource(site, context, known)
    const { facts, label } = known
    const series = await readCheckSeries(database, facts.name)
    const { entities: found, at: now } = await reader.status()
    const status = found.find((one) => one.entity === facts.name)
    const { name: entity } = facts
    const place = (await reader.places()).get(entity) ?? null
    const hue = hueOf(reader.hues, entity)
    const body = renderQuality({
      entity,
      label,
      hue,
      facts,
      place,
      series,
      now,
      audit: status?.audit ?? null,
    })
    return site.page(context, { title: `Quality of ${label}`, section: '/quality', body })
  })

  app.get('/drift', async (context) => {
    const compared = entities.filter(({ facts }) => facts.resource === undefined)
    const names = compared.map(({ facts }) => facts.name)
    const drifts = await readDrift(database, names)
    const pending = await options.pendingMigrations()
    const body = renderDrift({ drifts, pending, entities: compared, now: machine.now() })
    return site.page(context, { title: 'Drift', section: '/drift', body })
  })
}

function addQualityPage(app: Hono, site: Site): void {
  const { options, reader, checks } = site
  const labels = new Map(options.entities.map(({ facts, label }) => [facts.name, label]))
  const renderQualityPage = async (results: readonly TargetResult[]) => {
    const { entities: all, at } = await reader.status()
    const entities = all.filter(({ isResource }) => !isResource)
    const settings = options.alerts?.settings ?? null
    const { progress } = checks
    return html`${renderQualityOverview(entities, at, { progress, labels })}${renderAlerts(settings, results)}`
  }

  app.get('/quality', async (context) => {
    const body = await renderQualityPage([])
    // Without a script, the page follows the checks by loading itself again.
    if (checks.progress?.state === 'checking') context.header('Refresh', '3')
    return site.page(context, { title: 'Quality', section: '/quality', body })
  })

  app.post('/alerts/test', async (context) => {
    if (options.alerts === null) return context.notFound()
    const body = await renderQualityPage(await sendTestAlert(options.alerts))
    return site.page(context, { title: 'Quality', section: '/quality', body })
  })
}
