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

/** How long a transaction of ours may wait. */
export interface TransactionWaits {
  /** For its client: one that froze (a lid was closed, a machine swaps) holds its locks no longer. */
  readonly idleMs: number
  /** For a lock; a little longer, so that who waits for a frozen client sees its end. */
  readonly lockMs: number
}

export const usualWaits: TransactionWaits = { idleMs: 30_000, lockMs: 35_000 }
/** Three times what a statement of ours may take. */
const wholeMs = 900_000
/** The first server that has `transaction_timeout`. */
const wholeTimeoutVersion = 170_000

/**
 * The bounds of a transaction, as statements behind its `BEGIN`: local ones, so that they hold through a pooler
 * in transaction mode and leave nothing behind.
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

/** For a transaction that has to stay open for as long as other work takes. */
export async function liftBounds(transaction: Transaction<HubgenTables>): Promise<void> {
  await sql`SELECT set_config(name, '0', true) FROM pg_settings
    WHERE name IN ('idle_in_transaction_session_timeout', 'transaction_timeout')`.execute(
    transaction,
  )
}

/** Kysely's dialect, whose transactions wait for nothing without a bound. */
export class BoundedDialect extends PostgresDialect {
  readonly #config: PostgresDialectConfig
  readonly #bounds: () => string

  /** `bounds` is asked at the beginning of each transaction. */
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

  /** One round trip, as without bounds: several statements without values go by the simple protocol. */
  override async beginTransaction(
    connection: DatabaseConnection,
    { isolationLevel, accessMode }: TransactionSettings,
  ): Promise<void> {
    const level = isolationLevel === undefined ? '' : ` ISOLATION LEVEL ${isolationLevel}`
    const begin = `BEGIN${level}${accessMode === undefined ? '' : ` ${accessMode}`}`
    await connection.executeQuery(CompiledQuery.raw(`${begin}; ${this.#bounds()}`))
  }
}
