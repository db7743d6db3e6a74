import pg from 'pg'
import { HubgenError } from '../../errors.ts'
import type { Database } from '../connection/database.ts'
import { explainDatabaseError } from '../database-error.ts'
import { type MigrationFile, runsAlone } from './migration-file.ts'

type Explain = (cause: pg.DatabaseError, at: string, database: Database) => HubgenError

export const lockNotAvailable = '55P03'

const explanations: Readonly<Record<string, Explain>> = {
  // duplicate_table, which also covers indexes.
  '42P07': (cause, at, { description }) =>
    new HubgenError(
      'TABLE_NOT_OURS',
      `${cause.message}, and hubgen did not create it; nothing was changed`,
      {
        at,
        fix: `rename or drop it in \`${description}\` (hubgen touches no table that it did not create), then run \`hubgen migrate\` again`,
        cause,
      },
    ),
  // dependent_objects_still_exist
  '2BP01': (cause, at) =>
    new HubgenError(
      'MIGRATION_BLOCKED',
      `an object that hubgen did not create depends on one that this file drops: ${cause.detail ?? cause.message}; nothing of this file was changed`,
      {
        at,
        fix: 'drop that object, run `hubgen migrate`, then create it again',
        cause,
      },
    ),
}

/** The error when another session used a table for too long; `at` names the file, table or view. */
export function tableBusy(
  cause: pg.DatabaseError,
  at: string,
  command: 'migrate' | 'adopt' = 'migrate',
): HubgenError {
  return new HubgenError(
    'TABLE_BUSY',
    'a lock did not become free during all of the short attempts; nothing of this was changed',
    {
      at,
      fix: `find who holds it with \`SELECT pid, pg_blocking_pids(pid), state, query FROM pg_stat_activity\`, then run \`hubgen ${command}\` again when no sync or long query uses the table`,
      cause,
    },
  )
}

/** Explains a failed migration and its fix; undefined if the error is a bug in hubgen. */
export function explainMigrationError(
  error: unknown,
  database: Database,
  file: MigrationFile,
  /** Line of the statement in the file, from 1, if known. */
  line: number | undefined,
): HubgenError | undefined {
  if (error instanceof pg.DatabaseError && error.code === lockNotAvailable) {
    return tableBusy(error, locationOf(file, line, error.position))
  }
  const known = explainDatabaseError(error, database.label)
  if (known !== undefined || !(error instanceof pg.DatabaseError)) return known
  const at = locationOf(file, line, error.position)
  const explain = explanations[error.code ?? '']
  if (explain !== undefined) return explain(error, at, database)
  const state = runsAlone(file)
    ? 'the statements before it stay, and the next run continues from here'
    : 'nothing of this file was applied'
  return new HubgenError(
    'MIGRATION_FAILED',
    `Postgres refused it with SQLSTATE ${error.code}: ${error.message}; ${state}`,
    {
      at,
      fix: 'correct the database or the file, then run `hubgen migrate` again',
      cause: error,
    },
  )
}

/** Includes the line if it is known or Postgres reports a position (in characters, from 1). */
function locationOf(
  file: MigrationFile,
  line: number | undefined,
  position: string | undefined,
): string {
  if (line !== undefined) return `${file.name}:${line}`
  if (position === undefined) return file.name
  return `${file.name}:${file.sql.slice(0, Number(position) - 1).split('\n').length}`
}
