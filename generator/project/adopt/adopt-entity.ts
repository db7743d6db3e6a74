import { join } from 'node:path'
import { HubgenError } from '../../../runtime/errors.ts'
import { listForeign } from '../../../runtime/postgres/connection/check-ours.ts'
import type { Database } from '../../../runtime/postgres/connection/database.ts'
import { explainingErrors } from '../../../runtime/postgres/database-error.ts'
import { adoptTable } from '../../../runtime/postgres/schema/adopt-table.ts'
import { type ForeignRows, readForeignRows } from '../../../runtime/postgres/schema/foreign-rows.ts'
import {
  type ForeignTable,
  listTablesLike,
  readForeignTable,
  readTakenNames,
} from '../../../runtime/postgres/schema/foreign-table.ts'
import { listMade } from '../../../runtime/postgres/schema/migrate.ts'
import { readMigrations } from '../../../runtime/postgres/schema/read-migrations.ts'
import { readAnalysis } from '../../explore/analysis-folder.ts'
import type { Analysis } from '../../model/analysis.ts'
import type { WantedTable } from '../../model/compare-table.ts'
import { sqlIdentifier, sqlTable } from '../../render/text/escape-sql.ts'
import { wantedTable } from '../drift/wanted-table.ts'
import { type AdoptionPlan, adoptionSql, flagsOf } from './adoption-sql.ts'
import type { Obstacle } from './find-obstacles.ts'
import {
  type ForeignTables,
  listObstacles,
  planAdoption,
  SYNCED,
  wantedOthers,
} from './plan-adoption.ts'

/** The changes that would make the tables of an entity hubgen's, or the reasons why they are not safe. */
export interface Adoption {
  readonly entity: string
  /** As written in SQL. */
  readonly table: string
  /** Null if no table of others is in the place of one of hubgen's. */
  readonly plan: AdoptionPlan | null
  readonly obstacles: readonly Obstacle[]
  /** Null if the rows were not read, because the table itself is in question. */
  readonly rows: ForeignRows | null
  readonly statements: readonly string[]
}

/** Looks at the tables and changes nothing. Fails with TABLE_MISSING if there is nothing to adopt. */
export async function planEntityAdoption(
  database: Database,
  directory: string,
  entity: string,
): Promise<Adoption> {
  const { analysis, made } = await readProject(database, directory, entity)
  const wanted = wantedTable(analysis)
  const table = sqlTable(wanted.schema, wanted.table)
  const tables = await explainingErrors(database.label, () => readTables(database, analysis, made))
  if (tables.found === null && tables.others.size === 0) {
    throw await tableMissing(database, analysis, wanted)
  }
  if (!tables.isForeign && tables.others.size === 0) {
    return { entity, table, plan: null, obstacles: [], rows: null, statements: [] }
  }
  const rows = await readRows(database, analysis, tables)
  return decide(analysis, tables, made, rows)
}

/** Does what the adoption says, or nothing: fails with TABLE_NOT_ADOPTED if it is no longer safe. */
export async function adoptEntity(
  database: Database,
  directory: string,
  { entity, rows }: Adoption,
): Promise<void> {
  const { analysis, made } = await readProject(database, directory, entity)
  const wanted = wantedTable(analysis)
  const table = sqlTable(wanted.schema, wanted.table)
  const { found } = await explainingErrors(database.label, () =>
    readTables(database, analysis, made),
  )
  await adoptTable(database, found === null ? null : table, async (kysely) => {
    const tables = await readTables({ kysely }, analysis, made)
    const { obstacles, statements } = decide(analysis, tables, made, rows)
    if (obstacles.length > 0) throw notAdopted(table, obstacles)
    return statements
  })
}

/** The error that sums up why a table stays as it is. */
export function notAdopted(table: string, obstacles: readonly Obstacle[]): HubgenError {
  const [first] = obstacles
  const [reason, fix] =
    obstacles.length === 1 && first !== undefined
      ? [first.reason, first.fix]
      : [`${obstacles.length} obstacles`, 'follow each `fix:` above']
  return new HubgenError(
    'TABLE_NOT_ADOPTED',
    `\`${table}\` cannot be adopted safely: ${reason}; nothing was changed`,
    { fix: `${fix}; then run \`hubgen adopt\` again` },
  )
}

interface FoundTables extends Omit<ForeignTables, 'found'> {
  /** The table of the entity; others or hubgen made it. */
  readonly found: ForeignTable | null
  /** Whether others made it. */
  readonly isForeign: boolean
}

async function readProject(database: Database, directory: string, entity: string) {
  const analysis = await readAnalysis(join(directory, entity, 'analysis.json'))
  if (analysis === null) {
    throw new HubgenError('ANALYSIS_MISSING', `\`${entity}\` has no analysis`, {
      at: join(directory, entity),
      fix: `\`hubgen explore ${entity}\`, then \`hubgen generate ${entity}\``,
    })
  }
  return { analysis, made: await listMade(database, await readMigrations(directory)) }
}

async function readTables(
  executor: Pick<Database, 'kysely'>,
  analysis: Analysis,
  made: ReadonlySet<string>,
): Promise<FoundTables> {
  const { schema, table } = wantedTable(analysis)
  const own = sqlTable(schema, table)
  const tables = wantedOthers(analysis).map((other) => other.table)
  const names = [own, ...tables.map((name) => sqlTable(schema, name))]
  const foreign = new Set(await listForeign(executor, names, made))
  const others = new Map<string, ForeignTable>()
  for (const name of tables) {
    if (!foreign.has(sqlTable(schema, name))) continue
    const other = await readForeignTable(executor.kysely, schema, name)
    if (other !== null) others.set(name, other)
  }
  return {
    found: await readForeignTable(executor.kysely, schema, table),
    isForeign: foreign.has(own),
    others,
    names: await readTakenNames(executor.kysely, schema),
  }
}

function decide(
  analysis: Analysis,
  { found, isForeign, others, names }: FoundTables,
  made: ReadonlySet<string>,
  rows: ForeignRows | null,
): Adoption {
  const tables = { found: isForeign ? found : null, others, names }
  const plan = planAdoption(analysis, tables, { inFuture: rows?.inFuture ?? 0 })
  const { schema, table: name } = plan.wanted
  const table = sqlTable(schema, name)
  const replaced = [
    ...(isForeign ? [table] : []),
    ...[...others.keys()].map((other) => sqlTable(schema, other)),
  ].filter((one) => made.has(one))
  const obstacles = [
    ...replaced.map(afterMigration),
    ...listObstacles(analysis, plan, tables, rows),
  ]
  const statements = obstacles.length > 0 ? [] : adoptionSql(plan)
  return { entity: analysis.entity, table, plan, obstacles, rows, statements }
}

/** A migration that has run does not run again, so the table would lack its columns and indexes. */
function afterMigration(table: string): Obstacle {
  return {
    reason: `\`hubgen migrate\` has made ${table} here, and this is another table`,
    fix: `\`ALTER TABLE ${table} RENAME TO …\`, and create hubgen's again with schema.sql and indexes.sql (of shared tables labels.sql)`,
  }
}

/** Null if the table cannot be adopted whatever its rows are. */
async function readRows(
  database: Database,
  analysis: Analysis,
  { found, isForeign, others, names }: FoundTables,
): Promise<ForeignRows | null> {
  if (found === null || !isForeign || found.kind !== 'r' || !found.isOwned) return null
  const { wanted, match } = planAdoption(analysis, { found, others, names }, { inFuture: 0 })
  const live = (column: string) => match?.matched.find((one) => one.wanted.name === column)
  const key = live('id')?.live.name
  if (key === undefined || match === null) return null
  const synced = live(SYNCED)
  const portal = live('portal_id')
  return readForeignRows(database, {
    schema: wanted.schema,
    table: wanted.table,
    key,
    sameAsKey: found.columns
      .map(({ name }) => name)
      .filter((name) => name !== key && objectIds.has(name.toLowerCase())),
    portal:
      portal === undefined || analysis.portal === null
        ? null
        : { column: portal.live.name, id: analysis.portal.id },
    synced: synced === undefined || synced.fate.kind === 'replaced' ? null : SYNCED,
    flags: flagsOf(match).map(({ from }) => from),
  })
}

const objectIds: ReadonlySet<string> = new Set(['hs_object_id', 'property_hs_object_id'])

async function tableMissing(
  database: Database,
  { entity, table }: Analysis,
  { schema }: WantedTable,
): Promise<HubgenError> {
  const own = sqlTable(schema, table)
  const names = [...new Set([table, entity])].map((name) => name.toLowerCase())
  const like = await explainingErrors(database.label, () => listTablesLike(database.kysely, names))
  const [near] = like
  const others = like.map((one) => `\`${sqlTable(one.schema, one.table)}\``).join(', ')
  return new HubgenError('TABLE_MISSING', `there is no table \`${own}\` to adopt`, {
    at: database.description,
    fix:
      near === undefined
        ? '`hubgen migrate` creates it'
        : `\`hubgen migrate\` creates it; to adopt ${others}, rename it: ${renameSql(near, { schema, table })}`,
  })
}

interface NamedTable {
  readonly schema: string
  readonly table: string
}

function renameSql(from: NamedTable, to: NamedTable): string {
  const moved = { schema: to.schema, table: from.table }
  const move =
    from.schema === to.schema
      ? []
      : [`ALTER TABLE ${sqlTable(from.schema, from.table)} SET SCHEMA ${sqlIdentifier(to.schema)}`]
  const rename =
    from.table === to.table
      ? []
      : [`ALTER TABLE ${sqlTable(moved.schema, moved.table)} RENAME TO ${sqlIdentifier(to.table)}`]
  return `\`${[...move, ...rename].join('; ')}\``
}
