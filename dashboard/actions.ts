import type { Hono } from 'hono'
import { requestCancel } from '../runtime/postgres/state/lease.ts'
import { replayEntity } from '../runtime/sync/replay/replay-entity.ts'
import type { Message } from './pages/layout.ts'
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
    if (site.find(entity) === undefined) return context.notFound()
    await options.check(entity)
    const { from } = await context.req.parseBody()
    const page = from === 'properties' ? 'properties' : 'quality'
    return context.redirect(`/entities/${entity}/${page}`, 303)
  })

  app.post('/entities/:entity/replay', async (context) => {
    const name = context.req.param('entity')
    const known = site.find(name)
    if (known === undefined) return context.notFound()
    const { property } = await context.req.parseBody()
    const only = typeof property === 'string' && property !== '' ? { property } : {}
    const { values, records } = await replayEntity(known.facts, options.database, only)
    const counts = [
      values.fitted + records.fitted,
      values.superseded + records.superseded,
      values.stayed + records.stayed,
    ]
    const shown = new URLSearchParams({ entity: name, ...only, replayed: counts.join('-') })
    return context.redirect(`/quarantine?${shown}`, 303)
  })

  app.post('/drift/look', async (context) => {
    await options.lookForDrift()
    return context.redirect('/drift', 303)
  })
}

/** Describes the result of a replay from the query parameter of its redirect; null for anything else. */
export function describeReplay(text: string | undefined): Message | null {
  const [, fitted, superseded, stayed] = /^(\d{1,12})-(\d{1,12})-(\d{1,12})$/.exec(text ?? '') ?? []
  if (fitted === undefined) return null
  const parts = [
    `${fitted} fit now`,
    ...(superseded === '0' ? [] : [`${superseded} superseded by newer values`]),
    `${stayed} stayed`,
  ]
  return { tone: fitted === '0' ? 'info' : 'good', text: `Tried again: ${parts.join(', ')}.` }
}
