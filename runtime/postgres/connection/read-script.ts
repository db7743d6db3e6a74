import pg from 'pg'
import { HubgenError } from '../../errors.ts'

/** What one statement of a script gave. */
export interface ScriptResult {
  readonly columns: readonly string[]
  /** As `pg` gives them: bigint and numeric as text. */
  readonly rows: readonly Readonly<Record<string, unknown>>[]
}

/** On a large table a script takes minutes; nobody waits longer than that for a dead network. */
const scriptTimeoutMs = 3_600_000

/**
 * Runs SQL of several statements, as `psql -f` does, in one transaction that may only read and sees one state
 * of the database. All of it stays on one connection, also behind a pooler in transaction mode.
 */
export async function readScript(
  pool: pg.Pool,
  text: string,
  bounds: string,
): Promise<readonly ScriptResult[]> {
  const client = await pool.connect()
  try {
    // Only what it takes as a whole has no other bound than that of the script.
    const whole = bounds.includes('transaction_timeout')
      ? '; SET LOCAL transaction_timeout = 0'
      : ''
    await client.query(
      `BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY; ${bounds}${whole}`,
    )
    const script: pg.QueryConfig & { query_timeout: number } = {
      text,
      query_timeout: scriptTimeoutMs,
    }
    // Of several statements `pg` gives a list, which its types do not say.
    const answers = [await client.query(script)].flat()
    await client.query('COMMIT')
    client.release()
    return answers.map(({ fields, rows }) => ({ columns: fields.map(({ name }) => name), rows }))
  } catch (error) {
    // What is broken or still busy ends here, and its transaction with it.
    client.release(true)
    throw error
  }
}

/** A generated file of SQL that only reads. */
interface GeneratedScript {
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
