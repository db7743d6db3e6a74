import type { Analysis } from '../model/analysis.ts'
import type { WantedColumn, WantedTable } from '../model/compare-table.ts'
import { planIndexes } from '../model/indexes.ts'
import { schemaOf } from '../model/schema-name.ts'
import { storableText } from './escape-sql.ts'
import { type ColumnFacts, columnFacts, tableComment } from './schema-sql.ts'

/** The table that `schema.sql` and `indexes.sql` make, as the catalogue of a database would show it. */
export function wantedTable(analysis: Analysis): WantedTable {
  return {
    schema: schemaOf(analysis),
    table: analysis.table,
    comment: storableText(tableComment(analysis)),
    columns: columnFacts(analysis).map(wantedColumn),
    indexes: planIndexes(analysis).map(({ name, method, column }) => ({
      name,
      method,
      columns: [column],
    })),
  }
}

function wantedColumn({ name, definition, comment }: ColumnFacts): WantedColumn {
  const [type = ''] = definition.split(' ')
  return {
    name,
    type: type === 'timestamptz' ? 'timestamp with time zone' : type,
    notNull: /\b(NOT NULL|PRIMARY KEY)\b/.test(definition),
    comment: storableText(comment),
  }
}
