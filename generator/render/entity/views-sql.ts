import type { Analysis } from '../../model/analysis.ts'
import { hasOwnColumn } from '../../model/overflow.ts'
import { firstColumnName } from '../../model/retype-column.ts'
import { schemaOf } from '../../model/schema-name.ts'
import { sqlComment, sqlIdentifier, sqlTable } from '../text/escape-sql.ts'
import { entityHeader, renderTemplate } from '../text/template.ts'
import { convertedColumn } from './converted-column.ts'
import { propertyLabel } from './describe-property.ts'
import { systemColumns } from './schema-sql.ts'

/**
 * `views.sql`: for an entity with properties whose type was changed, every property once, with its first name
 * and its current type. Null for any other entity.
 */
export function renderViewsSql(analysis: Analysis): string | null {
  const retyped = analysis.properties.filter(({ earlierColumns }) => earlierColumns !== undefined)
  if (retyped.length === 0) return null
  const columns = [
    ...systemColumns(analysis).map(({ name }) => name),
    ...analysis.properties.filter(hasOwnColumn).map((property) => {
      const { column, earlierColumns = [] } = property
      const value = convertedColumn(column, earlierColumns)
      const name = sqlIdentifier(firstColumnName(property))
      return value === name ? name : `${value} AS ${name}`
    }),
  ]
  return renderTemplate('views.sql', {
    header: entityHeader(analysis.entity),
    view: sqlTable(schemaOf(analysis), `${analysis.table}_current`),
    table: sqlTable(schemaOf(analysis), analysis.table),
    comment: sqlComment(
      `Every property once, in the type that it has now: ${retyped.map(propertyLabel).join(', ')}`,
    ),
    columns: columns.map((column, position) => ({
      column,
      separator: position === columns.length - 1 ? '' : ',',
    })),
  })
}
