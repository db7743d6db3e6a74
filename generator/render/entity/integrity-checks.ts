import type { Analysis } from '../../model/analysis.ts'
import { companionsOf } from '../../model/companions.ts'
import type { Index } from '../../model/indexes.ts'
import type { Relationship } from '../../model/relationships.ts'
import { schemaOf } from '../../model/schema-name.ts'
import { sqlIdentifier, sqlLiteral, sqlTable } from '../text/escape-sql.ts'
import { isNotIn, otherSide, propertyColumn, type TableFacts } from './describe-table.ts'

/** An invalid state of a live record. */
export interface IntegrityCheck {
  /** Literal of the column and the problem: `property_createdate lies in the future`. */
  readonly subject: string
  /** An SQL condition. */
  readonly violated: string
}

/**
 * The checks of the indexed columns and the system columns. An empty key property is not an integrity
 * problem: completeness counts it.
 */
export function listIntegrityChecks(
  analysis: Analysis,
  facts: TableFacts,
): readonly IntegrityCheck[] {
  const { portal, properties } = analysis
  const recordId = properties.find(
    ({ name, column }) => name === 'hs_object_id' && column.type === 'bigint',
  )
  return [
    ...(portal === null
      ? []
      : [check('portal_id', 'is another portal', `portal_id <> ${portal.id}`)]),
    ...(recordId === undefined
      ? []
      : [check(recordId.column.name, 'differs from id', `${propertyColumn(recordId)} <> id`)]),
    ...facts.indexes.flatMap((index) => indexChecks(index, analysis, facts)),
    ...unindexedPipelineChecks(analysis, facts),
  ]
}

/** A pipeline column has no index while HubSpot has a single pipeline. */
function unindexedPipelineChecks(analysis: Analysis, facts: TableFacts): readonly IntegrityCheck[] {
  const indexed = new Set(facts.indexes.map(({ property }) => property))
  return facts.relationships
    .filter(({ kind, property }) => kind === 'pipeline' && !indexed.has(property))
    .map((relationship) => linkCheck(relationship, analysis))
}

function indexChecks(
  index: Index,
  analysis: Analysis,
  facts: TableFacts,
): readonly IntegrityCheck[] {
  const column = sqlIdentifier(index.column)
  const here = (problem: string, violated: string) => check(index.column, problem, violated)
  switch (index.kind) {
    case 'key':
      return index.columnType === 'text' ? [here('is blank', `btrim(${column}) = ''`)] : []
    case 'created':
    case 'modified':
    case 'synced':
      return [
        ...(index.property === null ? [] : [here('is missing', `${column} IS NULL`)]),
        here('lies in the future', `${column} > now() + interval '1 day'`),
      ]
    case 'stage':
      return [...linkChecks(index, analysis, facts), ...stageChecks(index, analysis, facts)]
    default:
      return linkChecks(index, analysis, facts)
  }
}

function linkChecks(
  index: Index,
  analysis: Analysis,
  facts: TableFacts,
): readonly IntegrityCheck[] {
  return facts.relationships
    .filter(({ property }) => property === index.property)
    .map((relationship) => linkCheck(relationship, analysis))
}

function linkCheck(relationship: Relationship, analysis: Analysis): IntegrityCheck {
  const { kind, property } = relationship
  const { name } = property.column
  const column = propertyColumn(property)
  if (kind !== 'pipeline' && kind !== 'stage') return check(name, 'is no id', `${column} <= 0`)
  const other = otherSide(analysis, relationship)
  return other === null
    ? check(name, 'is no id', `btrim(${column}) = ''`)
    : check(name, `is no ${kind} in HubSpot`, isNotIn(column, other))
}

/** A stage belongs to one pipeline, so a record in another pipeline is inconsistent. */
function stageChecks(
  index: Index,
  analysis: Analysis,
  facts: TableFacts,
): readonly IntegrityCheck[] {
  const [stages] = companionsOf(analysis, 'stages')
  if (facts.pipeline === null || stages === undefined) return []
  const stage = sqlIdentifier(index.column)
  const table = sqlTable(schemaOf(analysis), stages.table)
  const violated = `${stage} IN (SELECT stage_id FROM ${table}) AND (${facts.pipeline}, ${stage}) NOT IN (SELECT pipeline_id, stage_id FROM ${table})`
  return [check(index.column, 'is a stage of another pipeline', violated)]
}

function check(column: string, problem: string, violated: string): IntegrityCheck {
  return { subject: sqlLiteral(`${column} ${problem}`), violated }
}
