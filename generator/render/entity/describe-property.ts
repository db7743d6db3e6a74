import type { Analysis, AnalyzedProperty } from '../../model/analysis.ts'
import type { TableColumn } from '../../model/table-columns.ts'

const OPTIONS_SHOWN = 8

/** The label of a property's group; HubSpot sometimes names groups that it does not list. */
export function groupLabel(analysis: Analysis, name: string): string {
  return analysis.groups.find((group) => group.name === name)?.label || name
}

/** The property's label; its name if HubSpot has no label. */
export function propertyLabel(property: AnalyzedProperty): string {
  return property.label.trim() === '' ? property.name : property.label
}

/** The reason why a property is no longer synced. */
/** Why a property is no longer synced. */
export function archivedBecause(property: AnalyzedProperty): string {
  if (property.excluded === true) return 'left out by hubgen.config.ts'
  return property.purged === true ? 'deleted in HubSpot' : 'archived in HubSpot'
}

/**
 * One line for the database: label, description, group. Not escaped.
 * @internal Exported for tests.
 */
export function columnComment(analysis: Analysis, property: AnalyzedProperty): string {
  const description = property.description === '' ? '' : `: ${property.description}`
  const archived = property.archived
    ? ` (deprecated: ${archivedBecause(property)}, no longer synced)`
    : ''
  const group = property.group === '' ? '' : ` [${groupLabel(analysis, property.group)}]`
  return `${propertyLabel(property)}${description}${archived}${group}`
}

/** The same for one of several columns of a property; an earlier one names its successor. */
export function tableColumnComment(analysis: Analysis, { property, column }: TableColumn): string {
  const comment = columnComment(analysis, property)
  return column === property.column
    ? comment
    : `${comment} (as ${column.type}; ${property.column.name} has it as ${property.column.type})`
}

/** The first options in HubSpot's order, with their labels, and the number of the others; not escaped. */
export function optionsOverview(property: AnalyzedProperty): string | null {
  if (property.options.length === 0) return null
  const shown = property.options
    .slice(0, OPTIONS_SHOWN)
    .map(({ value, label }) => (label === value || label === '' ? value : `${value} (${label})`))
    .filter((option) => option !== '')
  const more = property.options.length - shown.length
  return shown.join(', ') + (more > 0 ? `, and ${more} more` : '')
}
