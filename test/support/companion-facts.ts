import type { Analysis } from '../../generator/model/analysis.ts'
import { calculatedColumns, findCompanions } from '../../generator/model/companion-tables.ts'
import { schemaOf } from '../../generator/model/schema-name.ts'
import type { AssociationTable, Entity, HistoryTable } from '../../runtime/entity.ts'

/** What the generated `sync.ts` states of the tables beside it and of calculated columns, made without importing it. */
export function companionFacts(
  analysis: Analysis,
): Required<Pick<Entity, 'associations' | 'calculated'>> & Pick<Entity, 'history'> {
  const companions = findCompanions(analysis)
  const associations = companions.associations.map(
    ({ table, to, fromColumn, toColumn }): AssociationTable => ({
      table: `${schemaOf(analysis)}.${table}`,
      toObjectType: to.objectType,
      fromColumn,
      toColumn,
    }),
  )
  const history: HistoryTable | null = companions.history && {
    ...companions.history,
    table: `${schemaOf(analysis)}.${companions.history.table}`,
  }
  return { associations, calculated: calculatedColumns(analysis), ...(history && { history }) }
}

/** One of the tables of links, by its name without the schema. */
export function associationNamed(analysis: Analysis, name: string): AssociationTable {
  const found = companionFacts(analysis).associations.find(({ table }) =>
    table.endsWith(`.${name}`),
  )
  if (found === undefined) throw new Error(`no table of links is called \`${name}\``)
  return found
}
