import type { Analysis, Association } from '../../model/analysis.ts'
import { companionsOf } from '../../model/companions.ts'
import { findForeignAssociations } from '../../model/linked-entities.ts'
import type { Relationship } from '../../model/relationships.ts'
import { schemaOf } from '../../model/schema-name.ts'
import { propertyColumn } from '../entity/describe-table.ts'
import { markdownCode, markdownText } from '../text/escape-markdown.ts'
import { sqlTable } from '../text/escape-sql.ts'

export interface LinkView {
  readonly column: string
  readonly pointsTo: string
}

/** One join with another entity's table, ready to run. */
export interface JoinView {
  readonly entity: string
  readonly table: string
  /** Unqualified; escaped for SQL. */
  readonly column: string
}

export interface AssociationView {
  readonly entity: string
  readonly types: string
  /** The table of links, and the entity that creates it if it is another one. */
  readonly table: string
}

const LABELS_SHOWN = 6

export function listLinks(relationships: readonly Relationship[]): readonly LinkView[] {
  return relationships.map((relationship) => ({
    column: markdownCode(relationship.property.column.name),
    pointsTo: pointsTo(relationship),
  }))
}

/** The first column of each related entity: one example per table is enough. */
export function listJoins(relationships: readonly Relationship[]): readonly JoinView[] {
  const joins = new Map<string, JoinView>()
  for (const { property, target } of relationships) {
    if (target === null || joins.has(target.entity)) continue
    joins.set(target.entity, {
      entity: target.entity,
      table: sqlTable(target.schema, target.table),
      column: propertyColumn(property),
    })
  }
  return [...joins.values()]
}

export function listAssociations(analysis: Analysis): readonly AssociationView[] {
  return analysis.associations.map((association) => ({
    entity: markdownCode(association.entity),
    types: describeTypes(association),
    table: describeLinkTable(analysis, association.entity),
  }))
}

function describeLinkTable(analysis: Analysis, entity: string): string {
  const named = (table: string) => markdownCode(`${schemaOf(analysis)}.${table}`)
  const own = companionsOf(analysis, 'associations').find(({ to }) => to.entity === entity)
  if (own !== undefined) return named(own.table)
  const foreign = findForeignAssociations(analysis).find(({ owner }) => owner.entity === entity)
  if (foreign === undefined) return ''
  return `${named(foreign.table)}, once ${markdownCode(entity)} is generated as well`
}

function pointsTo({ kind, target }: Relationship): string {
  switch (kind) {
    case 'owner':
      return "owner: `id` in HubSpot's list of owners, not the user id"
    case 'team':
      return 'team'
    case 'user':
      return 'user: `user_id_including_inactive` of an owner, not the `owner_id`'
    case 'pipeline':
      return 'pipeline; its table has the label'
    case 'stage':
      return 'stage of the pipeline; its table has the label'
    default:
      return target === null
        ? 'record'
        : `record in \`${target.schema}.${target.table}\` (\`${target.entity}\`)`
  }
}

function describeTypes({ types }: Association): string {
  const labels = types.flatMap(({ label }) => (label === null ? [] : [markdownText(label)]))
  const shown = labels.slice(0, LABELS_SHOWN)
  const more = labels.length - shown.length
  const named =
    shown.length === 0 ? '' : `: ${shown.join(', ')}${more > 0 ? `, and ${more} more` : ''}`
  return `${types.length} ${types.length === 1 ? 'type' : 'types'}${named}`
}
