import type { Context, Hono } from 'hono'
import { requestCancel } from '../runtime/postgres/state/lease.ts'
import { replayEntity } from '../runtime/sync/replay/replay-entity.ts'
import type { StartMode, StartRequest } from './dashboard-options.ts'
import { renderEntity } from './pages/entity.ts'
import type { Message } from './pages/layout.ts'
import type { Site } from './site.ts'

/** A larger number would be no test. */
const mostTestRecords = 100_000

/** Routes that change something: forms of the dashboard's own pages, each answered by a page. */
export function addActions(app: Hono, site: Site): void {
  const { options, reader, starter } = site
  const refuse = async (context: Context, entity: string, message: Message, status: 400 | 409) => {
    const view = await reader.entity(entity, { message })
    if (view === null) return context.notFound()
    const body = renderEntity(view)
    const live = `/live/${entity}`
    return site.page(context, { title: view.status.label, section: '/', live, body, status })
  }

  app.post('/entities/:entity/sync', async (context) => {
    const entity = context.req.param('entity')
    const request = readRequest(entity, await context.req.parseBody())
    if (typeof request === 'string') {
      return refuse(context, entity, { tone: 'bad', text: request }, 400)
    }
    const status = (await reader.status()).entities.find((one) => one.entity === entity)
    if (status === undefined) return context.notFound()
    const { running } = status
    if (running !== null) {
      const text = `Not started: run ${running.id} of ${running.holder} is already active. Nothing was queued.`
      return refuse(context, entity, { tone: 'bad', text }, 409)
    }
    if (!starter.start(request)) {
      const text = 'Not started: a run was just started from here. Nothing was queued.'
      return refuse(context, entity, { tone: 'bad', text }, 409)
    }
    return context.redirect(`/entities/${entity}`, 303)
  })

  // All of them in one process, one after another.
  app.post('/sync', async (context) => {
    const { entity: named } = await context.req.parseBody({ all: true })
    const names = new Set([named].flat())
    const [first, ...others] = options.entities.flatMap(({ facts: { name } }) =>
      names.has(name) ? name : [],
    )
    if (first === undefined) return context.notFound()
    const request = { entities: [first, ...others], mode: 'incremental', limit: null } as const
    if (starter.start(request)) return context.redirect('/', 303)
    const text = 'Not started: a run was just started from here. Nothing was queued.'
    return refuse(context, first, { tone: 'bad', text }, 409)
  })

  app.post('/entities/:entity/cancel', async (context) => {
    const entity = context.req.param('entity')
    if (site.find(entity) === undefined) return context.notFound()
    const asked = await requestCancel(options.database, entity)
    if (asked !== null) return context.redirect(`/entities/${entity}`, 303)
    return refuse(context, entity, { tone: 'info', text: 'No run is active.' }, 409)
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

const modes: ReadonlySet<string> = new Set<StartMode>(['incremental', 'full', 'audit', 'test'])

/** The request, or a message about what is wrong with it. */
function readRequest(
  entity: string,
  form: Readonly<Record<string, unknown>>,
): StartRequest | string {
  const { mode, limit } = form
  if (typeof mode !== 'string' || !isMode(mode))
    return 'A sync is incremental, full, an audit or a test.'
  if (mode !== 'test') return { entities: [entity], mode, limit: null }
  const text = typeof limit === 'string' ? limit.trim() : ''
  const records = /^\d{1,7}$/.test(text) ? Number(text) : 0
  if (records >= 1 && records <= mostTestRecords)
    return { entities: [entity], mode, limit: records }
  return `A test reads from 1 to 100,000 records, not “${text}”.`
}

function isMode(text: string): text is StartMode {
  return modes.has(text)
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
