import type { Analysis } from '../../model/analysis.ts'
import { dayColumns } from '../../model/day-columns.ts'
import { labelledViewName, overflowInView } from '../../model/labels.ts'
import { OVERFLOW_COLUMN, overflowProperties } from '../../model/overflow.ts'
import { schemaOf } from '../../model/schema-name.ts'
import { typescriptComment, typescriptString } from '../text/escape-typescript.ts'
import { entityHeader, renderTemplate } from '../text/template.ts'
import { labelledColumns } from './describe-labels.ts'
import { type EntityNames, nameEntity } from './entity-names.ts'

/** `labelled.ts`: the row type of the labelled view. */
export function renderLabelledModule(analysis: Analysis): string {
  const names = nameEntity(analysis)
  const shown = new Set(overflowInView(analysis))
  const overflow = overflowProperties(analysis)
  const hidden = overflow.filter((property) => !shown.has(property))
  const lists = labelledColumns(analysis).filter(
    ({ property, several }) => several && !hidden.includes(property),
  )
  const days = dayColumns(analysis).map(({ name }) => typescriptString(name))
  return renderTemplate('labelled.ts', {
    runtime: days.length === 0 ? 'Labelled' : 'Labelled, PortalDays',
    header: entityHeader(analysis.entity),
    view: typescriptComment(`${schemaOf(analysis)}.${labelledViewName(analysis.table)}`),
    imports: overflow.length === 0 ? names.table : `${names.overflowType}, ${names.table}`,
    labelled: names.labelled,
    row: rowType(names, { overflow: overflow.length, hidden: hidden.length }),
    hidden: hidden.map(({ column }) => typescriptString(column.name)),
    lists: lists.map(({ property }) => typescriptString(property.column.name)),
    days,
  })
}

/** The table's row type, with the keys of its overflow column that the view has. */
function rowType(
  { table, overflowType }: EntityNames,
  count: { readonly overflow: number; readonly hidden: number },
): string {
  if (count.overflow === 0) return table
  if (count.hidden > 0) return `${table} & Omit<${overflowType}, Hidden>`
  return `Omit<${table}, ${typescriptString(OVERFLOW_COLUMN)}> & ${overflowType}`
}
