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
 * Fails for a column that another branch's file created in this database with another type than new
 * databases give it.
 */
async function checkClashes(
  transaction: Transaction<HubgenTables>,
  clashes: readonly ColumnClash[],
  file: MigrationFile,
): Promise<void> {
  for (const { table, column, wanted } of clashes) {
    const name = await readName(transaction, column)
    const { rows } = await sql<{ found: string; isWanted: boolean }>`
      SELECT replace(format_type(atttypid, atttypmod), '"', '') AS found, atttypid = to_regtype(${wanted}) AS "isWanted"
      FROM pg_attribute WHERE attrelid = to_regclass(${table}) AND NOT attisdropped
        AND attname = ${name}`.execute(transaction)
    const [live] = rows
    if (live === undefined || live.isWanted) continue
    const aside = column.endsWith('"') ? `${column.slice(0, -1)}__other"` : `${column}__other`
    throw new HubgenError(
      'MIGRATIONS_CLASH',
      `\`${table}.${column}\` is \`${live.found}\` here, by a file of another branch that ran first; by the order of the files it is \`${wanted}\`, as in every new database`,
      {
        at: file.name,
        fix: `\`ALTER TABLE ${table} RENAME COLUMN ${column} TO ${aside}\`, then \`hubgen migrate\`, and \`hubgen sync --all --full\` to fill the new column`,
      },
    )
  }
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
