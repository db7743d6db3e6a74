import { HubgenError } from '../../../runtime/errors.ts'
import { machine } from '../../../runtime/machine.ts'
import type { Database } from '../../../runtime/postgres/connection/database.ts'
import type { ServerSettings } from '../../../runtime/postgres/connection/settings.ts'
import type { QueuedPortal } from '../../../runtime/queue/portal-schedule.ts'
import { openQueueDatabase } from '../../../runtime/queue/queue-schema.ts'
import { type QueueState, readQueue } from '../../../runtime/queue/read-queue.ts'

/** A person waits for the page, and a proxy for a scrape. */
const usualAnswerMs = 10_000

/** The database of the queue, opened when it is asked for the first time. */
export class LazyQueue implements AsyncDisposable {
  readonly #settings: () => ServerSettings
  readonly #portals: readonly QueuedPortal[]
  readonly #answerMs: number
  #opening: Promise<Database> | null = null
  #reading: Promise<QueueState> | null = null

  /** `settings` is asked before each opening, because it may fail with a HubgenError. */
  constructor(
    settings: () => ServerSettings,
    portals: readonly QueuedPortal[],
    answerMs: number = usualAnswerMs,
  ) {
    this.#settings = settings
    this.#portals = portals
    this.#answerMs = answerMs
  }

  /**
   * Fails as `readQueue` does, and if there is no answer in time. A question that is not answered yet is not asked again,
   * so that a database that hangs is not given more and more connections.
   */
  async read(): Promise<QueueState> {
    this.#reading ??= this.#ask().finally(() => {
      this.#reading = null
    })
    const late = Promise.withResolvers<never>()
    const timer = machine.after(this.#answerMs, () => late.reject(this.#noAnswer()))
    try {
      return await Promise.race([this.#reading, late.promise])
    } finally {
      clearTimeout(timer)
    }
  }

  async #ask(): Promise<QueueState> {
    this.#opening ??= openQueueDatabase(this.#settings())
    const database = await this.#opening.catch((error: unknown) => {
      // The next reading tries again.
      this.#opening = null
      throw error
    })
    return await readQueue(database, this.#portals)
  }

  #noAnswer(): HubgenError {
    const { host, port, database, variable = 'the queue' } = this.#settings()
    return new HubgenError(
      'DATABASE_UNREACHABLE',
      `no answer from \`${host}:${port}/${database}\` in ${this.#answerMs / 1000} s`,
      {
        at: variable,
        fix: 'check the network, that the database is running, and that no session locks its tables: `SELECT pid, query FROM pg_stat_activity`',
      },
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#opening?.then(
      (database) => database.close(),
      () => {},
    )
  }
}
