import { sql } from 'kysely'
import type { HubSpot } from '../hubspot/client/client.ts'
import { machine } from '../machine.ts'
import type { Database } from '../postgres/connection/database.ts'
import { type Patience, retrying } from '../postgres/state/commit.ts'

/** The time of the Postgres server, which stamps rows and passes. */
export async function readClock(database: Database, patience: Patience): Promise<Date> {
  const read = () => sql<{ now: Date }>`SELECT clock_timestamp() AS now`.execute(database.kysely)
  const { rows } = await retrying(database, read, patience)
  return rows[0]?.now ?? machine.now()
}

/** HubSpot reports whole seconds, and both times are affected by network latency. */
const clockNoiseMs = 2_000

/**
 * How far Postgres's clock is ahead of HubSpot's; 0 if the difference is within measurement error. Both are
 * compared with this machine's clock, which does not have to be right.
 */
export function aheadOfHubSpot(databaseNow: Date, { clockAheadMs }: HubSpot): number {
  if (clockAheadMs === null) return 0
  const aheadMs = databaseNow.getTime() - machine.nowMs() + clockAheadMs
  return Math.abs(aheadMs) > clockNoiseMs ? aheadMs : 0
}
