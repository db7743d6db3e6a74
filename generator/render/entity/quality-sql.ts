import type { Analysis } from '../../model/analysis.ts'
import { hasOwnColumn } from '../../model/overflow.ts'
import { schemaOf } from '../../model/schema-name.ts'
import { sqlComment, sqlIdentifier, sqlLiteral } from '../text/escape-sql.ts'
import { type Numbered, numberAll } from '../text/number-all.ts'
import { entityHeader, renderTemplate } from '../text/template.ts'
import { describeTable, propertyColumn, type TableFacts } from './describe-table.ts'
import { type IntegrityCheck, listIntegrityChecks } from './integrity-checks.ts'
import { type LinkCheck, listLinkChecks } from './link-checks.ts'
import { judgeRules, type RuleCheck } from './rule-checks.ts'

interface QualityView {
  readonly header: string
  readonly folder: string
  readonly entity: string
  readonly table: string
  readonly schemaName: string
  readonly tableName: string
  readonly modified: string
  readonly filled: readonly Numbered<FilledView>[]
  readonly duplicates: readonly DuplicateView[]
  readonly checks: readonly Numbered<IntegrityCheck>[]
  /** Null if there are none. */
  readonly rules: readonly Numbered<RuleCheck>[] | null
  readonly links: readonly LinkCheck[]
}

interface FilledView {
  readonly column: string
  /** Literal. */
  readonly name: string
}

interface DuplicateView extends FilledView {
  readonly title: string
  /** The expression by which records are compared. */
  readonly value: string
}

/**
 * `quality.sql`: completeness, duplicates, integrity, validation rules, links and merges, each with the result columns of
 * `hubgen check`; and statements for people in between.
 */
export function renderQualitySql(analysis: Analysis): string {
  const facts = describeTable(analysis)
  const view: QualityView = {
    header: entityHeader(analysis.entity),
    folder: analysis.entity,
    entity: facts.entity,
    table: facts.table,
    schemaName: sqlLiteral(schemaOf(analysis)),
    tableName: sqlLiteral(analysis.table),
    modified: facts.modified,
    filled: numberAll(
      completenessColumns(facts).map((name) => ({
        column: sqlIdentifier(name),
        name: sqlLiteral(name),
      })),
    ),
    duplicates: listDuplicates(analysis),
    checks: numberAll(listIntegrityChecks(analysis, facts)),
    rules: listRules(analysis),
    links: listLinkChecks(analysis),
  }
  return renderTemplate('quality.sql', view)
}

function listRules(analysis: Analysis): QualityView['rules'] {
  const checks = judgeRules(analysis).flatMap(({ check }) => check ?? [])
  return checks.length === 0 ? null : numberAll(checks)
}

/** The columns that nearly every record should have filled: indexed ones and references. */
function completenessColumns(facts: TableFacts): readonly string[] {
  return [
    ...new Set([
      ...facts.indexes
        .filter(({ kind }) => kind !== 'deleted' && kind !== 'synced')
        .map(({ column }) => column),
      ...facts.relationships.flatMap(({ kind, property }) =>
        kind === 'user' ? [] : property.column.name,
      ),
    ]),
  ]
}

/**
 * Object types whose records HubSpot distinguishes by the key property (email, domain) without declaring it
 * unique.
 */
const UNIQUE_BY_KEY: ReadonlySet<string> = new Set(['0-1', '0-2'])

/** Properties that should be unique. Names and subjects of records often repeat. */
function listDuplicates(analysis: Analysis): readonly DuplicateView[] {
  return analysis.properties
    .filter(hasOwnColumn)
    .filter(
      ({ name, unique }) =>
        unique || (name === analysis.keyProperty && UNIQUE_BY_KEY.has(analysis.objectType.id)),
    )
    .map((property) => {
      const column = propertyColumn(property)
      const text = property.column.type === 'text'
      const sharing = text
        ? 'live records that share a value, ignoring letter case and surrounding spaces'
        : 'live records that share a value'
      return {
        title: sqlComment(`Duplicates in ${property.column.name}: ${sharing}.`),
        name: sqlLiteral(property.column.name),
        column,
        value: text ? `lower(btrim(${column}, E' \\t\\r\\n'))` : column,
      }
    })
}
