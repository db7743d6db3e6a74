import { expect } from 'vitest'
import { type Database, openDatabase } from '../../runtime/postgres/connection/database.ts'
import { readDatabaseSettings } from '../../runtime/postgres/connection/settings.ts'
import { planLoad } from '../../runtime/postgres/load/load-plan.ts'
import { type BatchOutcome, writeBatch } from '../../runtime/postgres/load/write-batch.ts'
import { migrate } from '../../runtime/postgres/schema/migrate.ts'
import { type Commit, commitRetrying } from '../../runtime/postgres/state/commit.ts'
import { type RunIdentity, startRun } from '../../runtime/postgres/state/state.ts'
import { convertRecord, type SourceRecord } from '../../runtime/values/row.ts'
import { deals, dealTableSql } from './deal-table.ts'
import { copyDatabase, startPostgres15, type TestDatabase } from './postgres.ts'

/** A database with the table of `deals` and a run to write batches for. */
export interface DealDatabase extends AsyncDisposable {
  readonly scratch: TestDatabase
  readonly database: Database
  readonly run: RunIdentity
  /** Writes the records as one batch. */
  write(...records: readonly SourceRecord[]): Promise<BatchOutcome>
  /** The same for records read by id or in full by a pass that began then. */
  writeRead(begunAt: Date, ...records: readonly SourceRecord[]): Promise<BatchOutcome>
  quarantine(): Promise<readonly object[]>
}

export const nothingWritten: BatchOutcome = {
  ids: expect.any(Object),
  inserted: 0,
  updated: 0,
  unchanged: 0,
  rejectedValues: 0,
  rejectedRecords: 0,
  refused: [],
}

const plan = planLoad(deals)

async function createDealTable({ url }: TestDatabase): Promise<void> {
  await using database = await openDatabase(readDatabaseSettings({ DATABASE_URL: url }, '.'))
  await migrate(database, [{ name: '0001_deals_create.sql', sql: dealTableSql }])
}

/** On the run's Postgres 18, or on a separate Postgres 15. */
export async function openDealDatabase(version: number): Promise<DealDatabase> {
  const server = version === 15 ? await startPostgres15() : undefined
  const scratch = await copyDatabase('deals', createDealTable, server?.url)
  const database = await openDatabase(readDatabaseSettings({ DATABASE_URL: scratch.url }, '.'))
  const commit: Commit = (write) => commitRetrying(database, write)
  const convert = (records: readonly SourceRecord[]) =>
    records.map((record) => convertRecord(plan, { unanswered: [], ...record }))
  const run = await startRun(database, { entity: 'deals', mode: 'full', portalId: 8100142 })
  return {
    scratch,
    database,
    run,
    write: (...records) => writeBatch(commit, plan, convert(records), run),
    writeRead: (beatsRowsBefore, ...records) =>
      writeBatch(commit, plan, convert(records), run, { beatsRowsBefore }),
    quarantine: () =>
      scratch.query(
        'SELECT record_id, property, raw_value, reason FROM hubgen.quarantine ORDER BY 1, 2',
      ),
    async [Symbol.asyncDispose]() {
      await database.close()
      await scratch.close()
      await server?.[Symbol.asyncDispose]()
    },
  }
}
