import { type Database, openDatabase } from '../../runtime/postgres/connection/database.ts'
import { readDatabaseSettings } from '../../runtime/postgres/connection/settings.ts'
import { ensureMigrationState, ensureState } from '../../runtime/postgres/state/state.ts'
import { copyDatabase, type TestDatabase } from './postgres.ts'

/** The facts of a run that a test sets; the others are those of a short successful one. */
interface HandMadeRun {
  readonly entity?: string
  readonly mode?: string
  /** Null: its process ended unexpectedly, or it runs. */
  readonly outcome?: string | null
  readonly startedAt?: Date
  readonly seconds?: number
  readonly calls?: number
  readonly read?: number
  readonly error?: string
}

/** A database with hubgen's own tables, for states that a sync does not produce on request. */
export interface StateDatabase extends AsyncDisposable {
  readonly scratch: TestDatabase
  readonly database: Database
  /** Gives its id. */
  addRun(run?: HandMadeRun): Promise<string>
  /** A row of progress per second, the last one at `until`. */
  addProgress(runId: string, until: Date, bodies: readonly object[]): Promise<void>
}

/** For `copyDatabase`. */
export async function createState({ url }: TestDatabase): Promise<void> {
  await using database = await openDatabase(readDatabaseSettings({ DATABASE_URL: url }, '.'))
  await ensureState(database)
}

/** For `copyDatabase`: as the first `migrate` leaves a database, without the tables of entities. */
export async function createMigrationState({ url }: TestDatabase): Promise<void> {
  await using database = await openDatabase(readDatabaseSettings({ DATABASE_URL: url }, '.'))
  await ensureMigrationState(database)
}

export async function openStateDatabase(): Promise<StateDatabase> {
  const scratch = await copyDatabase('state', createState)
  const database = await openDatabase(readDatabaseSettings({ DATABASE_URL: scratch.url }, '.'))
  return {
    scratch,
    database,
    async addRun(run = {}) {
      const startedAt = run.startedAt ?? new Date('2026-11-20T09:00:00Z')
      const { entity = 'deals', mode = 'incremental', outcome = 'succeeded' } = run
      const { seconds = 10, calls = 0, read = 0, error = null } = run
      const finishedAt =
        outcome === null ? null : new Date(startedAt.getTime() + Math.round(seconds * 1000))
      const [row] = await scratch.query<{ id: string }>(
        `INSERT INTO hubgen.run
          (entity, mode, outcome, started_at, finished_at, seconds, calls, read, error)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id`,
        [entity, mode, outcome, startedAt, finishedAt, seconds, calls, read, error],
      )
      return row?.id ?? ''
    },
    async addProgress(runId, until, bodies) {
      for (const [index, body] of bodies.entries()) {
        const at = new Date(until.getTime() - (bodies.length - 1 - index) * 1000)
        await scratch.query(
          `INSERT INTO hubgen.event (run_id, number, at, type, body)
           VALUES ($1, $2, $3, 'progress', $4)`,
          [runId, index + 1, at, JSON.stringify({ ...stillness, ...body })],
        )
      }
    },
    async [Symbol.asyncDispose]() {
      await database.close()
      await scratch.close()
    },
  }
}

const stillness = {
  pass: 'records',
  read: 0,
  total: null,
  inserted: 0,
  updated: 0,
  unchanged: 0,
  deleted: 0,
  rejectedValues: 0,
  rejectedRecords: 0,
  calls: 0,
  retries: 0,
  daily: null,
  waiting: null,
}
