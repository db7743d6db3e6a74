import { type Kysely, sql, type Transaction } from 'kysely'
import { HubgenError } from '../../errors.ts'
import { liftBounds } from '../connection/bounded-dialect.ts'
import type { Database } from '../connection/database.ts'
import { withoutExistingSchemas } from '../connection/existing-schemas.ts'
import { transact } from '../connection/transact.ts'
import type { HubgenTables } from '../hubgen-tables.ts'
import type { ColumnClash, FittedFile } from './fit-file.ts'
import { explainMigrationError } from './migration-error.ts'
import {
  checksumOf,
  type MigrationFile,
  type MigrationStatement,
  runsAlone,
  statementsOf,
} from './migration-file.ts'
import { parkViews } from './park-views.ts'
import { type LockPatience, lockWait, retryLocks } from './retry-locks.ts'

const createIndex =
  /^CREATE (?:UNIQUE )?INDEX CONCURRENTLY IF NOT EXISTS ((?:U&)?"(?:[^"]|"")+"|\w+) ON (?:ONLY )?(\S+)/

/**
 * Applies one file and records it: in one transaction, or statement by statement if the file requires that.
 * A file of the second kind may have failed half-way earlier, so all its statements run again.
 */
export async function applyMigration(
  database: Database,
  fitted: FittedFile,
  patience?: LockPatience,
): Promise<void> {
  if (runsAlone(fitted.file)) await applyAlone(database, fitted)
  else await applyTogether(database, fitted, patience)
}

async function applyTogether(
  database: Database,
  { file, sql: text, clashes, losing }: FittedFile,
  patience: LockPatience | undefined,
): Promise<void> {
  const apply = () =>
    transact(database).execute(async (transaction) => {
      // Migrating a large table has no time limit.
      await liftBounds(transaction)
      // For files that do not set it.
      await sql`SET LOCAL lock_timeout = ${sql.lit(lockWait)}`.execute(transaction)
      await checkClashes(transaction, clashes, file)
      await parkViews(transaction, losing)
      await sql.raw(await withoutExistingSchemas(transaction, text)).execute(transaction)
      await transaction
        .insertInto('hubgen.migration')
        .values({ name: file.name, checksum: checksumOf(file) })
        .execute()
    })
  try {
    await retryLocks(apply, patience)
  } catch (error) {
    throw explainMigrationError(error, database, file, undefined) ?? error
  }
}

async function applyAlone(database: Database, { file, sql: text }: FittedFile): Promise<void> {
  for (const statement of statementsOf({ sql: text })) {
    try {
      await dropInvalidIndex(database, file, statement)
      await database.runAlone(statement.sql)
    } catch (error) {
      throw explainMigrationError(error, database, file, statement.line) ?? error
    }
  }
  await database.kysely
    .insertInto('hubgen.migration')
    .values({ name: file.name, checksum: checksumOf(file) })
    .execute()
}

/**
 * Fails for a column that exists with another type than new databases give it: another branch's file created it
 * in this database, or somebody added it, for example before the table was adopted.
 */
async function checkClashes(
  transaction: Transaction<HubgenTables>,
  clashes: readonly ColumnClash[],
  file: MigrationFile,
): Promise<void> {
  for (const table of new Set(clashes.map((clash) => clash.table))) {
    const ofTable = clashes.filter((clash) => clash.table === table)
    const types = await readTypes(transaction, table, ofTable)
    for (const [place, clash] of ofTable.entries()) {
      const found = types.get(place)
      if (found !== undefined) throw columnClashes(clash, found, file)
    }
  }
}

/** The types of the columns that have another one than wanted, by their place in the list. */
async function readTypes(
  transaction: Transaction<HubgenTables>,
  table: string,
  clashes: readonly ColumnClash[],
): Promise<ReadonlyMap<number, string>> {
  const names: string[] = []
  for (const { column } of clashes) names.push(await readName(transaction, column))
  const { rows } = await sql<{ place: number; found: string }>`
    SELECT place::int - 1 AS place, replace(format_type(atttypid, atttypmod), '"', '') AS found
    FROM unnest(${names}::text[], ${clashes.map(({ wanted }) => wanted)}::text[])
      WITH ORDINALITY AS given (name, wanted, place)
    JOIN pg_attribute ON attrelid = to_regclass(${table}) AND attname = name AND NOT attisdropped
    WHERE atttypid <> to_regtype(wanted)`.execute(transaction)
  return new Map(rows.map(({ place, found }) => [place, found]))
}

function columnClashes(
  { table, column, wanted, isMade }: ColumnClash,
  found: string,
  file: MigrationFile,
): HubgenError {
  const aside = column.endsWith('"') ? `${column.slice(0, -1)}__other"` : `${column}__other`
  const made = isMade
    ? 'a file of another branch that ran first'
    : 'somebody, not by a file of hubgen'
  return new HubgenError(
    'MIGRATIONS_CLASH',
    `\`${table}.${column}\` is \`${found}\` here, by ${made}; by the order of the files it is \`${wanted}\`, as in every new database`,
    {
      at: file.name,
      fix: `\`ALTER TABLE ${table} RENAME COLUMN ${column} TO ${aside}\`, then \`hubgen migrate\`, and \`hubgen sync --all --full\` to fill the new column`,
    },
  )
}

/**
 * Drops the invalid index that an interrupted CREATE INDEX CONCURRENTLY leaves behind: no query uses it,
 * every write maintains it, and IF NOT EXISTS would accept it.
 */
async function dropInvalidIndex(
  database: Database,
  file: MigrationFile,
  statement: MigrationStatement,
): Promise<void> {
  const [, written, table] = createIndex.exec(statement.sql) ?? []
  if (written === undefined || table === undefined) return
  const name = await readName(database.kysely, written)
  const { rows } = await sql<{ index: string; built_by: number | null }>`
    SELECT quote_ident(nspname) || '.' || quote_ident(relname) AS index, pid AS built_by
    FROM pg_index
    JOIN pg_class ON pg_class.oid = indexrelid
    JOIN pg_namespace ON pg_namespace.oid = relnamespace
    LEFT JOIN pg_stat_progress_create_index AS progress
      ON progress.index_relid = indexrelid AND progress.datname = current_database()
    WHERE indrelid = to_regclass(${table}) AND relname = ${name} AND NOT indisvalid`.execute(
    database.kysely,
  )
  const [invalid] = rows
  if (invalid === undefined) return
  if (invalid.built_by !== null) throw indexBusy(file, statement, invalid.index, invalid.built_by)
  await database.runAlone(`DROP INDEX CONCURRENTLY IF EXISTS ${invalid.index}`)
}

/** Postgres itself parses the name, including quotes and escapes. */
async function readName(database: Kysely<HubgenTables>, written: string): Promise<string> {
  const { rows } = await sql
    .raw<Record<string, unknown>>(`SELECT 1 AS ${written}`)
    .execute(database)
  return Object.keys(rows[0] ?? {})[0] ?? ''
}

/** The server continues a CREATE INDEX after its client has died. */
function indexBusy(
  file: MigrationFile,
  { line }: MigrationStatement,
  index: string,
  process: number,
): HubgenError {
  return new HubgenError(
    'INDEX_BUSY',
    `\`${index}\` is still being built by another connection (backend process ${process})`,
    {
      at: `${file.name}:${line}`,
      fix: `run \`hubgen migrate\` again when it is done, or end it with \`SELECT pg_cancel_backend(${process})\``,
    },
  )
}
