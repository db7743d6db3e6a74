import type { Analysis, Association } from './analysis.ts'
import { companionsOf } from './companions.ts'
import { compareLists } from './compare-lists.ts'
import type { AddDrift } from './drift.ts'
import { findForeignAssociations } from './linked-entities.ts'
import { schemaOf } from './schema-name.ts'
import { shortened, type Wording, words } from './wording.ts'

/** Compares the associations, and thereby the tables of links. */
export function compareAssociations(old: Analysis, now: Analysis, add: AddDrift): void {
  const associations = compareLists(old.associations, now.associations, keyOf)
  for (const association of associations.added) {
    const { entity } = association
    const table = tableOf(now, association)
    add(
      'association_added',
      entity,
      words`can be associated with ${entity}${wordNew(table)}`,
      table === null ? {} : { after: table.name },
    )
  }
  for (const association of associations.removed) {
    const { entity } = association
    const table = tableOf(old, association)
    add(
      'association_removed',
      entity,
      words`can no longer be associated with ${entity}${wordOld(table)}`,
      table === null ? {} : { before: table.name },
    )
  }
  for (const { before, after } of associations.changed) {
    const [from, to] = [before, after].map(({ types }) => types.map(wordType).join(', ') || 'none')
    const [earlier, later] = [tableOf(old, before), tableOf(now, after)]
    const becomes = earlier === null ? wordNew(later) : later === null ? wordOld(earlier) : []
    add(
      'association_changed',
      after.entity,
      words`association types to ${after.entity}: ${shortened(from ?? '')} → ${shortened(to ?? '')}${becomes}`,
      { before: from ?? '', after: to ?? '' },
    )
  }
}

/** A table of links, e.g. `hubspot.deal_contact`, and the entity that it is generated with. */
interface LinkTable {
  readonly name: string
  readonly owner: string | null
}

function keyOf({ entity, objectTypeId }: Association): string {
  return `${entity} ${objectTypeId}`
}

function tableOf(analysis: Analysis, { objectTypeId, entity }: Association): LinkTable | null {
  const isIt = (end: { readonly objectType: string; readonly entity: string }) =>
    end.objectType === objectTypeId && end.entity === entity
  const own = companionsOf(analysis, 'associations').find(({ to }) => isIt(to))
  const foreign = findForeignAssociations(analysis).find(({ owner }) => isIt(owner))
  const table = own?.table ?? foreign?.table
  if (table === undefined) return null
  return { name: `${schemaOf(analysis)}.${table}`, owner: foreign?.owner.entity ?? null }
}

function wordNew(table: LinkTable | null): Wording {
  if (table === null) return []
  if (table.owner === null) return words` → new table ${table.name}`
  return words` → its links are in table ${table.name}, generated with ${table.owner}`
}

function wordOld(table: LinkTable | null): Wording {
  if (table === null || table.owner !== null) return []
  return words` → table ${table.name} keeps its rows and is no longer synced`
}

function wordType({ category, typeId, label }: Association['types'][number]): string {
  return `${category} ${typeId}${label === null ? '' : ` "${label}"`}`
}
