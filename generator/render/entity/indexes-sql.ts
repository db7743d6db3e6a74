import type { Analysis } from '../../model/analysis.ts'
import { companions } from '../../model/companions.ts'
import { planIndexes } from '../../model/indexes.ts'
import { schemaOf } from '../../model/schema-name.ts'
import { sqlComment, sqlIdentifier, sqlTable } from '../text/escape-sql.ts'
import { entityHeader, renderTemplate } from '../text/template.ts'

interface IndexView {
  readonly reason: string
  readonly name: string
  readonly table: string
  readonly method: string
  readonly column: string
  readonly predicate: string | null
}

interface IndexesView {
  readonly header: string
  readonly indexes: readonly IndexView[]
}

/** `indexes.sql`: every index of the entity's tables, each with its reason. */
export function renderIndexesSql(analysis: Analysis): string {
  const view: IndexesView = {
    header: entityHeader(analysis.entity),
    indexes: [
      ...planIndexes(analysis).map((index) => ({ table: analysis.table, ...index })),
      ...companions(analysis).flatMap(({ table, indexes }) =>
        indexes.map((index) => ({ table, method: 'btree', predicate: null, ...index })),
      ),
    ].map(({ table, reason, name, method, column, predicate }) => ({
      reason: sqlComment(reason),
      name: sqlIdentifier(name),
      table: sqlTable(schemaOf(analysis), table),
      method,
      column: sqlIdentifier(column),
      predicate,
    })),
  }
  return renderTemplate('indexes.sql', view)
}
