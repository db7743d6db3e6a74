import type { Context } from '../context.ts'
import type { Link, ObjectType } from '../store.ts'

/** HubSpot includes at most this many linked entries in a record; the rest is paged per record. */
const inlineEntries = 100

interface InlineEntry {
  readonly id: string
  readonly type: string
}

/**
 * The `associations` of a record as JSON, with the same id once per association type. Undefined if it has
 * no links.
 */
export function renderInlineAssociations(
  context: Context,
  from: ObjectType,
  id: string,
  targets: readonly ObjectType[],
): string | undefined {
  const parts: string[] = []
  for (const to of targets) {
    const entries = inlineEntriesOf(context.store.links(from.typeId, id, to.typeId), from, to)
    if (entries.length === 0) continue
    const name = JSON.stringify(to.fullyQualifiedName ?? to.name)
    parts.push(`${name}:${JSON.stringify(firstEntries(context, from, id, to, entries))}`)
  }
  return parts.length === 0 ? undefined : `{${parts.join(',')}}`
}

function firstEntries(
  context: Context,
  from: ObjectType,
  id: string,
  to: ObjectType,
  entries: readonly InlineEntry[],
): object {
  const results = entries.slice(0, inlineEntries)
  const next = entries[inlineEntries]
  if (next === undefined) return { results }
  const path = `/crm/v3/objects/${from.name}/${id}/associations/${to.name}`
  const after = next.id
  return { results, paging: { next: { after, link: `${context.url}${path}?after=${after}` } } }
}

/** One entry per link and association type, as in the v3 format. */
export function inlineEntriesOf(
  links: readonly Link[],
  from: ObjectType,
  to: ObjectType,
): InlineEntry[] {
  return links.flatMap((link) =>
    link.types.map((type) => ({ id: link.toId, type: associationName(type, from, to) })),
  )
}

/** `contact_to_company` for the primary or labelled type, `…_unlabeled` for the plain one. */
export function associationName(
  type: { readonly category: string; readonly label: string | null },
  from: ObjectType,
  to: ObjectType,
): string {
  const pair = `${lowerName(from)}_to_${lowerName(to)}`
  if (type.label === null) return type.category === 'HUBSPOT_DEFINED' ? `${pair}_unlabeled` : pair
  if (type.label === 'Primary') return pair
  return type.label.toLowerCase().replace(/\W+/g, '_')
}

function lowerName(type: ObjectType): string {
  return type.singularName.toLowerCase()
}
