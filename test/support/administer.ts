import pg from 'pg'

const administrators = new Map<string, pg.Pool>()

/** Runs SQL on connections that the process keeps: thousands of databases are created and dropped. */
export async function administer(url: string, sql: string): Promise<void> {
  const pool =
    administrators.get(url) ??
    new pg.Pool({ connectionString: url, max: 2, idleTimeoutMillis: 0, allowExitOnIdle: true })
  if (!administrators.has(url)) {
    administrators.set(url, pool)
    pool.on('error', () => {})
  }
  await pool.query(sql)
}
