import type pg from 'pg'

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
