import type { Context } from 'hono'
import type { DashboardEntity } from './dashboard-options.ts'
import { renderNotFound } from './pages/error.ts'
import type { Site } from './site.ts'

/** Answers a page or an action about properties, checks or stored values, which a resource does not have. */
export function refuseResource(site: Site, context: Context, { facts, label }: DashboardEntity) {
  const text = `${label}: a resource has no properties and no checks, and its values are read again by a sync. Its runs are at /entities/${facts.name}.`
  const body = renderNotFound(text)
  return site.page(context, { title: label, section: '/', body, status: 404 })
}
