import type { Hono } from 'hono'
import { requestCancel } from '../runtime/postgres/state/lease.ts'
import { refuseResource } from './refuse-resource.ts'
import type { Site } from './site.ts'
import { addStartActions, refuse } from './start-actions.ts'

/** Routes that change something: forms of the dashboard's own pages, each answered by a page. */
export function addActions(app: Hono, site: Site): void {
  const { options } = site
  addStartActions(app, site)

  app.post('/entities/:entity/cancel', async (context) => {
    const entity = context.req.param('entity')
    if (site.find(entity) === undefined) return context.notFound()
    const asked = await requestCancel(options.database, entity)
    if (asked !== null) return context.redirect(`/entities/${entity}`, 303)
    const message = { tone: 'info', text: 'No run is active.' } as const
    return refuse(site, context, entity, { message, status: 409 })
  })

  app.post('/entities/:entity/check', async (context) => {
    const entity = context.req.param('entity')
    const known = site.find(entity)
    if (known === undefined) return context.notFound()
    if (known.facts.resource !== undefined) return refuseResource(site, context, known)
    await options.check(entity)
    const { from } = await context.req.parseBody()
    const page = from === 'properties' ? 'properties' : 'quality'
    return context.redirect(`/entities/${entity}/${page}`, 303)
  })

  app.post('/drift/look', async (context) => {
    await options.lookForDrift()
    return context.redirect('/drift', 303)
  })
}
