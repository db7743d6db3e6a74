import type { Context, Hono } from 'hono'
import { html } from 'hono/html'
import { HubgenError } from '../runtime/errors.ts'
import type { StartMode, StartRequest } from './dashboard-options.ts'
import { renderConfirm } from './pages/confirm-full.ts'
import { renderEntity } from './pages/entity.ts'
import { type Message, renderMessage } from './pages/layout.ts'
import { everything } from './pages/narrow.ts'
import { renderOverview } from './pages/overview.ts'
import { hueOf } from './pages/states.ts'
import type { Site } from './site.ts'

/** A larger number would be no test. */
const mostTestRecords = 100_000

const alreadyStarted = 'Not started: a run was just started from here. Nothing was queued.'

const noTest = 'A resource is read as a whole: it has no test.'

/** Answers with the page of an entity and why nothing was done. */
export async function refuse(
  { reader, page }: Site,
  context: Context,
  entity: string,
  { message, status }: { readonly message: Message; readonly status: 400 | 409 },
): Promise<Response> {
  const view = await reader.entity(entity, { message })
  if (view === null) return context.notFound()
  const body = renderEntity(view)
  const live = `/live/${entity}`
  return page(context, { title: view.status.label, section: '/', live, body, status })
}

/** Answers with the overview and why nothing was started. */
async function refuseAll({ reader, page }: Site, context: Context, text: string) {
  const status = await reader.status()
  const overview = renderOverview(status, reader.hues, await reader.list(status, everything))
  const body = html`${renderMessage({ tone: 'bad', text })}${overview}`
  return page(context, { title: 'Overview', section: '/', live: '/live', body, status: 409 })
}

/** Routes that start runs and checks. */
export function addStartActions(app: Hono, site: Site): void {
  const { options, reader, starter, checks } = site

  app.post('/entities/:entity/sync', async (context) => {
    const entity = context.req.param('entity')
    const form = await context.req.parseBody()
    const request = readRequest(entity, form)
    const bad = (text: string, status: 400 | 409) =>
      refuse(site, context, entity, { message: { tone: 'bad', text }, status })
    if (typeof request === 'string') return bad(request, 400)
    const status = (await reader.status()).entities.find((one) => one.entity === entity)
    if (status === undefined) return context.notFound()
    const { running, isResource } = status
    if (isResource && request.mode === 'test') return bad(noTest, 400)
    if (running !== null) {
      const text = `Not started: run ${running.id} of ${running.holder} is already active. Nothing was queued.`
      return bad(text, 409)
    }
    if (request.mode === 'full' && form['confirmed'] !== 'yes') {
      const estimate = await options.estimateFull(entity).catch(asKnownError)
      const body = renderConfirm({ status, hue: hueOf(reader.hues, entity), estimate })
      return site.page(context, { title: `Sync everything of ${status.label}`, section: '/', body })
    }
    if (!starter.start(request)) return bad(alreadyStarted, 409)
    return context.redirect(`/entities/${entity}`, 303)
  })

  // All of them in one process, one after another; those with an active run are left to it.
  app.post('/sync', async (context) => {
    const { entity: named, mode = 'incremental' } = await context.req.parseBody({ all: true })
    const names = new Set([named ?? options.entities.map(({ facts }) => facts.name)].flat())
    const wanted = (await reader.status()).entities.filter(
      ({ entity, isResource }) => names.has(entity) && !(isResource && mode === 'audit'),
    )
    const busy = wanted.filter(({ running }) => running !== null).map(({ entity }) => entity)
    const [first, ...others] = wanted.flatMap(({ entity, running }) =>
      running === null ? entity : [],
    )
    if (wanted.length === 0) return context.notFound()
    const request = {
      mode: mode === 'audit' ? ('audit' as const) : ('incremental' as const),
      limit: null,
    }
    if (first === undefined || !starter.start({ ...request, entities: [first, ...others] })) {
      const text =
        first === undefined ? 'Not started: runs of all of them are active.' : alreadyStarted
      return refuseAll(site, context, text)
    }
    const result = new URLSearchParams({
      started: String(1 + others.length),
      ...(busy.length > 0 && { busy: busy.join(',') }),
    })
    return context.redirect(`/?${result}`, 303)
  })

  // The page shows how far it is; a second click changes nothing.
  app.post('/check', (context) => {
    const checked = options.entities.filter(({ facts }) => facts.resource === undefined)
    checks.start(checked.map(({ facts }) => facts.name))
    return context.redirect('/quality', 303)
  })
}

/** A failed estimate does not prevent the start. */
function asKnownError(error: unknown): HubgenError {
  if (error instanceof HubgenError) return error
  throw error
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
