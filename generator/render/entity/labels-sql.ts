import type { Analysis } from '../../model/analysis.ts'
import type { LabelRows } from '../../model/compare-labels.ts'
import { schemaOf } from '../../model/schema-name.ts'
import { sqlIdentifier, sqlLiteral, sqlTable, storableText } from '../text/escape-sql.ts'
import { entityHeader, renderTemplate } from '../text/template.ts'
import { optionsByProperty } from './describe-labels.ts'
import { propertyLabel } from './describe-property.ts'

interface RowView {
  readonly values: string
  readonly separator: string
}

/** `labels.sql`: properties and options as rows, in the same shape as Fivetran's. */
export function renderLabelsSql(analysis: Analysis): string {
  const schema = schemaOf(analysis)
  return renderTemplate('labels.sql', {
    header: entityHeader(analysis.entity),
    schema: sqlIdentifier(schema),
    table: sqlTable(schema, analysis.table),
    propertyTable: sqlTable(schema, 'property'),
    optionTable: sqlTable(schema, 'property_option'),
    ownerTable: sqlTable(schema, 'owner'),
    teamTable: sqlTable(schema, 'team'),
    ownerTeamTable: sqlTable(schema, 'owner_team'),
    usersTable: sqlTable(schema, 'users'),
    roleTable: sqlTable(schema, 'role'),
    teamUserTable: sqlTable(schema, 'team_user'),
    object: sqlLiteral(analysis.table),
    properties: viewRows(propertyRows(analysis)),
    options: viewRows(optionRows(analysis)),
  })
}

type LabelValue = string | number | boolean | null

/** The columns of `property` that drift compares; the others follow from definitions that did not change. */
const comparedColumns = 10

/**
 * The rows that the label tables should have for an entity, with values in the order of the table's columns.
 */
export function wantedLabels(analysis: Analysis): LabelRows {
  const byKey = (rows: readonly (readonly LabelValue[])[], keys: number) =>
    new Map(rows.map((row) => [JSON.stringify(row.slice(0, keys)), JSON.stringify(row)]))
  const properties = propertyRows(analysis).map((row) => row.slice(0, comparedColumns))
  return { properties: byKey(properties, 1), options: byKey(optionRows(analysis), 2) }
}

function propertyRows(analysis: Analysis): readonly (readonly LabelValue[])[] {
  return namedApart(analysis.properties).map((property) => {
    const { column, type, fieldType, group, description } = property
    const texts = [
      property.name,
      column.name,
      propertyLabel(property),
      type,
      fieldType,
      group,
      description,
    ]
    const flags = [property.calculated, property.hubspotDefined, property.archived]
    const times = [instantOf(property.createdAt), instantOf(property.updatedAt)]
    return [...texts.map(storableText), ...flags, property.showCurrencySymbol === true, ...times]
  })
}

const isoInstant =
  /^(?!0000)(\d{4})-(0[1-9]|1[0-2])-(\d\d)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?Z$/
const dayMs = 86_400_000

/** Null for text that Postgres would refuse, such as 30 February. */
function instantOf(time = ''): string | null {
  const [, year, month, day] = (isoInstant.exec(time) ?? []).map(Number)
  if (year === undefined || month === undefined || day === undefined) return null
  const days = (Date.UTC(year, month, 1) - Date.UTC(year, month - 1, 1)) / dayMs
  return day >= 1 && day <= days ? time : null
}

/** Skips properties whose names become equal to an earlier one when Postgres stores them. */
function namedApart(properties: Analysis['properties']): Analysis['properties'] {
  const seen = new Set<string>()
  return properties.filter((property) => {
    const { size } = seen
    return seen.add(storableText(property.name)).size > size
  })
}

function optionRows(analysis: Analysis): readonly (readonly LabelValue[])[] {
  const properties = namedApart(analysis.properties)
  return optionsByProperty({ ...analysis, properties }).flatMap(({ property, options }) =>
    options.map(({ value, label, hidden }, order) => [
      ...[property.name, value, label].map(storableText),
      order,
      hidden === true,
    ]),
  )
}

function viewRows(rows: readonly (readonly LabelValue[])[]): readonly RowView[] {
  const literal = (value: LabelValue) =>
    typeof value === 'string' ? sqlLiteral(value) : String(value ?? 'NULL')
  return rows.map((values, index) => ({
    values: values.map(literal).join(', '),
    separator: index === rows.length - 1 ? '' : ',',
  }))
}
