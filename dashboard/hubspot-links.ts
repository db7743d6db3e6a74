import { html } from 'hono/html'
import type { Entity } from '../runtime/entity.ts'
import type { CopiedPortal } from '../runtime/monitoring/read-portals.ts'
import { foreign, type Html } from './words.ts'

/** Where the records of an entity are in HubSpot; null before the first run. */
export type HubSpotPlace = (CopiedPortal & Pick<Entity, 'objectType'>) | null

/** HubSpot sends people from here to the host of their portal. */
const usualUiDomain = 'app.hubspot.com'

/** The id as a link to the record's page in HubSpot; the id alone if the portal is unknown. */
export function recordLink(place: HubSpotPlace, id: string): Html {
  // Only digits become part of an address.
  if (place === null || !/^\d{1,18}$/.test(id)) return html`<code>${id}</code>`
  const { objectType } = place
  return html`<a href="${portalAddress(place, 'contacts')}/record/${encodeURIComponent(objectType)}/${id}" rel="noreferrer"><code>${id}</code></a>`
}

/** The name of a property, as a link to its settings if the portal is known. */
export function propertyLink(place: HubSpotPlace, property: string): Html {
  const name = html`<code>${property}</code>`
  if (place === null) return name
  const asked = new URLSearchParams({ type: place.objectType, action: 'edit', property })
  return html`<a href="${portalAddress(place, 'property-settings')}/properties?${asked}" rel="noreferrer">${name}</a>`
}

/** HubSpot's labels of the properties of an entity, by name. */
export type PropertyLabels = ReadonlyMap<string, string>

/** The label of a property, and its name as a link to its settings. */
export function labelledProperty(
  place: HubSpotPlace,
  property: string,
  labels: PropertyLabels | undefined,
): Html {
  const label = labels?.get(property)
  const link = propertyLink(place, property)
  return label === undefined || label === property ? link : html`${foreign(label)} ${link}`
}

/** The address of a page of the portal. */
export function portalAddress({ uiDomain, portalId }: CopiedPortal, page: string): string {
  return `https://${uiDomain ?? usualUiDomain}/${page}/${portalId}`
}
