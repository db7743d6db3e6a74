import { HubgenError } from '../errors.ts'
import type { Database } from '../postgres/connection/database.ts'
import { type Patience, wasWaitedFor } from '../postgres/state/commit.ts'
import { readClock } from './clocks.ts'
import type { PassReport } from './report.ts'

/**
 * Runs a pass, and resumes it once if a connection to the database broke at a statement that is not retried by
 * itself. An error after a long wait for the database is thrown on, and so is every error of a run that ends.
 */
export async function resumeOnce(
  { database, reading }: { readonly database: Database; readonly reading: AbortController },
  reports: PassReport[],
  patience: Patience,
  run: () => Promise<void>,
): Promise<void> {
  const before = reports.length
  try {
    await run()
  } catch (error) {
    const isBroken = error instanceof HubgenError && error.code === 'DATABASE_UNREACHABLE'
    if (!isBroken || wasWaitedFor(error) || reading.signal.aborted) throw error
    await readClock(database, patience)
    // Only its second attempt is reported.
    reports.length = before
    await run()
  }
}
