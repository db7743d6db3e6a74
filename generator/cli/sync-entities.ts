import { join } from 'node:path'
import type { Entity } from '../../runtime/entity.ts'
import { HubgenError } from '../../runtime/errors.ts'
import { createCallBudget } from '../../runtime/hubspot/call-budget.ts'
import type { Database } from '../../runtime/postgres/database.ts'
import { listenForInterrupt } from '../../runtime/sync/interrupt.ts'
import { nextCommand, openForSync } from '../../runtime/sync/open-for-terminal.ts'
import type { Scope } from '../../runtime/sync/scope.ts'
import { renderTable } from '../../runtime/sync/summary.ts'
import type { TerminalSync, TerminalSyncOptions } from '../../runtime/sync/sync-in-terminal.ts'
import { syncInTerminal } from '../../runtime/sync/sync-in-terminal.ts'
import { importEntity } from './import-entity.ts'

/**
 * Syncs entities one after another into the environment's database, with so many calls at most for all of
 * them; what fails is printed, and the others go on. Gives the exit code of the worst.
 */
export async function syncEntities(
  directory: string,
  names: readonly string[],
  scope: Scope,
  format: 'json' | 'text',
  maxCalls?: number,
): Promise<number> {
  const entities: Entity[] = []
  for (const name of names) entities.push(await importEntity(directory, name))
  const database = await openForSync(format)
  try {
    const options = {
      format,
      signal: listenForInterrupt(),
      database,
      ...scope,
      ...(maxCalls !== undefined && { connect: { budget: createCallBudget(maxCalls) } }),
    }
    const runs = await syncOneAfterAnother(entities, options)
    if (format === 'text') printEnd(directory, entities, runs)
    return Math.max(...runs.map(({ exitCode }) => exitCode))
  } finally {
    await database.close()
  }
}

/** The other entities would meet the same. */
const concernsAll = new Set([
  'CANCELLED',
  'DAILY_LIMIT_REACHED',
  'DATABASE_UNREACHABLE',
  'HUBSPOT_PAUSED',
  'HUBSPOT_UNREACHABLE',
  'LOG_WRITE_FAILED',
  'MAX_CALLS_REACHED',
  'TOKEN_REJECTED',
])

async function syncOneAfterAnother(
  entities: readonly Entity[],
  options: Scope & {
    readonly format: 'json' | 'text'
    readonly signal: AbortSignal
    readonly database: Database
    readonly connect?: NonNullable<TerminalSyncOptions['connect']>
  },
): Promise<TerminalSync[]> {
  const runs: TerminalSync[] = []
  for (const entity of entities) {
    if (runs.length > 0 && options.format === 'text') process.stdout.write('\n')
    const run = await syncInTerminal(entity, {
      ...options,
      command: `hubgen sync ${entity.entity}`,
    })
    runs.push(run)
    const { failure } = run
    if (options.signal.aborted) break
    if (failure instanceof HubgenError && concernsAll.has(failure.code)) break
  }
  return runs
}

function printEnd(
  directory: string,
  entities: readonly Entity[],
  runs: readonly TerminalSync[],
): void {
  const reports = runs.flatMap(({ report }) => report ?? [])
  if (entities.length > 1 && reports.length > 0) {
    process.stdout.write(`\n${renderTable(reports)}\n`)
  }
  const skipped = entities.slice(runs.length).map(({ entity }) => entity)
  if (skipped.length > 0) process.stdout.write(`\nnot begun: ${skipped.join(', ')}\n`)
  const succeeded = reports.find(({ outcome }) => outcome === 'succeeded')
  if (succeeded !== undefined && skipped.length === 0) {
    const queries = join(directory, succeeded.entity, 'queries.sql')
    process.stdout.write(`\n${nextCommand(queries)}\n`)
  }
}
