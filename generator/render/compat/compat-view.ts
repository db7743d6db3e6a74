import { FIVETRAN_SCHEMA } from '../../model/fivetran-tables.ts'
import { sqlIdentifier, sqlTable } from '../text/escape-sql.ts'

/** A view in the shape of one of Fivetran's tables; its rows are those of all its queries. */
export interface CompatView {
  /** Unquoted, without the schema. */
  readonly name: string
  readonly queries: readonly CompatQuery[]
  /** The part before the first SELECT. */
  readonly with?: string | undefined
}

export interface CompatQuery {
  readonly columns: readonly CompatColumn[]
  /** Everything after the list of columns, from `FROM` on. */
  readonly from: string
  /** Between SELECT and the list of columns. */
  readonly distinct?: string | undefined
}

export interface CompatColumn {
  /** Unquoted. */
  readonly name: string
  /** SQL. */
  readonly value: string
}

/** A column under its own name or another one; names are unquoted. */
export function column(name: string, from = name, table?: string): CompatColumn {
  const value = sqlIdentifier(from)
  return { name, value: table === undefined ? value : `${table}.${value}` }
}

/** The statement without its semicolon, in the form that `hubgen migrate` reads. */
export function compatViewSql(view: CompatView): string {
  const name = sqlTable(FIVETRAN_SCHEMA, view.name)
  return `CREATE OR REPLACE VIEW ${name} AS\n${compatQuerySql(view)}`
}

/** The query of the view. */
export function compatQuerySql(view: CompatView): string {
  const queries = view.queries.map(querySql).join('\nUNION ALL\n')
  return view.with === undefined ? queries : `${view.with}\n${queries}`
}

function querySql({ columns, from, distinct }: CompatQuery): string {
  const listed = columns.map(({ name, value }) => {
    const quoted = sqlIdentifier(name)
    return `  ${value === quoted ? quoted : `${value} AS ${quoted}`}`
  })
  return `SELECT${distinct === undefined ? '' : ` ${distinct}`}\n${listed.join(',\n')}\n${from}`
}
