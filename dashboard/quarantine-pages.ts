import type { Context, Hono } from 'hono'
import { HubgenError } from '../runtime/errors.ts'
import { machine } from '../runtime/machine.ts'
import { listQuarantine } from '../runtime/postgres/load/quarantine.ts'
import { replayEntity } from '../runtime/sync/replay/replay-entity.ts'
import type { Message } from './pages/layout.ts'
import { renderQuarantine } from './pages/quarantine.ts'
import { isUntouched } from './pages/states.ts'
import { refuseResource } from './refuse-resource.ts'
import type { Site } from './site.ts'

/** Number of examples per kind of reject. */
const examples = 5

/** The values and records that did not fit, and another attempt to load them. */
export function addQuarantinePages(app: Hono, site: Site): void {
  const { options } = site

  app.get('/quarantine', (context) => {
    const { replayed, ...query } = context.req.query()
    return answer(site, context, { query, message: describeReplay(replayed), status: 200 })
  })

  app.post('/entities/:entity/replay', async (context) => {
    const name = context.req.param('entity')
    const known = site.find(name)
    if (known === undefined) return context.notFound()
    if (known.facts.resource !== undefined) return refuseResource(site, context, known)
    const { property } = await context.req.parseBody()
    const only = typeof property === 'string' && property !== '' ? { property } : {}
    const report = await replayEntity(known.facts, options.database, only).catch(asBusy)
    if (report instanceof HubgenError) {
      const text = `Not tried again: ${report.message}. Try again when that run is done.`
      const message = { tone: 'bad', text } as const
      return answer(site, context, { query: { entity: name, ...only }, message, status: 409 })
    }
    const { values, records } = report
    const counts = [
      values.fitted + records.fitted,
      values.superseded + records.superseded,
      values.stayed + records.stayed,
    ]
    const shown = new URLSearchParams({ entity: name, ...only, replayed: counts.join('-') })
    return context.redirect(`/quarantine?${shown}`, 303)
  })
}

async function answer(
  { options, reader, page }: Site,
  context: Context,
  {
    query,
    message,
    status,
  }: {
    readonly query: Readonly<Record<string, string>>
    readonly message: Message | null
    readonly status: 200 | 409
  },
): Promise<Response> {
  const { entity = '', property = '', values: asked } = query
  const values = asked === 'shown' ? 'shown' : 'hidden'
  const groups = await listQuarantine(options.database, {
    ...(entity !== '' && { entity }),
    ...(property !== '' && { property }),
    examples,
    values,
  })
  const { entities: statuses } = await reader.status()
  const body = renderQuarantine({
    groups,
    misfits: await reader.misfits(),
    places: await reader.places(),
    labels: await reader.labels(groups),
    entities: options.entities,
    unread: new Set(statuses.filter(isUntouched).map((one) => one.entity)),
    entity,
    property,
    values,
    message,
    now: machine.now(),
  })
  return page(context, { title: 'Quarantine', section: '/quarantine', body, status })
}

/** Another run holds the entity; any other failure is for the error page. */
function asBusy(error: unknown): HubgenError {
  if (error instanceof HubgenError && error.code === 'ENTITY_BUSY') return error
  throw error
}

/** Describes the result of a replay from the query parameter of its redirect; null for anything else. */
function describeReplay(text: string | undefined): Message | null {
  const [, fitted, superseded, stayed] = /^(\d{1,12})-(\d{1,12})-(\d{1,12})$/.exec(text ?? '') ?? []
  if (fitted === undefined) return null
  const parts = [
    `${fitted} fit now`,
    ...(superseded === '0' ? [] : [`${superseded} superseded by newer values`]),
    `${stayed} stayed`,
  ]
  return { tone: fitted === '0' ? 'info' : 'good', text: `Tried again: ${parts.join(', ')}.` }
}
