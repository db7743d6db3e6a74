import type { Analysis } from '../../model/analysis.ts'
import { companionsOf } from '../../model/companions.ts'
import { dayColumns } from '../../model/day-columns.ts'
import { findForeignAssociations } from '../../model/linked-entities.ts'
import { hasOwnColumn } from '../../model/overflow.ts'
import { findRelationships } from '../../model/relationships.ts'
import { schemaOf } from '../../model/schema-name.ts'
import { calculatedColumns } from '../../model/table-columns.ts'
import { propertyLabel } from '../entity/describe-property.ts'
import { markdownCode, markdownText } from '../text/escape-markdown.ts'
import { sqlTable } from '../text/escape-sql.ts'

/** The facts about an entity's copy that decide which sentences the setup document has. */
export interface CopyView {
  readonly mergeTable: string | null
  readonly historyTable: string | null
  readonly hasLinks: boolean
  /** `3 properties`; null if there is none. */
  readonly calculatedCount: string | null
  readonly stamps: readonly { readonly column: string; readonly meaning: string }[]
  /** Other entities, as words in a sentence; null if there is none. */
  readonly neighbours: string | null
}

/** More are in the table of associations. */
const NAMED_NEIGHBOURS = 6

export function viewCopy(analysis: Analysis): CopyView {
  const schema = schemaOf(analysis)
  const [merges] = companionsOf(analysis, 'merges')
  const [history] = companionsOf(analysis, 'history')
  const calculated = calculatedColumns(analysis).length
  const links = companionsOf(analysis, 'associations')
  return {
    mergeTable: merges === undefined ? null : sqlTable(schema, merges.table),
    historyTable: history === undefined ? null : sqlTable(schema, history.table),
    hasLinks: links.length > 0,
    calculatedCount:
      calculated === 0 ? null : `${calculated} ${calculated === 1 ? 'column' : 'columns'}`,
    stamps: listStamps(analysis),
    neighbours: nameNeighbours(analysis),
  }
}

/** The columns with times that people ask for: creation, the modified stamp, and those that are read as days. */
function listStamps(analysis: Analysis): CopyView['stamps'] {
  const { createdProperty, modifiedProperty } = analysis
  const times = analysis.properties.filter(
    (property) => hasOwnColumn(property) && property.column.type === 'timestamptz',
  )
  const days = new Set(dayColumns(analysis).map(({ property }) => property))
  const meaningOf = (name: string) => {
    if (name === createdProperty) return 'when HubSpot created the record'
    return name === modifiedProperty ? 'the modified stamp, by which sync finds changes' : null
  }
  return times.flatMap((property) => {
    const meaning = meaningOf(property.name)
    if (meaning === null && !days.has(property)) return []
    return {
      column: markdownCode(property.column.name),
      meaning: meaning ?? markdownText(propertyLabel(property)),
    }
  })
}

function nameNeighbours(analysis: Analysis): string | null {
  const entities = [
    ...companionsOf(analysis, 'associations').map(({ to }) => to.entity),
    ...findForeignAssociations(analysis).map(({ owner }) => owner.entity),
    ...findRelationships(analysis).flatMap(({ target }) => target?.entity ?? []),
  ].filter((entity) => entity !== analysis.entity)
  const names = [...new Set(entities)]
  if (names.length === 0) return null
  const more = names.length - NAMED_NEIGHBOURS
  const shown = names.slice(0, NAMED_NEIGHBOURS).map(markdownCode).join(', ')
  return more > 0 ? `${shown}, and ${more} more` : shown
}
