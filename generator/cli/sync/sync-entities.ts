import { join } from 'node:path'
import type { Entity } from '../../../runtime/entity.ts'
import { HubgenError } from '../../../runtime/errors.ts'
import { createCallBudget } from '../../../runtime/hubspot/call-budget.ts'
import type { Database } from '../../../runtime/postgres/connection/database.ts'
import type { SyncReport } from '../../../runtime/sync/report.ts'
import { listenForInterrupt } from '../../../runtime/terminal/interrupt.ts'
import { nextCommand, openForSync } from '../../../runtime/terminal/open-for-terminal.ts'
import { renderTable } from '../../../runtime/terminal/summary.ts'
import type { TerminalSync } from '../../../runtime/terminal/sync-in-terminal.ts'
import { syncInTerminal } from '../../../runtime/terminal/sync-in-terminal.ts'
import { importEntity } from '../../project/import-entity.ts'
import type { FlagOptions } from './sync-flags.ts'

export interface SyncRequest {
  /** Folder of the generated files. */
  readonly directory: string
  readonly names: readonly string[]
  /** With `all`, an object type that no longer exists in HubSpot is not a failure. */
  readonly asked: 'all' | 'named'
  /** From the flags: they override the configuration. */
  readonly options: FlagOptions
  readonly format: 'json' | 'text'
  /** For all entities together. */
  readonly maxCalls: number | undefined
  /** The options that the configuration sets for an entity. */
  readonly configured: (entity: Entity) => FlagOptions
}

/**
 * Syncs entities one after another into the environment's database, with at most `maxCalls` calls in total.
 * Prints failures and continues with the other entities. Returns the highest exit code.
 */
export async function syncEntities(request: SyncRequest): Promise<number> {
  const { format, directory } = request
  const entities = await importEntities(request)
  const database = await openForSync(format)
  try {
    const place = { database, signal: listenForInterrupt() }
    const runs = await syncOneAfterAnother(entities, request, place, 'once')
    if (format === 'text') printEnd(directory, entities, runs)
    return Math.max(...runs.map(({ exitCode }) => exitCode))
  } finally {
    await database.close()
  }
}

/** Their generated modules; fails with GENERATED_MISSING and GENERATED_UNUSABLE. */
export async function importEntities({ directory, names }: SyncRequest): Promise<Entity[]> {
  const entities: Entity[] = []
  for (const name of names) entities.push(await importEntity(directory, name))
  return entities
}

/** Returns the entities that were begun: it stops after a failure that every other entity would meet. */
export async function syncOneAfterAnother(
  entities: readonly Entity[],
  { options, format, maxCalls, configured, asked }: SyncRequest,
  place: { readonly database: Database; readonly signal: AbortSignal },
  rhythm: 'once' | 'recurring',
): Promise<TerminalSync[]> {
  const budget = maxCalls === undefined ? undefined : createCallBudget(maxCalls)
  const runs: TerminalSync[] = []
  for (const entity of entities) {
    if (runs.length > 0 && format === 'text' && rhythm === 'once') process.stdout.write('\n')
    const run = await syncInTerminal(entity, {
      ...configured(entity),
      ...options,
      ...place,
      ...(budget !== undefined && { connect: { budget } }),
      format,
      rhythm,
      whenTypeGone: asked === 'all' ? 'notice' : 'failure',
      command: `hubgen sync ${entity.name}`,
    })
    runs.push(run)
    const { failure, report } = run
    if (place.signal.aborted || report?.outcome === 'limited') break
    if (failure instanceof HubgenError && failure.ends === 'everything') break
  }
  return runs
}

/** The run read everything that it should have read. */
function isWhole({ outcome, passes, unread, unanswered }: SyncReport): boolean {
  const isLeft = passes.some((pass) => pass.outcome === 'skipped')
  return outcome === 'succeeded' && !isLeft && unread === 0 && unanswered.length === 0
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
  const skipped = entities.slice(runs.length).map(({ name: entity }) => entity)
  if (skipped.length > 0) process.stdout.write(`\nnot started: ${skipped.join(', ')}\n`)
  const doubtful = runs.findIndex(({ report }) => report === null || !isWhole(report))
  const entity = entities[doubtful]?.name
  if (reports.some(({ outcome }) => outcome === 'cancelled' || outcome === 'limited')) return
  if (entity !== undefined) {
    process.stdout.write(`\nnext: \`hubgen status ${entity}\` shows the problem\n`)
    return
  }
  const [succeeded] = reports
  if (succeeded !== undefined && skipped.length === 0) {
    const queries = join(directory, succeeded.entity, 'queries.sql')
    process.stdout.write(`\n${nextCommand(queries)}\n`)
  }
}
