import type { Analysis } from '../model/analysis.ts'
import { planIndexes } from '../model/indexes.ts'
import { schemaOf } from '../model/schema-name.ts'
import { sqlComment, sqlIdentifier, sqlTable } from './escape-sql.ts'
import { entityHeader } from './header.ts'
import { renderTemplate } from './template.ts'

interface IndexView {
  readonly reason: string
  readonly name: string
  readonly method: string
  readonly column: string
}

interface IndexesView {
  readonly header: string
  readonly table: string
  readonly indexes: readonly IndexView[]
}

/** `indexes.sql`: every index of the entity's table under the reason for it. */
export function renderIndexesSql(analysis: Analysis): string {
  const view: IndexesView = {
    header: entityHeader(analysis.entity),
    table: sqlTable(schemaOf(analysis), analysis.table),
    indexes: planIndexes(analysis).map((index) => ({
      reason: sqlComment(index.reason),
      name: sqlIdentifier(index.name),
      method: index.method,
      column: sqlIdentifier(index.column),
    })),
  }
  return renderTemplate('indexes.sql', view)
}
