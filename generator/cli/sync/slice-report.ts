import type { Entity } from '../../../runtime/entity.ts'
import { type HubgenCode, HubgenError } from '../../../runtime/errors.ts'
import { HubSpotError } from '../../../runtime/hubspot/client/hubspot-error.ts'
import { nextMidnight } from '../../../runtime/hubspot/limits/daily-reset.ts'
import { machine } from '../../../runtime/machine.ts'
import { readStatus } from '../../../runtime/monitoring/read-status.ts'
import { describeVerdict } from '../../../runtime/monitoring/verdict/describe-verdict.ts'
import type { Database } from '../../../runtime/postgres/connection/database.ts'
import { planMigrate } from '../../../runtime/postgres/schema/plan-migrate.ts'
import { readMigrations } from '../../../runtime/postgres/schema/read-migrations.ts'
import type { SliceReport } from '../../../runtime/queue/slice-end.ts'
import type { TerminalSync } from '../../../runtime/terminal/sync-in-terminal.ts'
import { readWatchedEntities } from '../../project/watched-entities.ts'

/** A slice that has ended. */
export interface Slice {
  readonly directory: string
  readonly entities: readonly Entity[]
  readonly runs: readonly TerminalSync[]
  readonly left: SliceReport['left']
  readonly roundSince: string | null
  /** Null if the slice opened none, or lost it. */
  readonly database: Database | null
}

/** Codes of runs that ended as they should. */
const noFailures: ReadonlySet<HubgenCode> = new Set([
  'CANCELLED',
  'ENTITY_BUSY',
  'MAX_CALLS_REACHED',
  'SLICE_OVER',
])

/** Prints the event `slice_finished`, from which a worker knows how a slice ended. */
export async function printSliceReport(slice: Slice): Promise<void> {
  const event = { type: 'slice_finished', at: machine.now().toISOString() }
  process.stdout.write(`${JSON.stringify({ ...event, ...(await reportSlice(slice)) })}\n`)
}

async function reportSlice({
  directory,
  entities,
  runs,
  left,
  roundSince,
  database,
}: Slice): Promise<SliceReport> {
  const failures = runs.flatMap(({ failure, exitCode }) =>
    failure instanceof HubgenError && exitCode !== 0 && !noFailures.has(failure.code)
      ? failure
      : [],
  )
  const ending = failures.find(({ ends }) => ends === 'everything')
  const names = entities.map(({ name }) => name)
  const watched = await readWatchedEntities(directory, names).catch(() => null)
  const limit = failures.find(
    ({ code }) => code === 'DAILY_LIMIT_REACHED' || code === 'HUBSPOT_PAUSED',
  )
  return {
    left,
    roundSince,
    code: ending?.code ?? null,
    failed: failures.map(({ code }) => code),
    entities: entities.length,
    resumeAt: limit === undefined ? null : resumeAt(limit, watched?.timeZone ?? null),
    ...(await look(directory, database, watched)),
  }
}

function resumeAt(limit: HubgenError, timeZone: string | null): string | null {
  if (limit instanceof HubSpotError && limit.resumesAt !== null)
    return limit.resumesAt.toISOString()
  const midnight = timeZone === null ? null : nextMidnight(timeZone, machine.nowMs())
  return midnight === null ? null : new Date(midnight).toISOString()
}

const unseen = { verdict: null, oldestAt: null, pendingMigrations: null }

/** A look that fails must not change how the slice ends. */
async function look(
  directory: string,
  database: Database | null,
  watched: Awaited<ReturnType<typeof readWatchedEntities>> | null,
): Promise<Pick<SliceReport, 'verdict' | 'oldestAt' | 'pendingMigrations'>> {
  if (database === null || watched === null) return unseen
  try {
    const { entities, timeZone } = watched
    const verdict = describeVerdict(await readStatus(database, entities, { timeZone }))
    return {
      verdict: verdict.tone,
      oldestAt: verdict.asOf?.toISOString() ?? null,
      pendingMigrations: await countPending(directory, database),
    }
  } catch {
    return unseen
  }
}

async function countPending(directory: string, database: Database): Promise<number | null> {
  const files = await readMigrations(directory).catch(() => null)
  return files === null ? null : (await planMigrate(database, files)).length
}
