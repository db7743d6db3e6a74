import type { Analysis } from '../../model/analysis.ts'
import type { Companion } from '../../model/companion.ts'
import { companions } from '../../model/companions.ts'
import type { WantedColumn, WantedTable } from '../../model/compare-table.ts'
import { planIndexes } from '../../model/indexes.ts'
import { schemaOf } from '../../model/schema-name.ts'
import { type ColumnFacts, columnFacts, tableComment } from '../../render/entity/schema-sql.ts'
import { storableText } from '../../render/text/escape-sql.ts'

/** The table that `schema.sql` and `indexes.sql` create, in the form of a database's catalogue. */
export function wantedTable(analysis: Analysis): WantedTable {
  return {
    schema: schemaOf(analysis),
    table: analysis.table,
    comment: storableText(tableComment(analysis)),
    columns: columnFacts(analysis).map(wantedColumn),
    indexes: planIndexes(analysis).map(({ name, method, column, predicate }) => ({
      name,
      method,
      columns: [column],
      predicate,
    })),
  }
}

/** The same for the companion tables. */
export function wantedCompanions(analysis: Analysis): readonly WantedTable[] {
  return companions(analysis).map((table) => wantedCompanion(schemaOf(analysis), table))
}

function wantedCompanion(schema: string, { table, comment, ...facts }: Companion): WantedTable {
  return {
    schema,
    table,
    comment: storableText(comment),
    columns: facts.columns.map((column) => ({
      name: column.name,
      type: column.type === 'timestamptz' ? 'timestamp with time zone' : column.type,
      notNull: column.notNull,
      comment: storableText(column.comment),
    })),
    indexes: facts.indexes.map(({ name, column }) => ({
      name,
      method: 'btree',
      columns: [column],
      predicate: null,
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
