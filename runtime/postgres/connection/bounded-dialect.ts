import {
  CompiledQuery,
  type DatabaseConnection,
  PostgresDialect,
  type PostgresDialectConfig,
  PostgresDriver,
  sql,
  type Transaction,
  type TransactionSettings,
} from 'kysely'
import type { HubgenTables } from '../hubgen-tables.ts'

/** Timeouts of hubgen's transactions. */
export interface TransactionWaits {
  /**
   * For a client that stopped responding (suspended or swapping machine): its transaction ends and frees
   * its locks.
   */
  readonly idleMs: number
  /** For a lock; slightly longer than `idleMs`, so that a waiting transaction outlasts an unresponsive one. */
  readonly lockMs: number
}

export const usualWaits: TransactionWaits = { idleMs: 30_000, lockMs: 35_000 }
/** Three times the limit of a statement. */
const wholeMs = 900_000
/** The first server version with `transaction_timeout`. */
const wholeTimeoutVersion = 170_000

/**
 * The timeouts of a transaction, as statements after its `BEGIN`. They are local, so they work through a
 * pooler in transaction mode and leave nothing behind.
 */
export function transactionBounds(
  serverVersion: number,
  { idleMs, lockMs }: TransactionWaits,
): string {
  const whole = serverVersion >= wholeTimeoutVersion
  return [
    `SET LOCAL idle_in_transaction_session_timeout = ${idleMs}`,
    `SET LOCAL lock_timeout = ${lockMs}`,
    ...(whole ? [`SET LOCAL transaction_timeout = ${wholeMs}`] : []),
  ].join('; ')
}

/** Lifts the timeouts of a transaction that has to stay open during other work. */
export async function liftBounds(transaction: Transaction<HubgenTables>): Promise<void> {
  // Not from pg_settings, which describes every setting of the server first.
  await sql`SELECT set_config(name, '0', true)
    FROM unnest(ARRAY['idle_in_transaction_session_timeout', 'transaction_timeout']) AS name
    WHERE current_setting(name, true) IS NOT NULL`.execute(transaction)
}

/** Kysely's dialect with timeouts for every transaction. */
export class BoundedDialect extends PostgresDialect {
  readonly #config: PostgresDialectConfig
  readonly #bounds: () => string

  /** `bounds` is called at the start of each transaction. */
  constructor(config: PostgresDialectConfig, bounds: () => string) {
    super(config)
    this.#config = config
    this.#bounds = bounds
  }

  override createDriver(): PostgresDriver {
    return new BoundedDriver(this.#config, this.#bounds)
  }
}

class BoundedDriver extends PostgresDriver {
  readonly #bounds: () => string

  constructor(config: PostgresDialectConfig, bounds: () => string) {
    super(config)
    this.#bounds = bounds
  }

  /** One round trip, as without timeouts: several statements without parameters use the simple protocol. */
  override async beginTransaction(
    connection: DatabaseConnection,
    { isolationLevel, accessMode }: TransactionSettings,
  ): Promise<void> {
    const level = isolationLevel === undefined ? '' : ` ISOLATION LEVEL ${isolationLevel}`
    const begin = `BEGIN${level}${accessMode === undefined ? '' : ` ${accessMode}`}`
    await connection.executeQuery(CompiledQuery.raw(`${begin}; ${this.#bounds()}`))
  }
}
