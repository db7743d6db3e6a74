import pg from 'pg'
import { HubgenError } from '../../errors.ts'

/** A generated file of SQL that only reads. */
export interface GeneratedScript {
  readonly path: string
  /** Whose it is. */
  readonly entity: string
}

/**
 * What a user can mend about a generated file that the server refused, else the error as it is. Tables and columns
 * that are not there are a migration's matter.
 */
export function explainScriptError(error: unknown, { path, entity }: GeneratedScript): unknown {
  if (!(error instanceof pg.DatabaseError)) return error
  const { code = '' } = error
  if (['42P01', '42703'].includes(code)) {
    return new HubgenError('TABLE_OUTDATED', `the database has not all of this: ${error.message}`, {
      at: path,
      fix: '`hubgen migrate`',
      cause: error,
    })
  }
  // Only sentences about the SQL itself: others may quote values of records.
  const isAboutSql = code.startsWith('42') && code !== '42501'
  if (!isAboutSql && !/^(?:22|25006)/.test(code)) return error
  const reason = isAboutSql ? error.message : `SQLSTATE ${code}`
  return new HubgenError('QUALITY_SQL_UNUSABLE', `the file does not run: ${reason}`, {
    at: path,
    fix: `\`hubgen generate ${entity} --overwrite\` writes it again`,
    cause: error,
  })
}
