import type { Analysis } from '../../generator/model/analysis.ts'
import { calculatedColumns, findCompanions } from '../../generator/model/companion-tables.ts'
import { schemaOf } from '../../generator/model/schema-name.ts'
import type { AssociationTable, Entity } from '../../runtime/entity.ts'

/** What the generated `sync.ts` states of links and calculated columns, made without importing it. */
export function companionFacts(
  analysis: Analysis,
): Required<Pick<Entity, 'associations' | 'calculated'>> {
  const associations = findCompanions(analysis).associations.map(
    ({ table, to, fromColumn, toColumn }): AssociationTable => ({
      table: `${schemaOf(analysis)}.${table}`,
      toObjectType: to.objectType,
      fromColumn,
      toColumn,
    }),
  )
  return { associations, calculated: calculatedColumns(analysis) }
}

/** One of the tables of links, by its name without the schema. */
export function associationNamed(analysis: Analysis, name: string): AssociationTable {
  const found = companionFacts(analysis).associations.find(({ table }) =>
    table.endsWith(`.${name}`),
  )
  if (found === undefined) throw new Error(`no table of links is called \`${name}\``)
  return found
}
