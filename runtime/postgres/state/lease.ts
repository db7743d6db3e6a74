import { hostname } from 'node:os'
import { type Kysely, sql, type Transaction } from 'kysely'
import pg from 'pg'
import { HubgenError } from '../../errors.ts'
import { machine } from '../../machine.ts'
import type { Database } from '../connection/database.ts'
import { transact } from '../connection/transact.ts'
import { explainingErrors } from '../database-error.ts'
import type { HubgenTables } from '../hubgen-tables.ts'
import type { RunIdentity } from './state.ts'

/**
 * A late heartbeat within this time is harmless; a longer lease would make people wait longer after a
 * process died.
 */
const leaseSeconds = 60
/** Eleven heartbeats may fail. The interval is also how soon a waiting run notices a request to stop. */
const heartbeatMs = 5_000

/** The error of a run that was asked to stop through its lease. */
export const cancelRequested = new HubgenError(
  'CANCELLED',
  'the run was asked to stop, by `hubgen cancel`, from the dashboard or in `hubgen.lease`',
)

/** Shown to refused runs and to people: where this process runs. */
export const leaseHolder = `${hostname()}, process ${process.pid}`

/** The facts about a run that are known when it begins. */
interface RunBegin {
  readonly entity: string
  readonly mode: string
  readonly portalId: number
  /** The interval of the schedule that started it. */
  readonly everySeconds?: number | undefined
}

/**
 * Records that a run begins as the only one of its entity. Fails with ENTITY_BUSY while another run holds
 * the lease, by the server's clock. Earlier runs that ended unexpectedly are recorded as `interrupted`.
 * Requires the state tables. `whenHeld` runs in the transaction that takes the lease; if it rejects,
 * everything is undone.
 */
export async function beginRun(
  database: Database,
  facts: RunBegin,
  whenHeld: (
    transaction: Transaction<HubgenTables>,
    run: RunIdentity,
  ) => Promise<void> = async () => {},
): Promise<RunIdentity> {
  const { entity, mode, portalId, everySeconds = null } = facts
  return await explainingErrors(database.label, () =>
    transact(database).execute(async (transaction) => {
      const { id } = await transaction
        .insertInto('hubgen.run')
        .values({
          ...{ entity, mode, finished_at: null, outcome: null, error: null, fix: null },
          ...{ holder: leaseHolder, every_seconds: everySeconds },
        })
        .returning('id')
        .executeTakeFirstOrThrow()
      const isHeld = await acquire(transaction, entity, id).catch(async (error: unknown) => {
        if (!isLockTimeout(error)) throw error
        // The current transaction can run no further statements.
        throw await explainBusy(database.kysely, entity, 'frozen')
      })
      if (!isHeld) throw await explainBusy(transaction, entity, 'alive')
      await recordInterrupted(transaction, entity, id)
      const run = { id, entity, portalId }
      await whenHeld(transaction, run)
      return run
    }),
  )
}

/**
 * Keeps the lease alive until `release`. Calls `onEnd` once if another run has taken the lease, or with
 * `cancelRequested`.
 */
export function keepLease(
  database: Database,
  run: RunIdentity,
  onEnd: (reason: HubgenError) => void,
  everyMs: number = heartbeatMs,
): { release(): void } {
  const timer = machine.every(everyMs, () => {
    renew(database, run).then(
      (state) => {
        if (state === 'held') return
        clearInterval(timer)
        onEnd(state === 'lost' ? leaseLost(run) : cancelRequested)
      },
      // An unreachable database is reported by the next batch; the lease may survive it.
      () => {},
    )
  })
  timer.unref()
  return { release: () => clearInterval(timer) }
}

/** The position that a pass has reached, saved within a transaction. */
export interface PassPosition {
  /** The name under which the pass's state is saved: the entity's, or a shared one. */
  readonly entity: string
  readonly pass: string
  readonly position: unknown
}

/** Held, held but asked to stop, or taken by another run. */
export type LeaseState = 'held' | 'cancel requested' | 'lost'

/**
 * The last statement of every transaction that writes for the run. Fails with LEASE_LOST, which rolls the
 * transaction back, if another run has taken over. Otherwise renews the lease and saves the position, if
 * given.
 */
export async function proveLease(
  transaction: Transaction<HubgenTables>,
  run: RunIdentity,
  moved?: PassPosition,
): Promise<Exclude<LeaseState, 'lost'>> {
  const renewed = renewal(run)
  const statement =
    moved === undefined
      ? renewed
      : sql<Renewed>`WITH renewed AS (${renewed}), moved AS (
          UPDATE hubgen.pass SET position = ${toJson(moved.position)}::jsonb, run_id = ${run.id}
          WHERE entity = ${moved.entity} AND pass = ${moved.pass} AND EXISTS (SELECT FROM renewed)
        ) SELECT cancelled FROM renewed`
  const state = stateOf((await statement.execute(transaction)).rows)
  if (state === 'lost') throw leaseLost(run)
  return state
}

/** A run that was asked to stop, and the machine and process where it runs. */
interface CancelledRun {
  readonly runId: string
  readonly holder: string
}

/** Asks the active run of an entity to stop, which it does at its next heartbeat or batch. Null if there is none. */
export async function requestCancel(
  database: Database,
  entity: string,
): Promise<CancelledRun | null> {
  const { rows } = await explainingErrors(database.label, () =>
    sql<CancelledRun>`UPDATE hubgen.lease SET cancel_requested_at = clock_timestamp()
      WHERE entity = ${entity} AND expires_at > clock_timestamp()
      RETURNING run_id AS "runId", holder`.execute(database.kysely),
  )
  return rows[0] ?? null
}

interface Renewed {
  readonly cancelled: boolean
}

function stateOf([renewed]: readonly Renewed[]): LeaseState {
  if (renewed === undefined) return 'lost'
  return renewed.cancelled ? 'cancel requested' : 'held'
}

const expiry = sql`clock_timestamp() + make_interval(secs => ${sql.lit(leaseSeconds)})`

function toJson(position: unknown): string | null {
  return position === null ? null : JSON.stringify(position)
}

async function renew(database: Database, run: RunIdentity): Promise<LeaseState> {
  return stateOf((await renewal(run).execute(database.kysely)).rows)
}

function renewal({ entity, id }: RunIdentity) {
  return sql<Renewed>`UPDATE hubgen.lease
    SET heartbeat_at = clock_timestamp(), expires_at = ${expiry}
    WHERE entity = ${entity} AND run_id = ${id}
    RETURNING cancel_requested_at IS NOT NULL AS cancelled`
}

async function acquire(
  transaction: Transaction<HubgenTables>,
  entity: string,
  runId: string,
): Promise<boolean> {
  const { rows } = await sql`
    INSERT INTO hubgen.lease AS held (entity, run_id, holder, expires_at)
    VALUES (${entity}, ${runId}, ${leaseHolder}, ${expiry})
    ON CONFLICT (entity) DO UPDATE SET run_id = excluded.run_id, holder = excluded.holder,
      acquired_at = now(), heartbeat_at = now(), expires_at = excluded.expires_at,
      cancel_requested_at = NULL
    WHERE held.expires_at <= clock_timestamp()
    RETURNING run_id`.execute(transaction)
  return rows.length > 0
}

/** Since this run holds the lease, no other run of the entity is alive. */
async function recordInterrupted(
  transaction: Transaction<HubgenTables>,
  entity: string,
  runId: string,
): Promise<void> {
  await transaction
    .updateTable('hubgen.run')
    .set({
      outcome: 'interrupted',
      finished_at: sql<Date>`now()`,
      error: 'its process ended unexpectedly',
    })
    .where('entity', '=', entity)
    .where('outcome', 'is', null)
    .where('id', '<>', runId)
    .execute()
}

function isLockTimeout(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === '55P03'
}

/** A `frozen` holder has an open transaction that locks the lease's row. */
async function explainBusy(
  executor: Kysely<HubgenTables>,
  entity: string,
  holderIs: 'alive' | 'frozen',
): Promise<HubgenError> {
  const lease = await executor
    .selectFrom('hubgen.lease')
    .select(['holder', 'run_id', 'acquired_at'])
    .where('entity', '=', entity)
    .executeTakeFirst()
  // The lease may have been released since.
  const {
    holder = 'another run',
    run_id: run = '?',
    acquired_at: since = machine.now(),
  } = lease ?? {}
  return new HubgenError(
    'ENTITY_BUSY',
    `\`${entity}\` is being synced already: run ${run}, since ${since.toISOString()}` +
      (holderIs === 'alive' ? '' : '; it has stopped within a transaction that keeps the lease'),
    {
      // Not part of the message, because messages go into logs, which name no machine.
      at: `\`${holder}\`, according to hubgen.lease`,
      fix:
        (holderIs === 'alive'
          ? ''
          : "end that transaction (`SELECT pid, state, query FROM pg_stat_activity WHERE state = 'idle in transaction'`, " +
            'then `SELECT pg_terminate_backend(<pid>)`); or ') +
        `wait until that run is done, or stop it with \`hubgen cancel ${entity}\`; the lease of a process that died expires ` +
        `${leaseSeconds} seconds after its last heartbeat`,
    },
  )
}

function leaseLost({ entity, id }: RunIdentity): HubgenError {
  return new HubgenError(
    'LEASE_LOST',
    `another run of \`${entity}\` has taken over from run ${id}, which sent no heartbeat for ` +
      `more than ${leaseSeconds} seconds`,
    {
      at: 'hubgen.lease',
      fix: 'let that run finish the work; a sleeping or swapping machine is a common cause',
    },
  )
}
