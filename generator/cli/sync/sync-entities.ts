import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Entity } from '../../../runtime/entity.ts'
import { HubgenError } from '../../../runtime/errors.ts'
import { createCallBudget } from '../../../runtime/hubspot/limits/call-budget.ts'
import { machine } from '../../../runtime/machine.ts'
import type { Database } from '../../../runtime/postgres/connection/database.ts'
import { readRound } from '../../../runtime/postgres/state/round-so-far.ts'
import { ensureState } from '../../../runtime/postgres/state/state.ts'
import { waitingLongest } from '../../../runtime/postgres/state/waiting-longest.ts'
import type { SyncReport } from '../../../runtime/sync/report.ts'
import { isSliceOver } from '../../../runtime/sync/run-limits.ts'
import type { SyncOptions } from '../../../runtime/sync/sync-options.ts'
import { listenForInterrupt } from '../../../runtime/terminal/interrupt.ts'
import { nextCommand, openForSync } from '../../../runtime/terminal/open-for-terminal.ts'
import { print } from '../../../runtime/terminal/print.ts'
import { cancelledExitCode } from '../../../runtime/terminal/report-failure.ts'
import { type EntityEnd, renderTable } from '../../../runtime/terminal/summary.ts'
import type { TerminalSync } from '../../../runtime/terminal/sync-in-terminal.ts'
import { syncInTerminal } from '../../../runtime/terminal/sync-in-terminal.ts'
import { importEntity } from '../../project/import-entity.ts'
import { alertAfterRun, alertDatabaseAway, isDatabaseAway } from '../alert/alert-after-run.ts'
import { rememberRuns } from './look-for-news.ts'
import { printSliceReport } from './slice-report.ts'
import { type SliceWatch, watchSlice } from './slice-watch.ts'
import type { SyncRequest } from './sync-request.ts'

/** `more`: a slice ended before everything was read. `busy`: all was read but the entities that other runs hold. */
const sliceExitCodes = { nothing: 0, more: 3, busy: 4, cut: cancelledExitCode } as const

/**
 * Syncs entities one after another into the environment's database, with at most `maxCalls` calls in total.
 * Prints failures and continues with the other entities. Returns the highest exit code of an entity; if none
 * failed, a slice has exit codes of its own.
 */
export async function syncEntities(request: SyncRequest): Promise<number> {
  const { format, directory } = request
  const imported = await importEntities(request)
  const isSlice = request.sliceMs !== undefined
  const watched = isSlice ? await watchSlice(imported, request) : null
  if (watched?.isQuiet) return await endQuietly(directory, imported, watched)
  const database = await openForSync(format).catch(async (failure: unknown) => {
    await alertDatabaseAway(failure)
    throw failure
  })
  try {
    const place = {
      database,
      signal: listenForInterrupt(),
      ...(watched !== null && {
        everySeconds: watched.everySeconds,
        watchOf: (entity: Entity) => watched.watch.watchOf(entity),
      }),
    }
    const { entities, roundSince } = isSlice
      ? await beginSlice(database, imported)
      : { entities: imported, roundSince: null }
    const runs = await syncOneAfterAnother(entities, request, place, isSlice ? 'recurring' : 'once')
    if (watched !== null) {
      await rememberRuns(watched.watch, database, entities, runs)
      await watched.keep()
    }
    if (format === 'text') printEnd(directory, endsOf(entities, runs))
    if (!place.signal.aborted) await alertAfterSync(directory, database, runs)
    const exitCode = Math.max(0, ...runs.map((run) => run.exitCode))
    if (!isSlice) return exitCode
    const rest = endOfSlice(entities, runs)
    const isCut = place.signal.aborted && (exitCode !== 0 || rest === 'more')
    const left = isCut ? 'cut' : rest
    if (format === 'json')
      await printSliceReport({ directory, entities, runs, left, database, roundSince })
    return exitCode === 0 ? sliceExitCodes[left] : exitCode
  } finally {
    await database.close()
  }
}

/** The end of a slice that found nothing new: no connection to the database was opened. */
async function endQuietly(
  directory: string,
  entities: readonly Entity[],
  watched: SliceWatch,
): Promise<number> {
  await watched.keep()
  const nothing = { runs: [], left: 'nothing', roundSince: null, database: null } as const
  await printSliceReport({ directory, entities, ...nothing })
  return sliceExitCodes.nothing
}

/** A scheduler that repeats slices gives back the `roundSince` of the last one, and the round ends when all were read. */
const roundVariable = 'HUBGEN_ROUND_SINCE'

/** The entities that this round has yet to read, the one that waits longest first. */
async function beginSlice(database: Database, imported: readonly Entity[]) {
  const ordered = await orderByTurn(database, imported)
  await ensureState(database)
  const since = process.env[roundVariable]
  const names = ordered.map(({ name }) => name)
  const round = await readRound(database, names, isTime(since) ? since : null)
  const entities = ordered.filter(({ name }) => !round.ended.has(name))
  return { entities, roundSince: round.since }
}

function isTime(text: string | undefined): text is string {
  return text !== undefined && !Number.isNaN(Date.parse(text))
}

/** Their generated modules; fails with GENERATED_MISSING and GENERATED_UNUSABLE. */
export async function importEntities({ directory, names }: SyncRequest): Promise<Entity[]> {
  const entities: Entity[] = []
  for (const name of names) entities.push(await importEntity(directory, name))
  return entities
}

/** The entity that waits longest comes first, so that a long first sync does not hold up the others. */
export async function orderByTurn(
  database: Database,
  entities: readonly Entity[],
): Promise<readonly Entity[]> {
  if (entities.length < 2) return entities
  const names = await waitingLongest(
    database,
    entities.map(({ name }) => name),
  )
  return entities.toSorted((a, b) => names.indexOf(a.name) - names.indexOf(b.name))
}

function endOfSlice(
  entities: readonly Entity[],
  runs: readonly TerminalSync[],
): 'nothing' | 'more' | 'busy' {
  const isLimited = runs.some(({ report }) => report?.outcome === 'limited')
  if (isLimited || runs.length < entities.length) return 'more'
  return runs.some(({ failure }) => isBusy(failure)) ? 'busy' : 'nothing'
}

function isBusy(failure: unknown): boolean {
  return failure instanceof HubgenError && failure.code === 'ENTITY_BUSY'
}

/** Where entities are synced, and by which round. */
export interface SyncPlace {
  readonly database: Database
  readonly signal: AbortSignal
  readonly everySeconds?: number
  readonly connect?: NonNullable<SyncOptions['connect']>
  /** Learns from the run of an entity. */
  readonly watchOf?: (entity: Entity) => SyncOptions['watch']
}

/** A longer name moves only its own line. */
const mostAligned = 24

/** Returns the entities that were begun: it stops after a failure that every other entity would meet. */
export async function syncOneAfterAnother(
  entities: readonly Entity[],
  { options, format, detail, maxCalls, sliceMs, configured, asked }: SyncRequest,
  { connect, watchOf, ...place }: SyncPlace,
  rhythm: 'once' | 'recurring',
): Promise<TerminalSync[]> {
  const budget = maxCalls === undefined ? undefined : createCallBudget(maxCalls)
  const until = sliceMs === undefined ? undefined : new Date(machine.nowMs() + sliceMs)
  const longest = Math.max(...entities.map(({ name }) => name.length))
  const nameWidth = Math.min(longest, mostAligned)
  const runs: TerminalSync[] = []
  for (const entity of entities) {
    const run = await syncInTerminal(entity, {
      ...configured(entity),
      ...options,
      ...place,
      until,
      connect: { ...(budget !== undefined && { budget }), ...connect },
      watch: watchOf?.(entity),
      format,
      detail,
      nameWidth,
      rhythm,
      whenTypeGone: asked === 'all' ? 'notice' : 'failure',
    })
    runs.push(run)
    const { failure, report } = run
    if (place.signal.aborted || report?.outcome === 'limited' || isSliceOver({ until })) break
    if (failure instanceof HubgenError && failure.ends === 'everything') break
  }
  return runs
}

/** A database that was lost during the runs keeps nothing about them. */
export async function alertAfterSync(
  directory: string,
  database: Database,
  runs: readonly TerminalSync[],
): Promise<void> {
  const lost = runs.find(({ failure }) => isDatabaseAway(failure))
  if (lost === undefined) await alertAfterRun(directory, database)
  else await alertDatabaseAway(lost.failure)
}

/** The run read everything that it should have read. */
function isWhole({ outcome, passes, unread, unanswered }: SyncReport): boolean {
  const isLeft = passes.some((pass) => pass.outcome === 'skipped')
  return outcome === 'succeeded' && !isLeft && unread === 0 && unanswered.length === 0
}

/** In the order of the request; entities that were not begun have no report. */
function endsOf(entities: readonly Entity[], runs: readonly TerminalSync[]): EntityEnd[] {
  return entities.map(({ name: entity }, index) => {
    const { report = null, failure = null } = runs[index] ?? {}
    return { entity, report, failure }
  })
}

/** A table where messages stand between the lines of several entities, and the next commands. */
function printEnd(directory: string, ended: readonly EntityEnd[]): void {
  const allSucceeded = ended.every(({ report }) => report?.outcome === 'succeeded')
  if (ended.length > 1 && !allSucceeded) print(`\n${renderTable(ended)}`)
  const next = nextSteps(directory, ended)
  if (next.length > 0) print(`\nnext: ${next.join('\n      ')}`)
}

function nextSteps(directory: string, ended: readonly EntityEnd[]): string[] {
  const reports = ended.flatMap(({ report }) => report ?? [])
  if (reports.some(({ outcome }) => outcome === 'cancelled' || outcome === 'limited')) return []
  const doubtful = ended.find(({ report }) => report === null || !isWhole(report))
  if (doubtful !== undefined) return [`\`hubgen status ${doubtful.entity}\` shows the problem`]
  const named = (chosen: readonly SyncReport[]) => chosen.map(({ entity }) => entity).join(' ')
  const trials = reports.filter(({ mode }) => mode === 'test')
  const misfits = reports.filter(
    ({ rejectedValues, rejectedRecords }) => rejectedValues + rejectedRecords > 0,
  )
  const queriesOf = (entity: string) => join(directory, entity, 'queries.sql')
  const written = reports.find(
    ({ entity, inserted, updated }) => inserted + updated > 0 && existsSync(queriesOf(entity)),
  )
  return [
    ...(misfits.length > 0
      ? [`\`hubgen quarantine ${named(misfits)}\` lists what was set aside`]
      : []),
    ...(trials.length > 0 ? [`\`hubgen sync ${named(trials)}\` reads all records`] : []),
    ...(written === undefined ? [] : [nextCommand(queriesOf(written.entity))]),
  ]
}
