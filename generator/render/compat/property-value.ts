import type { Analysis, AnalyzedProperty, ColumnType } from '../../model/analysis.ts'
import { hasOwnColumn, OVERFLOW_COLUMN } from '../../model/overflow.ts'
import { convertedColumn, convertedText, convertedValue } from '../entity/converted-column.ts'
import { sqlLiteral } from '../text/escape-sql.ts'

/** Fivetran's package joins by these properties, and Postgres does not join text with numbers. */
const JOINED: ReadonlyMap<string, ColumnType> = new Map([
  ['hubspot_owner_id', 'bigint'],
  ['hubspot_team_id', 'bigint'],
  ['pipeline', 'text'],
  ['dealstage', 'text'],
  ['hs_pipeline', 'text'],
  ['hs_pipeline_stage', 'text'],
])

/**
 * The value of a property as SQL over its entity's table, in its current type: of its columns of earlier
 * types, too, and of the overflow column.
 */
export function propertyValue(property: AnalyzedProperty): string {
  return valueAs(property, JOINED.get(property.name) ?? property.column.type)
}

/** The same of a property by its name; NULL of that type if the entity does not have the property. */
export function valueByName(
  { properties }: Pick<Analysis, 'properties'>,
  name: string,
  type: ColumnType,
): string {
  const property = properties.find((one) => one.name === name)
  return property === undefined ? `NULL::${type}` : valueAs(property, type)
}

function valueAs(property: AnalyzedProperty, type: ColumnType): string {
  const { column, earlierColumns = [] } = property
  if (!hasOwnColumn(property)) {
    return convertedText(`(${OVERFLOW_COLUMN} ->> ${sqlLiteral(column.name)})`, type)
  }
  return convertedValue(convertedColumn(column, earlierColumns), column.type, type)
}
