import type { Analysis } from '../../generator/model/analysis.ts'
import type { SyncFact } from '../../generator/model/companion.ts'
import type { CompanionKind } from '../../generator/model/companion-names.ts'
import { companionsOf } from '../../generator/model/companions.ts'
import { calculatedColumns } from '../../generator/model/table-columns.ts'
import type { AssociationTable, CompanionFacts, Entity } from '../../runtime/entity.ts'

/**
 * The facts about links, histories and calculated columns in the generated `entity.ts`, made without
 * importing it.
 */
export function companionFacts(analysis: Analysis): Pick<Entity, 'history'> & {
  readonly associations: readonly AssociationTable[]
  readonly calculated: readonly string[]
} {
  const { associations, history } = allCompanionFacts(analysis)
  return {
    associations: associations ?? [],
    calculated: calculatedColumns(analysis),
    ...(history && { history }),
  }
}

/** Its facts about companion tables of every kind. */
function allCompanionFacts(analysis: Analysis): {
  readonly [Kind in keyof CompanionFacts]-?: CompanionFacts[Kind] | undefined
} {
  const one = <Kind extends CompanionKind>(kind: Kind): SyncFact<Kind> | undefined =>
    companionsOf(analysis, kind)[0]?.syncFact
  return {
    associations: companionsOf(analysis, 'associations').map(({ syncFact }) => syncFact),
    merges: one('merges'),
    pipelines: one('pipelines'),
    history: one('history'),
  }
}

/** One of the tables of links, by its name without the schema. */
export function associationNamed(analysis: Analysis, name: string): AssociationTable {
  const found = companionFacts(analysis).associations.find(({ table }) =>
    table.endsWith(`.${name}`),
  )
  if (found === undefined) throw new Error(`no table of links is called \`${name}\``)
  return found
}
