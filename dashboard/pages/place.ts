import { html } from 'hono/html'
import type { CopiedPortal } from '../../runtime/monitoring/read-portals.ts'
import type { DashboardOptions } from '../dashboard-options.ts'
import { portalAddress } from '../hubspot-links.ts'
import { foreign, type Html, nothing } from '../words.ts'

/** The facts on every page about the copy that it shows. */
export interface Place {
  /** Null for analyses from a file. */
  readonly portal: CopiedPortal | null
  /** From the configuration; null if it has none. */
  readonly portalName: string | null
  readonly database: string
  readonly schemas: readonly string[]
  /** From the configuration; null if it has none. */
  readonly environment: string | null
  /** The portal's; null if unknown. */
  readonly timeZone: string | null
}

export function placeOf(options: PlaceOptions, uiDomain: string | null): Place {
  const { portal, portalName, environment, database, entities } = options
  const schemas = entities.map(({ facts }) => facts.table.slice(0, facts.table.indexOf('.')))
  return {
    portal: portal === null ? null : { portalId: String(portal.id), uiDomain },
    portalName,
    database: database.embedded ? 'embedded' : database.description,
    schemas: [...new Set(schemas)],
    environment,
    timeZone: portal?.timeZone ?? null,
  }
}

type PlaceOptions = Pick<
  DashboardOptions,
  'portal' | 'portalName' | 'environment' | 'database' | 'entities'
>

/** Names of environments by the colour that a person expects for them; any other name is grey. */
const environments: readonly (readonly [pattern: RegExp, kind: string])[] = [
  [/prod|\blive\b/i, 'production'],
  [/stag|preview|\bqa\b|\buat\b|test/i, 'staging'],
  [/dev|local|sandbox|demo/i, 'development'],
]

/** The class of the stylesheet. */
export function colourOf(environment: string | null): string {
  if (environment === null) return ''
  // "pre-production" and "non-prod" are not production.
  const name = environment.replace(/\b(?:pre|non|not)[- ]?prod\w*/i, 'staging')
  return environments.find(([pattern]) => pattern.test(name))?.[1] ?? 'other'
}

/** Which portal, which database, and in which time zone. */
export function renderPlace(place: Place): Html {
  const { database, schemas, environment, timeZone } = place
  const badge =
    environment === null
      ? nothing
      : html`<span class="environment ${colourOf(environment)}"><span class="unseen">Environment: </span>${foreign(environment)}</span>`
  const word = schemas.length === 1 ? 'schema' : 'schemas'
  const day =
    timeZone === null
      ? nothing
      : html`<span title="HubSpot counts the calls of a day in this time zone">portal in ${timeZone}</span>`
  return html`<div class="place" role="group" aria-label="What these pages show">${badge}
${renderPortal(place)}
<span>database <code>${database}</code>, ${word} <code>${schemas.join(', ')}</code></span>
${day}
<span id="zone">times in UTC</span></div>`
}

function renderPortal({ portal, portalName }: Place): Html {
  const name = portalName === null ? nothing : html`<strong>${foreign(portalName)}</strong> `
  if (portal === null) return html`<span>${name}portal unknown</span>`
  return html`<span>${name}<a href="${portalAddress(portal, 'contacts')}" rel="noreferrer">portal ${portal.portalId}</a></span>`
}
