import type { Hono } from 'hono'
import { machine } from '../runtime/machine.ts'
import { type PropertyFacts, readProperties } from '../runtime/monitoring/read-properties.ts'
import type { DashboardEntity } from './dashboard-options.ts'
import { exportList, renderProperties } from './pages/properties.ts'
import { readPropertyQuery } from './pages/property-list.ts'
import { hueOf } from './pages/states.ts'
import { refuseResource } from './refuse-resource.ts'
import type { Site } from './site.ts'

/** The properties of an entity, and lists of them for hubgen.config.ts. */
export function addPropertyPages(app: Hono, site: Site): void {
  const { options, reader } = site
  const { database } = options

  app.get('/entities/:entity/properties', async (context) => {
    const known = site.find(context.req.param('entity'))
    if (known === undefined) return context.notFound()
    if (known.facts.resource !== undefined) return refuseResource(site, context, known)
    const { facts, label } = known
    const body = renderProperties({
      entity: facts.name,
      label,
      hue: hueOf(reader.hues, facts.name),
      place: (await reader.places()).get(facts.name) ?? null,
      properties: await readProperties(database, facts),
      needed: neededOf(known),
      query: readPropertyQuery(context.req.query()),
      now: machine.now(),
    })
    return site.page(context, { title: `Properties of ${label}`, section: '/', body })
  })

  app.post('/entities/:entity/properties/export', async (context) => {
    const known = site.find(context.req.param('entity'))
    if (known === undefined) return context.notFound()
    if (known.facts.resource !== undefined) return refuseResource(site, context, known)
    const { name: entity } = known.facts
    const { list, skip, shown } = await context.req.parseBody({ all: true })
    const properties = (await readProperties(database, known.facts)) ?? []
    const marked = chooseMarked(properties, { skip, shown })
    const needed = neededOf(known)
    const all = properties.map(({ name }) => name)
    const chosen = all.filter((name) => marked(name) && !needed.has(name))
    const kind = list === 'include' ? 'include' : 'exclude'
    const names = kind === 'exclude' ? chosen : all.filter((name) => !chosen.includes(name))
    return context.body(exportList(kind, entity, names, machine.now()), 200, {
      'Content-Type': 'text/plain; charset=utf-8',
      'Content-Disposition': `attachment; filename="${kind}_${entity.replaceAll(/\W/g, '_')}.ts"`,
    })
  })
}

/** Without these, sync could not identify records or detect changes. */
function neededOf({ facts }: DashboardEntity): ReadonlySet<string> {
  return new Set(['hs_object_id', facts.modifiedProperty])
}

/**
 * The marks of the page that was sent. Properties that were not on it have the mark that they would begin with:
 * empty ones are marked.
 */
function chooseMarked(
  properties: readonly PropertyFacts[],
  { skip, shown }: { readonly skip: unknown; readonly shown: unknown },
): (name: string) => boolean {
  const skipped = new Set([skip].flat())
  const onPage = parseNames(shown)
  if (onPage === null) return (name) => skipped.has(name)
  const empty = new Set(
    properties.flatMap(({ name, use }) => (use?.verdict === 'empty' ? name : [])),
  )
  return (name) => (onPage.has(name) ? skipped.has(name) : empty.has(name))
}

/** Null if the form does not say what was on its page. */
function parseNames(text: unknown): ReadonlySet<unknown> | null {
  try {
    const names: unknown = JSON.parse(String(text))
    return Array.isArray(names) ? new Set(names) : null
  } catch {
    return null
  }
}
