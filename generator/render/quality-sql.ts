import type { Analysis } from '../model/analysis.ts'
import type { Index } from '../model/indexes.ts'
import { hasOwnColumn } from '../model/overflow.ts'
import { schemaOf } from '../model/schema-name.ts'
import { type CompanionsFacts, describeCompanions } from './describe-companions.ts'
import {
  describeTable,
  invalidId,
  knownIds,
  propertyColumn,
  type TableFacts,
} from './describe-table.ts'
import { sqlComment, sqlIdentifier, sqlLiteral } from './escape-sql.ts'
import { entityHeader } from './header.ts'
import { renderTemplate } from './template.ts'

interface QualityView {
  readonly header: string
  readonly folder: string
  readonly entity: string
  readonly table: string
  readonly schemaName: string
  readonly tableName: string
  readonly modified: string
  readonly companions: CompanionsFacts
  readonly filled: readonly FilledView[]
  readonly duplicates: readonly DuplicateView[]
  readonly checks: readonly CheckView[]
}

interface FilledView {
  readonly column: string
  readonly name: string
  readonly number: number
  readonly separator: string
}

interface DuplicateView {
  readonly title: string
  readonly column: string
  readonly value: string
}

interface CheckView extends Check {
  readonly number: number
  readonly separator: string
}

interface Check {
  /** Literal of the column name. */
  readonly name: string
  /** Literal. */
  readonly problem: string
  readonly violated: string
}

/** `quality.sql`: completeness, duplicates, integrity of every indexed column, deletion flags, freshness. */
export function renderQualitySql(analysis: Analysis): string {
  const facts = describeTable(analysis)
  const columns = completenessColumns(facts)
  const checks = listChecks(analysis, facts)
  const view: QualityView = {
    header: entityHeader(analysis.entity),
    folder: analysis.entity,
    entity: facts.entity,
    table: facts.table,
    schemaName: sqlLiteral(schemaOf(analysis)),
    tableName: sqlLiteral(analysis.table),
    modified: facts.modified,
    companions: describeCompanions(analysis),
    filled: columns.map((name, number) => ({
      column: sqlIdentifier(name),
      name: sqlLiteral(name),
      number,
      separator: number === columns.length - 1 ? '' : ',',
    })),
    duplicates: listDuplicates(analysis),
    checks: checks.map((check, number) => ({
      ...check,
      number,
      separator: number === checks.length - 1 ? '' : ',',
    })),
  }
  return renderTemplate('quality.sql', view)
}

/** What nearly every record should have: the indexed columns and those that point elsewhere. */
function completenessColumns(facts: TableFacts): readonly string[] {
  return [
    ...new Set([
      ...facts.indexes.filter(({ kind }) => kind !== 'deleted').map(({ column }) => column),
      ...facts.relationships.map(({ property }) => property.column.name),
    ]),
  ]
}

/** The key property, and what HubSpot itself promises to be unique. */
function listDuplicates(analysis: Analysis): readonly DuplicateView[] {
  return analysis.properties
    .filter(hasOwnColumn)
    .filter(({ name, unique }) => unique || name === analysis.keyProperty)
    .map((property) => {
      const column = propertyColumn(property)
      const text = property.column.type === 'text'
      const sharing = text
        ? 'live records that share a value, whatever its letter case and outer blanks'
        : 'live records that share a value'
      return {
        title: sqlComment(`Duplicates in ${property.column.name}: ${sharing}.`),
        column,
        value: text ? `lower(btrim(${column}))` : column,
      }
    })
}

function listChecks(analysis: Analysis, facts: TableFacts): readonly Check[] {
  const { portal, properties } = analysis
  const recordId = properties.find(
    ({ name, column }) => name === 'hs_object_id' && column.type === 'bigint',
  )
  return [
    check('is_deleted', 'differs from _fivetran_deleted', 'is_deleted <> _fivetran_deleted'),
    ...(portal === null
      ? []
      : [check('portal_id', 'is another portal', `portal_id <> ${portal.id}`)]),
    ...(recordId === undefined
      ? []
      : [check(recordId.column.name, 'differs from id', `${propertyColumn(recordId)} <> id`)]),
    ...facts.indexes.flatMap((index) => indexChecks(index, analysis, facts)),
  ]
}

function indexChecks(index: Index, analysis: Analysis, facts: TableFacts): readonly Check[] {
  const column = sqlIdentifier(index.column)
  const here = (problem: string, violated: string) => check(index.column, problem, violated)
  switch (index.kind) {
    case 'key':
      return [
        here('is missing', `${column} IS NULL`),
        ...(index.columnType === 'text' ? [here('is blank', `btrim(${column}) = ''`)] : []),
      ]
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

function linkChecks(index: Index, analysis: Analysis, facts: TableFacts): readonly Check[] {
  return facts.relationships
    .filter(({ property }) => property === index.property)
    .map((relationship) => {
      const { kind } = relationship
      const known =
        kind === 'pipeline' || kind === 'stage' ? knownIds(analysis.pipelines, kind) : null
      const problem = known === null ? 'is no id' : `is no ${kind} that the analysis knows`
      return check(index.column, problem, invalidId(relationship, analysis.pipelines))
    })
}

/** A stage belongs to one pipeline, so a record whose pipeline is another one contradicts itself. */
function stageChecks(index: Index, analysis: Analysis, facts: TableFacts): readonly Check[] {
  const pairs = analysis.pipelines.flatMap(({ id, stages }) =>
    stages.map((stage) => `(${sqlLiteral(id)}, ${sqlLiteral(stage.id)})`),
  )
  if (facts.pipeline === null || pairs.length === 0) return []
  const stage = sqlIdentifier(index.column)
  const violated = `(${facts.pipeline}, ${stage}) NOT IN (${pairs.join(', ')})`
  return [check(index.column, 'is a stage of another pipeline', violated)]
}

function check(column: string, problem: string, violated: string): Check {
  return { name: sqlLiteral(column), problem: sqlLiteral(problem), violated }
}
