import type { Analysis, AnalyzedProperty } from '../../model/analysis.ts'
import { dayColumns, portalZone } from '../../model/day-columns.ts'
import { labelledViewName, overflowInView } from '../../model/labels.ts'
import { OVERFLOW_COLUMN, overflowProperties } from '../../model/overflow.ts'
import { schemaOf } from '../../model/schema-name.ts'
import { tableColumns } from '../../model/table-columns.ts'
import { sqlIdentifier, sqlLiteral, sqlTable } from '../text/escape-sql.ts'
import { entityHeader, renderTemplate } from '../text/template.ts'
import { convertedText } from './converted-column.ts'
import { type LabelledColumn, labelledColumns } from './describe-labels.ts'
import { systemColumns } from './schema-sql.ts'

/** `labelled.sql`: the view of an entity's table with labels in place of values. */
export function renderLabelledSql(analysis: Analysis): string {
  const schema = schemaOf(analysis)
  const hasDays = dayColumns(analysis).length > 0
  const joins = [...labelMaps(analysis), ...(hasDays ? [portalJoin(analysis)] : [])]
  const columns = [
    ...systemColumns(analysis).map(({ name }) => `record.${sqlIdentifier(name)}`),
    ...propertyExpressions(analysis),
    ...restOfOverflow(analysis),
  ]
  return renderTemplate('labelled.sql', {
    header: entityHeader(analysis.entity),
    table: sqlTable(schema, analysis.table),
    view: sqlTable(schema, labelledViewName(analysis.table)),
    columns: columns.map((expression, index) => ({
      expression,
      separator: index === columns.length - 1 ? '' : ',',
    })),
    hasDays,
    tableEnd: joins.length === 0 ? ';' : '',
    joins: joins.map((join, index) => ({ ...join, end: index === joins.length - 1 ? ';' : '' })),
  })
}

/**
 * The columns of the table, then the keys of its overflow column with their types; day columns follow their
 * datetimes.
 */
function propertyExpressions(analysis: Analysis): readonly string[] {
  const days = new Map(dayColumns(analysis).map(({ property, name }) => [property.column, name]))
  const labelled = new Map(labelledColumns(analysis).map((one) => [one.property.column, one]))
  const express = ({ column }: Pick<AnalyzedProperty, 'column'>, plain: string, text: string) => {
    const name = sqlIdentifier(column.name)
    const labels = labelled.get(column)
    const value = labels === undefined ? plain : labelExpression(analysis, labels, text)
    const shown = value === `record.${name}` ? value : `${value} AS ${name}`
    const day = days.get(column)
    return day === undefined ? [shown] : [shown, `${dayOf(plain)} AS ${sqlIdentifier(day)}`]
  }
  return [
    ...tableColumns(analysis).flatMap((one) => {
      const value = `record.${sqlIdentifier(one.column.name)}`
      return express(one, value, one.column.type === 'text' ? value : `${value}::text`)
    }),
    ...overflowInView(analysis).flatMap((property) => {
      const { name, type } = property.column
      const text = `(record.${OVERFLOW_COLUMN} ->> ${sqlLiteral(name)})`
      return express(property, convertedText(text, type), text)
    }),
  ]
}

/**
 * Near the limits of timestamps, the shift by the zone would overflow, and one record would make every query
 * fail.
 */
function dayOf(instant: string): string {
  const day = (value: string) =>
    `CASE WHEN ${value} BETWEEN '4713-01-01 00:00+00 BC' AND '294275-12-31 00:00+00' THEN (${value} AT TIME ZONE portal.zone)::date END`
  // A conversion is long, and is written once.
  return instant.startsWith('record.')
    ? day(instant)
    : `(SELECT ${day('one.instant')} FROM (SELECT ${instant}) AS one (instant))`
}

/** A view is limited to as many columns as a table: keys that do not fit stay in the overflow column. */
function restOfOverflow(analysis: Analysis): readonly string[] {
  const isWhole = overflowInView(analysis).length === overflowProperties(analysis).length
  return isWhole ? [] : [`record.${OVERFLOW_COLUMN}`]
}

/**
 * The maps of labels are in the FROM clause (`labelMaps`): in the expression of a list, Postgres's planner
 * would count the cost of building a map for every row, and compile (`jit_above_cost`) queries that run for a
 * tenth of a second.
 */
function labelExpression(analysis: Analysis, labelled: LabelledColumn, value: string): string {
  const map = labelMap(analysis, labelled)
  const labelOf = (text: string) =>
    map === null ? text : `coalesce(${map.table}.${map.column} ->> ${text}, ${text})`
  if (!labelled.several) return labelOf(value)
  return `CASE WHEN ${value} IS NOT NULL THEN ARRAY(SELECT ${labelOf('part')} FROM unnest(string_to_array(${value}, ';')) AS part WHERE part <> '') END`
}

interface LabelMap {
  /** In the FROM clause. */
  readonly table: 'label' | 'name'
  readonly column: string
  readonly query: string
}

/** The labels of a column's values as one JSON object; null if the column has none. */
function labelMap(
  analysis: Analysis,
  { property, options, names }: LabelledColumn,
): LabelMap | null {
  const schema = schemaOf(analysis)
  if (names === 'owner') {
    const name = `nullif(btrim(concat_ws(' ', first_name, last_name)), '')`
    const query = `SELECT jsonb_object_agg(owner_id, coalesce(${name}, nullif(email, ''))) FROM ${sqlTable(schema, 'owner')}`
    return { table: 'name', column: 'owner', query }
  }
  if (names === 'team') {
    const query = `SELECT jsonb_object_agg(id, nullif(name, '')) FROM ${sqlTable(schema, 'team')}`
    return { table: 'name', column: 'team', query }
  }
  if (options.length === 0) return null
  const query = `SELECT jsonb_object_agg(value, label) FROM ${sqlTable(schema, 'property_option')} WHERE hubspot_object = ${sqlLiteral(analysis.table)} AND name = ${sqlLiteral(property.name)} AND label <> ''`
  return { table: 'label', column: sqlIdentifier(property.column.name), query }
}

/** The zone, once for all columns; `hubgen migrate` replaces a name that the server does not know. */
function portalJoin(analysis: Analysis): Join {
  return { name: 'portal', query: `SELECT ${sqlLiteral(portalZone(analysis) ?? '')}::text AS zone` }
}

/** A table of one row in the FROM clause. */
interface Join {
  readonly name: string
  readonly query: string
}

/**
 * One row of maps per table, built once per query. OFFSET 0 keeps the planner from moving a map back into the
 * expressions that use it; a map that a query does not read is not built.
 */
function labelMaps(analysis: Analysis): readonly Join[] {
  const maps = labelledColumns(analysis).flatMap((labelled) => labelMap(analysis, labelled) ?? [])
  return (['label', 'name'] as const).flatMap((name) => {
    const ofTable = maps.filter(({ table }) => table === name)
    const columns = new Set(ofTable.map(({ column, query }) => `    (${query}) AS ${column}`))
    return columns.size === 0
      ? []
      : [{ name, query: `\n  SELECT\n${[...columns].join(',\n')}\n  OFFSET 0\n` }]
  })
}
