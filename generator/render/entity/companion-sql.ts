import type { Companion, CompanionColumn } from '../../model/companion.ts'
import { sqlIdentifier, sqlLiteral, sqlTable } from '../text/escape-sql.ts'

/** A companion table, escaped for SQL. */
export interface CompanionSql {
  readonly table: string
  readonly comment: string
  readonly columns: readonly {
    readonly name: string
    readonly definition: string
    readonly comment: string
  }[]
  /** Columns of the primary key. */
  readonly key: string
}

export function companionSql(schema: string, { table, ...facts }: Companion): CompanionSql {
  return {
    table: sqlTable(schema, table),
    comment: sqlLiteral(facts.comment),
    columns: facts.columns.map((column) => ({
      name: sqlIdentifier(column.name),
      definition: define(column),
      comment: sqlLiteral(column.comment),
    })),
    key: facts.key.map(sqlIdentifier).join(', '),
  }
}

function define(column: CompanionColumn): string {
  const notNull = column.notNull ? ' NOT NULL' : ''
  return `${column.type}${notNull}${column.default === null ? '' : ` DEFAULT ${column.default}`}`
}
