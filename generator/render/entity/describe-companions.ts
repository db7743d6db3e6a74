import type { Analysis } from '../../model/analysis.ts'
import { companionsOf } from '../../model/companions.ts'
import { schemaOf } from '../../model/schema-name.ts'
import { sqlComment, sqlIdentifier, sqlTable } from '../text/escape-sql.ts'

/** The companion tables that the SQL for people uses; all escaped for SQL. */
export interface CompanionsFacts {
  readonly associations: readonly {
    /** `Links from deals to companies`, for a comment. */
    readonly title: string
    readonly table: string
    readonly from: string
    readonly to: string
    /** The other entity and its table, which may not exist. */
    readonly otherEntity: string
    readonly otherTable: string
  }[]
  readonly merges: {
    readonly table: string
    readonly survivor: string
    readonly merged: string
  } | null
}

export function describeCompanions(analysis: Analysis): CompanionsFacts {
  const schema = schemaOf(analysis)
  const [merges = null] = companionsOf(analysis, 'merges')
  return {
    associations: companionsOf(analysis, 'associations').map(({ table, syncFact, to }) => ({
      title: sqlComment(`Links from ${analysis.entity} to ${to.entity}`),
      table: sqlTable(schema, table),
      from: sqlIdentifier(syncFact.fromColumn),
      to: sqlIdentifier(syncFact.toColumn),
      otherEntity: to.entity,
      otherTable: sqlTable(schema, to.table),
    })),
    merges: merges && {
      table: sqlTable(schema, merges.table),
      survivor: sqlIdentifier(merges.syncFact.survivorColumn),
      merged: sqlIdentifier(merges.syncFact.mergedColumn),
    },
  }
}
