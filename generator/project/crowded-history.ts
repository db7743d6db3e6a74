import { HubgenError } from '../../runtime/errors.ts'
import { readMigratedSchema } from '../../runtime/postgres/schema/migrated-schema.ts'
import { compareText } from '../model/compare-text.ts'
import { TABLE_COLUMNS } from '../model/fit.ts'
import { migratedEntity } from '../render/migrations/migration-sql.ts'

/** The columns that the migrations of a table use of those that it can have in its whole life. */
export interface CrowdedHistory {
  readonly entity: string
  /** As SQL writes it. */
  readonly table: string
  /** Including dropped ones. */
  readonly usedColumns: number
  readonly droppedColumns: number
}

/** Reported from this number on: a busy portal adds about a hundred per year. */
const CROWDED = 1_200

/** `files` by path inside the folder of generated files; only the migrations count. */
export function findCrowded(
  entities: readonly string[],
  files: ReadonlyMap<string, string>,
): readonly CrowdedHistory[] {
  const migrations = [...files]
    .filter(([path]) => path.startsWith('migrations/'))
    .toSorted(([left], [right]) => compareText(left, right))
  return entities.flatMap((entity) => {
    const own = migrations.flatMap(([, sql]) => (migratedEntity(sql) === entity ? [sql] : []))
    const { usedColumns: used, tables } = readMigratedSchema(own)
    return [...used].flatMap(([table, usedColumns]) => {
      const droppedColumns = usedColumns - (tables.get(table)?.size ?? 0)
      const isCrowded = usedColumns >= CROWDED && droppedColumns > 0
      return isCrowded ? [{ entity, table, usedColumns, droppedColumns }] : []
    })
  })
}

/** Fails with TABLE_FULL if the migrations would not fit into a new database. */
export function checkHistories(histories: readonly CrowdedHistory[], directory: string): void {
  const full = histories.find(({ usedColumns }) => usedColumns > TABLE_COLUMNS)
  if (full === undefined) return
  const { entity, table, usedColumns, droppedColumns } = full
  throw new HubgenError(
    'TABLE_FULL',
    `the migrations of \`${entity}\` add ${usedColumns} columns to \`${table}\`, of which ${droppedColumns} are dropped again; a table has ${TABLE_COLUMNS} in its whole life, so no new database can take them`,
    {
      at: directory,
      fix: `run \`hubgen squash ${entity}\`: it makes one file of that history, with the columns that are left; then run this again`,
    },
  )
}

/** One line for a table that may be full soon. */
export function warnOfHistory({
  entity,
  table,
  usedColumns,
  droppedColumns,
}: CrowdedHistory): string {
  return `the migrations use ${usedColumns} of the ${TABLE_COLUMNS} columns that ${table} has in its whole life, ${droppedColumns} of them dropped; \`hubgen squash ${entity}\` makes one file of them, without those`
}
