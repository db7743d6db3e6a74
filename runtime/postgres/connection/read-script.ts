import pg from 'pg'
import { HubgenError } from '../../errors.ts'
import type { ScriptResult } from './script-result.ts'

/** A script on a large table takes minutes; this limit is for a dead network. */
const scriptTimeoutMs = 3_600_000

/**
 * Runs a script of several SQL statements, like `psql -f`, in one read-only transaction that sees a single
 * snapshot of the database. All of it uses one connection, even behind a pooler in transaction mode.
 */
export async function readScript(
  pool: pg.Pool,
  text: string,
  bounds: string,
): Promise<readonly ScriptResult[]> {
  const client = await pool.connect()
  try {
    // Only the limit of the whole transaction is lifted; `scriptTimeoutMs` applies instead.
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
    // For several statements `pg` returns an array, which its types do not declare.
    const answers = [await client.query(script)].flat()
    await client.query('COMMIT')
    client.release()
    return answers.map(({ fields, rows }) => ({ columns: fields.map(({ name }) => name), rows }))
  } catch (error) {
    // Closes the connection, and with it any unfinished transaction.
    client.release(true)
    throw error
  }
}

/** A generated SQL file that only reads. */
interface GeneratedScript {
  readonly path: string
  /** The entity that the file belongs to. */
  readonly entity: string
}

/**
 * Explains an error about a generated file that the server refused and that a user can fix; returns other
 * errors as they are. Missing tables or columns need a migration.
 */
export function explainScriptError(error: unknown, { path, entity }: GeneratedScript): unknown {
  if (!(error instanceof pg.DatabaseError)) return error
  const { code = '' } = error
  if (['42P01', '42703'].includes(code)) {
    return new HubgenError(
      'TABLE_OUTDATED',
      `the database lacks a table or column that the file uses: ${error.message}`,
      {
        at: path,
        fix: '`hubgen migrate`',
        cause: error,
      },
    )
  }
  // Only messages about the SQL itself are shown; others may quote record values.
  const isAboutSql = code.startsWith('42') && code !== '42501'
  if (!isAboutSql && !/^(?:22|25006)/.test(code)) return error
  const reason = isAboutSql ? error.message : `SQLSTATE ${code}`
  return new HubgenError('QUALITY_SQL_UNUSABLE', `the file does not run: ${reason}`, {
    at: path,
    fix: `\`hubgen generate ${entity} --overwrite\` restores it`,
    cause: error,
  })
}
