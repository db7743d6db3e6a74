import type { PlannedMigration } from '../../runtime/postgres/schema/plan-migrate.ts'
import type { Analysis } from '../model/analysis.ts'
import { type Fit, predictFit, TABLE_COLUMNS } from '../model/fit.ts'
import { ROW_BYTES } from '../model/row-width.ts'
import { schemaOf } from '../model/schema-name.ts'
import { sqlTable } from '../render/text/escape-sql.ts'

/** The room that a migration leaves within Postgres's limits for one table. */
export interface TableFit {
  /** As SQL writes it. */
  readonly table: string
  /** Dropped columns count for the table's whole life. */
  readonly usedColumns: number
  readonly droppedColumns: number
  readonly addedColumns: number
  readonly columnLimit: number
  readonly indexes: number
  /** Of the widest expected row; null for a table without an analysis. */
  readonly rowBytes: number | null
  readonly rowLimit: number
}

/** Warns from this share on: HubSpot adds about a tenth per year. */
const NEAR = 0.9
/** Each index is written with each new row; Postgres has no limit. */
const MANY_INDEXES = 40

const createdTable = /^CREATE TABLE ((?:U&)?[^\s;(]+) \(/gm

/** For every table that the migration creates or changes, by name. */
export function fitOfMigration(
  { sql, tables }: PlannedMigration,
  analyses: readonly Analysis[],
): readonly TableFit[] {
  const foreseen = new Map(
    analyses.map((one) => [sqlTable(schemaOf(one), one.table), predictFit(one)]),
  )
  const limits = { columnLimit: TABLE_COLUMNS, rowLimit: ROW_BYTES }
  const known = new Set(tables.map(({ table }) => table))
  const made = [...sql.matchAll(createdTable)].flatMap(([, table = '']) => {
    const fit = foreseen.get(table)
    if (fit === undefined || known.has(table)) return []
    const { columns: addedColumns, rowBytes } = fit
    // Includes the index of the primary key.
    const indexes = fit.indexes + 1
    return { table, usedColumns: 0, droppedColumns: 0, addedColumns, indexes, rowBytes, ...limits }
  })
  const changed = tables.map(({ table, usedColumns, droppedColumns, addedColumns, indexes }) => {
    const { rowBytes = null } = foreseen.get(table) ?? {}
    return { table, usedColumns, droppedColumns, addedColumns, indexes, rowBytes, ...limits }
  })
  return [...made, ...changed]
}

/** `hubspot.deal: 230 of 1,600 columns used, 3 of them dropped, 2 to be added; 14 indexes; …`. */
export function describeTableFit(fit: TableFit): string {
  const { table, usedColumns, droppedColumns, addedColumns, columnLimit, indexes, rowBytes } = fit
  const dropped = droppedColumns === 0 ? '' : `, ${number(droppedColumns)} of them dropped`
  const added = addedColumns === 0 ? '' : `, ${number(addedColumns)} to be added`
  const columns = `${number(usedColumns)} of ${number(columnLimit)} columns used${dropped}${added}`
  const row =
    rowBytes === null
      ? ''
      : `; widest row about ${number(rowBytes)} of ${number(fit.rowLimit)} bytes`
  return `${table}: ${columns}; ${countOf(indexes)}${row}`
}

/** One line for an entity that is near a limit; null for any other. */
export function warnOfFit(entity: string, { columns, rowBytes, indexes }: Fit): string | null {
  const near = [
    ...(columns >= NEAR * TABLE_COLUMNS
      ? [`${number(columns)} of ${number(TABLE_COLUMNS)} columns`]
      : []),
    ...(rowBytes >= NEAR * ROW_BYTES
      ? [`the widest row takes about ${number(rowBytes)} of ${number(ROW_BYTES)} bytes`]
      : []),
    ...(indexes >= MANY_INDEXES ? [`${countOf(indexes)}, each written with every new row`] : []),
  ]
  return near.length === 0 ? null : `${entity} is near a limit: ${near.join('; ')}`
}

function countOf(indexes: number): string {
  return indexes === 1 ? '1 index' : `${number(indexes)} indexes`
}

function number(value: number): string {
  return value.toLocaleString('en-US')
}
