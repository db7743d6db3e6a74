import type { Analysis, ColumnType } from '../../model/analysis.ts'
import type { Companion } from '../../model/companion.ts'
import { companions } from '../../model/companions.ts'
import { compareText } from '../../model/compare-text.ts'
import { overflowProperties } from '../../model/overflow.ts'
import { schemaOf } from '../../model/schema-name.ts'
import { type TableColumn, tableColumns } from '../../model/table-columns.ts'
import { wrapText } from '../text/align-text.ts'
import { typescriptComment, typescriptKey, typescriptString } from '../text/escape-typescript.ts'
import { entityHeader, renderTemplate } from '../text/template.ts'
import { archivedBecause, groupLabel, optionsOverview, propertyLabel } from './describe-property.ts'
import { nameEntity, tableType } from './entity-names.ts'

interface ColumnView {
  readonly key: string
  readonly type: string
  readonly lines: readonly string[]
}

interface TableView {
  readonly header: string
  readonly imports: string
  readonly summary: string
  readonly table: string
  readonly columns: readonly ColumnView[]
  readonly overflowType: string | null
  readonly overflow: readonly ColumnView[]
  readonly companions: readonly {
    readonly summary: string
    readonly type: string
    readonly rowType: string
  }[]
}

/** Comments end at column 100: columns are indented by two, ` * ` takes three. */
const COMMENT_WIDTH = 95

/** The types of `hubgen/generated` by column type. */
export const COLUMN_TYPE_NAMES: Readonly<Record<ColumnType, string>> = {
  text: 'Text',
  numeric: 'Numeric',
  bigint: 'Bigint',
  boolean: 'Bool',
  date: 'CalendarDate',
  timestamptz: 'Timestamptz',
  jsonb: 'Jsonb',
}

/** `table.ts`: the row type for Kysely, column by column. */
export function renderTableModule(analysis: Analysis): string {
  const { pluralLabel, id } = analysis.objectType
  const columns = tableColumns(analysis)
  const overflow = overflowColumns(analysis)
  const companionTables = companions(analysis)
  const view: TableView = {
    header: entityHeader(analysis.entity),
    imports: importedTypes([...columns, ...overflow], companionTables).join(', '),
    summary: typescriptComment(
      `One row of \`${schemaOf(analysis)}.${analysis.table}\`: ${pluralLabel} (${id}).`,
    ),
    table: nameEntity(analysis).table,
    columns: columns.map((column) => viewColumn(analysis, column)),
    overflowType: overflow.length > 0 ? nameEntity(analysis).overflowType : null,
    overflow: overflow.map((column) => viewColumn(analysis, column)),
    companions: companionTables.map(({ table, comment, rowType }) => ({
      summary: typescriptComment(`One row of \`${schemaOf(analysis)}.${table}\`. ${comment}.`),
      type: tableType(table),
      rowType: describeRow(rowType),
    })),
  }
  return renderTemplate('table.ts', view)
}

function viewColumn(analysis: Analysis, tableColumn: TableColumn): ColumnView {
  return {
    key: typescriptKey(tableColumn.column.name),
    type: columnType(tableColumn),
    lines: documentColumn(analysis, tableColumn),
  }
}

/** In the form of columns. */
function overflowColumns(analysis: Analysis): readonly TableColumn[] {
  return overflowProperties(analysis).map((property) => ({ property, column: property.column }))
}

function columnType({ property, column }: TableColumn): string {
  const name = COLUMN_TYPE_NAMES[column.type]
  return property.archived ? `Archived<${name}>` : name
}

/** `AssociationColumns<'deal_id', 'contact_id'>`. */
function describeRow({ name, columns }: Companion['rowType']): string {
  return columns.length === 0 ? name : `${name}<${columns.map(typescriptString).join(', ')}>`
}

function importedTypes(
  columns: readonly TableColumn[],
  companionTables: readonly Companion[],
): readonly string[] {
  const names = new Set(['SystemColumns', ...companionTables.map(({ rowType }) => rowType.name)])
  for (const { property, column } of columns) {
    names.add(COLUMN_TYPE_NAMES[column.type])
    if (property.archived) names.add('Archived')
    if (column.overflow !== undefined) names.add('Overflow')
  }
  return [...names].sort(compareText)
}

function documentColumn(analysis: Analysis, { property, column }: TableColumn): readonly string[] {
  const options = optionsOverview(property)
  const paragraphs = [
    propertyLabel(property),
    property.description,
    property.group === '' ? '' : `Group: ${groupLabel(analysis, property.group)}.`,
    options === null ? '' : `Options: ${options}.`,
    column.reason,
    column.overflow ?? '',
  ]
  const lines = paragraphs
    .filter((paragraph) => paragraph.trim() !== '')
    .flatMap((paragraph) => wrapText(typescriptComment(paragraph), COMMENT_WIDTH))
  return [...lines, ...deprecation({ property, column })]
}

/** Our own tag, so it is not escaped as text from HubSpot is. */
function deprecation({ property, column }: TableColumn): readonly string[] {
  if (property.archived) {
    const because = archivedBecause(property)
    const reason = `${because.charAt(0).toUpperCase()}${because.slice(1)}`
    return [`@deprecated ${reason}: keeps its values, sync no longer writes it.`]
  }
  if (column === property.column) return []
  const successor = typescriptComment(
    `Use ${property.column.name}, which is ${property.column.type}.`,
  )
  return wrapText(`@deprecated ${successor}`, COMMENT_WIDTH)
}
