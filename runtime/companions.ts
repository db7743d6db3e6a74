import type { CompanionFact, CompanionFacts, CompanionKind, Entity } from './entity.ts'

/** The tables that the facts of each kind name. */
const TABLES: {
  readonly [Kind in CompanionKind]: (fact: CompanionFact<Kind>) => readonly Entity['table'][]
} = {
  associations: (associations) => associations.map(({ table }) => table),
  merges: ({ table }) => [table],
  history: ({ table }) => [table],
  pipelines: ({ table, stageTable }) => [table, stageTable],
}

/** Every kind of companion table, in the order in which a sync fills them. */
export const companionKinds: readonly CompanionKind[] = Object.keys(TABLES) as CompanionKind[]

/** Every companion table of an entity. */
export function companionTablesOf(entity: CompanionFacts): readonly Entity['table'][] {
  const tables = <Kind extends CompanionKind>(kind: Kind) => {
    const fact: CompanionFacts[Kind] = entity[kind]
    return fact === undefined ? [] : TABLES[kind](fact)
  }
  return companionKinds.flatMap((kind) => tables(kind))
}

/** Tables that all entities of a schema share and that syncs fill, by name. */
export const filledSharedTables = [
  'owner',
  'team',
  'owner_team',
  'users',
  'role',
  'team_user',
] as const

/** Tables that all entities of a schema share, by name; `labels.sql` creates them. */
export const sharedTables = ['property', 'property_option', ...filledSharedTables] as const
