import type { Analysis, AnalyzedProperty, Pipeline } from '../../model/analysis.ts'
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

/** The ids that a pipeline or stage column may hold, as a list of literals; null if none are known. */
export function knownIds(
  pipelines: readonly Pipeline[],
  kind: 'pipeline' | 'stage',
): string | null {
  const ids =
    kind === 'pipeline'
      ? pipelines.map(({ id }) => id)
      : pipelines.flatMap(({ stages }) => stages.map(({ id }) => id))
  const literals = [...new Set(ids)].map(sqlLiteral)
  return literals.length === 0 ? null : literals.join(', ')
}

/**
 * The SQL condition for an invalid id in a relationship column: not among the known pipelines or stages,
 * blank, or not a positive number.
 */
export function invalidId(relationship: Relationship, pipelines: readonly Pipeline[]): string {
  const { kind, property } = relationship
  const column = propertyColumn(property)
  if (kind !== 'pipeline' && kind !== 'stage') return `${column} <= 0`
  const ids = knownIds(pipelines, kind)
  return ids === null ? `btrim(${column}) = ''` : `${column} NOT IN (${ids})`
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
