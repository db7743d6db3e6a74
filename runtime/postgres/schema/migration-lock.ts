import { sql } from 'kysely'
import { HubgenError } from '../../errors.ts'
import { machine } from '../../machine.ts'
import { liftBounds } from '../connection/bounded-dialect.ts'
import type { Database } from '../connection/database.ts'
import { transact } from '../connection/transact.ts'
import { explainingErrors } from '../database-error.ts'

/** An arbitrary number that every hubgen uses. */
const migrationLock = 4_823_763
/** A nearby, idle server answers within milliseconds. */
const secondConnectionMs = 5_000
/** Interval between attempts to get the lock; each is one short transaction. */
const pauseMs = 500

/**
 * Runs `action` while no other hubgen migrates this database; waits for that and calls `onWait` once. The
 * lock belongs to a transaction that stays open during the work. It therefore works through a
 * transaction-mode pooler and across CREATE INDEX CONCURRENTLY, and is released when the process dies. That
 * transaction holds no snapshot between its statements, and neither do waiting processes, because
 * CONCURRENTLY waits for old snapshots: with a blocking pg_advisory_lock both would wait for each other.
 */
export async function holdMigrationLock<Result>(
  database: Database,
  action: () => Promise<Result>,
  onWait: () => void,
): Promise<Result> {
  let waiting = false
  for (;;) {
    const held = await tryHolding(database, action)
    if (held !== undefined) return held.result
    if (!waiting) onWait()
    waiting = true
    await machine.pause(pauseMs)
  }
}

/** Undefined if another process holds the lock. */
function tryHolding<Result>(
  database: Database,
  action: () => Promise<Result>,
): Promise<{ readonly result: Result } | undefined> {
  return explainingErrors(database.label, () =>
    transact(database)
      // Any higher level would keep a snapshot.
      .setIsolationLevel('read committed')
      .execute(async (holder) => {
        await liftBounds(holder)
        const { rows } = await sql<{ held: boolean }>`
          SELECT pg_try_advisory_xact_lock(${sql.lit(migrationLock)}) AS held`.execute(holder)
        if (rows[0]?.held !== true) return undefined
        await proveSecondConnection(database)
        return { result: await action() }
      }),
  )
}

/**
 * The lock's transaction occupies one connection as long as the work takes, and the work needs a second
 * one. With a pooler that has no second connection, the work would wait forever.
 */
async function proveSecondConnection({ kysely, description }: Database): Promise<void> {
  const answered = sql`SELECT`.execute(kysely).then(() => true)
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<false>((resolve) => {
    timer = machine.after(secondConnectionMs, () => resolve(false))
  })
  try {
    if (await Promise.race([answered, late])) return
  } finally {
    clearTimeout(timer)
  }
  // The query is answered or refused once this transaction has ended.
  answered.catch(() => {})
  throw new HubgenError(
    'DATABASE_BUSY',
    'there is no second connection: one connection holds the migration lock while another one migrates',
    {
      at: description,
      fix: 'let the pooler have two connections or more for this user (PgBouncer: `default_pool_size`, `pool_size`), or connect to the server itself',
    },
  )
}
