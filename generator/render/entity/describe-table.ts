import type { Analysis, AnalyzedProperty } from '../../model/analysis.ts'
import { companionsOf } from '../../model/companions.ts'
import { type Index, planIndexes } from '../../model/indexes.ts'
import { findRelationships, type Relationship } from '../../model/relationships.ts'
import { schemaOf } from '../../model/schema-name.ts'
import { sqlIdentifier, sqlLiteral, sqlTable } from '../text/escape-sql.ts'

/** The columns that the SQL for people uses; all escaped for SQL. */
export interface TableFacts {
  readonly table: string
  readonly entity: string
  readonly key: string | null
  readonly created: string | null
  /** The modified property's column, or `updated_at`. */
  readonly modified: string
  readonly owner: string | null
  readonly pipeline: string | null
  readonly stage: string | null
  readonly amount: string | null
  readonly indexes: readonly Index[]
  readonly relationships: readonly Relationship[]
}

/** The facts that the SQL files and the setup document of an entity share. */
export function describeTable(analysis: Analysis): TableFacts {
  const indexes = planIndexes(analysis)
  const relationships = findRelationships(analysis)
  const indexed = (kind: Index['kind']) => indexes.find((index) => index.kind === kind)?.column
  const amount = analysis.properties.find(
    ({ name, column }) => name === 'amount' && column.type === 'numeric',
  )
  return {
    table: sqlTable(schemaOf(analysis), analysis.table),
    entity: sqlLiteral(analysis.entity),
    key: identifierOrNull(indexed('key')),
    created: identifierOrNull(indexed('created')),
    modified: sqlIdentifier(indexed('modified') ?? 'updated_at'),
    owner: identifierOrNull(indexed('owner')),
    pipeline: relatedColumn(relationships, 'pipeline'),
    stage: relatedColumn(relationships, 'stage'),
    amount: identifierOrNull(amount?.column.name),
    indexes,
    relationships,
  }
}

/** The table that a relationship column refers to and its column of ids, escaped for SQL. */
export interface OtherSide {
  readonly table: string
  readonly id: string
  /** Another entity's table exists only once that entity was generated. */
  readonly there: 'always' | 'perhaps'
}

/** Null for pipelines and stages of an entity without pipelines. */
export function otherSide(analysis: Analysis, { kind, target }: Relationship): OtherSide | null {
  const schema = schemaOf(analysis)
  const always = (table: string | undefined, id: string): OtherSide | null =>
    table === undefined ? null : { table: sqlTable(schema, table), id, there: 'always' }
  switch (kind) {
    case 'owner':
      return always('owner', 'owner_id')
    case 'team':
      return always('team', 'id')
    case 'user':
      return { table: usersOf(schema), id: 'id', there: 'always' }
    case 'pipeline':
      return always(companionsOf(analysis, 'pipelines')[0]?.table, 'pipeline_id')
    case 'stage':
      return always(companionsOf(analysis, 'stages')[0]?.table, 'stage_id')
    case 'record': {
      if (target === null) return null
      const table = sqlTable(target.schema, target.table)
      const there = target.entity === analysis.entity ? 'always' : 'perhaps'
      return { table, id: 'id', there }
    }
  }
}

/** Owners with an account: queues have none. */
function usersOf(schema: string): string {
  const id = 'user_id_including_inactive'
  return `(SELECT ${id} AS id FROM ${sqlTable(schema, 'owner')} WHERE ${id} IS NOT NULL) AS users`
}

/** A condition for ids that are missing in the other table; false while that table is empty. */
export function isNotIn(value: string, { table, id }: Pick<OtherSide, 'table' | 'id'>): string {
  return `${value} NOT IN (SELECT ${id} FROM ${table}) AND EXISTS (SELECT FROM ${table})`
}

export function propertyColumn(property: AnalyzedProperty): string {
  return sqlIdentifier(property.column.name)
}

function relatedColumn(
  relationships: readonly Relationship[],
  kind: Relationship['kind'],
): string | null {
  return identifierOrNull(relationships.find((one) => one.kind === kind)?.property.column.name)
}

function identifierOrNull(name: string | undefined): string | null {
  return name === undefined ? null : sqlIdentifier(name)
}
