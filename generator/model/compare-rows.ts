import type { WantedTable } from './compare-table.ts'
import { collectDrift, type Drift } from './drift.ts'
import { words } from './wording.ts'

/** Facts about the rows of a database's tables, without their values. */
export interface FoundRows {
  /** Tables that were created again since a sync filled them: `hubspot.deal`. */
  readonly remade: readonly string[]
  /** Rows of a table that belong to another portal than the analysis. */
  readonly otherPortals: readonly { readonly portalId: string; readonly count: number }[]
}

/** Checks that the rows of a table come from syncs of this project. */
export function compareRows(
  entity: string | null,
  { schema, table }: Pick<WantedTable, 'schema' | 'table'>,
  { remade, otherPortals }: FoundRows,
): readonly Drift[] {
  const { add, found } = collectDrift(entity)
  const name = `${schema}.${table}`
  if (remade.includes(name)) {
    add(
      'table_remade',
      name,
      words`table ${name} was made again, or restored, since it was last synced → the next sync reads everything that belongs into it`,
    )
  }
  for (const { portalId, count } of otherPortals) {
    add(
      'rows_of_other_portal',
      name,
      words`table ${name} has ${String(count)} rows of portal ${portalId}, which is not that of the analysis → move them to a database of their own`,
      { before: portalId },
    )
  }
  return found
}
