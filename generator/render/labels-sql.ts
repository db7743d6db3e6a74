import type { Analysis } from '../model/analysis.ts'
import { schemaOf } from '../model/schema-name.ts'
import { optionsByProperty } from './describe-labels.ts'
import { propertyLabel } from './describe-property.ts'
import { sqlIdentifier, sqlLiteral, sqlTable, storableText } from './escape-sql.ts'
import { entityHeader } from './header.ts'
import { renderTemplate } from './template.ts'

interface RowView {
  readonly values: string
  readonly separator: string
}

/** `labels.sql`: properties and options as rows, in the shape that Fivetran's users know. */
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
    object: sqlLiteral(analysis.table),
    properties: viewRows(propertyRows(analysis)),
    options: viewRows(optionRows(analysis)),
  })
}

function propertyRows(analysis: Analysis): readonly string[] {
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
    return [...texts.map(sqlLiteral), ...flags.map(String)].join(', ')
  })
}

/** Without those whose name is, as Postgres can store it, that of one before. */
function namedApart(properties: Analysis['properties']): Analysis['properties'] {
  const seen = new Set<string>()
  return properties.filter((property) => {
    const { size } = seen
    return seen.add(storableText(property.name)).size > size
  })
}

function optionRows(analysis: Analysis): readonly string[] {
  const properties = namedApart(analysis.properties)
  return optionsByProperty({ ...analysis, properties }).flatMap(({ property, options }) =>
    options.map(({ value, label, hidden }, order) =>
      [...[property.name, value, label].map(sqlLiteral), order, hidden === true].join(', '),
    ),
  )
}

function viewRows(rows: readonly string[]): readonly RowView[] {
  return rows.map((values, index) => ({ values, separator: index === rows.length - 1 ? '' : ',' }))
}
