import type { Entity } from '../entity.ts'
import { loadEnvironment, logDirectory } from '../environment.ts'
import { HubgenError } from '../errors.ts'
import type { Account } from '../hubspot/client/account.ts'
import { connectHubSpot } from '../hubspot/client/client.ts'
import { readHubSpotSettings } from '../hubspot/client/settings.ts'
import { machine } from '../machine.ts'
import type { Database } from '../postgres/connection/database.ts'
import { parseDatabaseUrl } from '../postgres/connection/database-url.ts'
import { readDatabaseSettings } from '../postgres/connection/settings.ts'
import { checkTable } from '../postgres/connection/table-check.ts'
import { checkMergeTable } from '../postgres/load/merges.ts'
import { retrying } from '../postgres/state/commit.ts'
import { beginRun, leaseHolder } from '../postgres/state/lease.ts'
import { readPassStates, readPassStatesIn } from '../postgres/state/pass-state.ts'
import { ensureState, recordNotStarted } from '../postgres/state/state.ts'
import type { UnansweredPart } from '../postgres/state/unanswered-part.ts'
import { askUnanswered, forgetUnread, unansweredOf } from './ask-unanswered.ts'
import { checkFacts } from './check-facts.ts'
import { type Choice, choosePasses, recallSearch } from './choose-passes.ts'
import { type Journal, openJournal } from './journal.ts'
import { readLogLevel } from './log-level.ts'
import { lookTimes } from './look-times.ts'
import { openEmitter } from './open-emitter.ts'
import { stateNameOf } from './pass.ts'
import { repairOf } from './passes/repair.ts'
import { passesOf } from './passes.ts'
import { patienceOf } from './patience.ts'
import { checkEntityPortal, checkState, checkTablePortal, claimState } from './portal-guard.ts'
import { checkRecordLimit, noRecordLimit } from './record-limit.ts'
import { databaseSecrets, type EventRedactor, openEventRedactor } from './redact.ts'
import type { RunMode, SyncReport } from './report.ts'
import { openRunLog } from './run-log.ts'
import { runSync } from './run-sync.ts'
import type { SharedDatabase } from './shared-database.ts'
import { joinDatabase } from './shared-database.ts'
import type { RepairSpan, SyncOptions } from './sync-options.ts'
import type { Copy } from './verify/compare-ids.ts'

/**
 * Brings an entity's table to the state of its records: the first run reads everything, later runs read
 * changes. Only one run per entity is active at a time. Rejects with a HubgenError if the run could not
 * start (settings, token, table, early cancellation). After that, a failure or a cancellation is in
 * the report, and everything that was committed stays. Several entities may run in parallel in one process:
 * they share HubSpot's rate limit and the database's connections.
 */
export async function syncEntity(entity: Entity, given: SyncOptions = {}): Promise<SyncReport> {
  checkFacts(entity)
  const options = withoutSpans(entity, given)
  const limit = options.limit === undefined ? null : checkRecordLimit(options.limit)
  if (limit !== null && entity.resource !== undefined) throw noRecordLimit(entity.name)
  const directory = options.directory ?? process.cwd()
  const environment = loadEnvironment(directory)
  const settings = options.hubspot ?? readHubSpotSettings(environment, directory)
  const level = options.logLevel ?? readLogLevel(environment)
  const log = openRunLog(logDirectory(directory, environment), entity.name, machine.now(), level)
  const redactor = openEventRedactor()
  redactor.hide([settings.token])
  const emitter = openEmitter({ entity, log, redactor, onEvent: options.onEvent })
  const { emit } = emitter
  let journal: Journal | null = null
  const reading = new AbortController()
  const cancel = () => reading.abort(options.signal?.reason)
  if (options.signal?.aborted === true) cancel()
  options.signal?.addEventListener('abort', cancel, { once: true })
  const hubspot = connectHubSpot(settings, {
    ...options.connect,
    signal: reading.signal,
    onRetry: (retry) => emit({ type: 'retry', ...retry }),
  })
  let shared: SharedDatabase | null = null
  let started = false
  try {
    emit({ type: 'run_requested', limit, logFile: log.path })
    const account = await hubspot.account()
    checkEntityPortal(entity, account)
    shared = await openShared(options, environment, directory, redactor)
    const { database } = shared
    const patience = patienceOf({ options, emit, signal: reading.signal })
    await retrying(database, () => checkState(database, entity, null), patience)
    await checkTable(database, entity)
    await checkMergeTable(database, entity)
    await checkTablePortal(database, entity, account)
    reading.signal.throwIfAborted()
    const { run, choice, remade, unanswered } = await retrying(
      database,
      () => begin({ entity, hubspot, database }, options, account),
      patience,
    )
    started = true
    journal = openJournal(database, run, hubspot)
    emitter.publish(journal)
    const { redactText } = redactor
    const context = { entity, options, hubspot, database, run, choice, remade, log, emit, reading }
    return await runSync({ ...context, unanswered, redactText })
  } catch (error) {
    if (started) throw error
    const reason = options.signal?.aborted === true ? cancelledEarly() : error
    if (reason instanceof HubgenError) {
      emit({ type: 'run_not_started', code: reason.code, message: reason.message })
      const text = redactor.redactText(`${reason.code}: ${reason.message}`)
      const fix = reason.fix === undefined ? null : redactor.redactText(reason.fix)
      if (reason.isRecorded) {
        const refusal = { error: text, fix }
        await recordRefusal(shared?.database ?? options.database, entity, options, refusal)
      }
    }
    throw reason
  } finally {
    options.signal?.removeEventListener('abort', cancel)
    log.close()
    await journal?.close()
    await shared?.leave()
  }
}

/** Rows of a resource have no ids that a repair could be limited to: all of them are read. */
function withoutSpans({ resource }: Entity, options: SyncOptions): SyncOptions {
  if (resource === undefined || options.repair === undefined) return options
  return { ...options, repair: undefined, full: true }
}

/**
 * Opens the given database, or the environment's. Adds its location to the redactor before anything is
 * logged.
 */
async function openShared(
  { database }: SyncOptions,
  environment: NodeJS.ProcessEnv,
  directory: string,
  redactor: EventRedactor,
): Promise<SharedDatabase> {
  const hide = ({ label, url, embedded }: Database) => {
    const { password } = parseDatabaseUrl(url())
    redactor.hide(embedded ? [password ?? ''] : databaseSecrets(label, password))
  }
  if (database !== undefined) {
    hide(database)
    return { database, async leave() {} }
  }
  const settings = readDatabaseSettings(environment, directory)
  if (settings.kind === 'server') redactor.hide(databaseSecrets(settings, settings.password))
  const shared = await joinDatabase(settings)
  hide(shared.database)
  return shared
}

/** Takes the entity's lease, checks who owns the saved state, and chooses the passes. */
async function begin(copy: Copy, options: SyncOptions, account: Account) {
  const { entity, database } = copy
  const { portalId } = account
  options.watch?.noteAccount(account)
  const look = lookTimes(options, account.timeZone)
  await ensureState(database)
  await checkState(database, entity, portalId)
  const passes = passesOf(entity)
  const names = [...new Set([entity.name, ...passes.map((pass) => stateNameOf(pass, entity))])]
  const known = await readPassStates(database, names)
  await forgetUnread(copy, passes, known)
  const answeredAgain = await askUnanswered(copy, known, options)
  const { everySeconds } = options
  const facts = { entity: entity.name, mode: 'incremental', portalId, everySeconds }
  let choice: Choice = { mode: 'incremental', reason: null, passes: [] }
  let remade: readonly string[] = []
  let unanswered: readonly UnansweredPart[] = []
  const run = await beginRun(database, facts, async (transaction, { id }) => {
    remade = await claimState(transaction, database, entity, account)
    const states = await readPassStatesIn(transaction, names)
    unanswered = unansweredOf(entity, states)
    choice =
      options.repair === undefined
        ? choosePasses(entity, passes, states, options, { look, answeredAgain })
        : chooseRepair(options.repair)
    recallSearch(copy, states, choice.passes)
    const { mode } = choice
    await transaction.updateTable('hubgen.run').set({ mode }).where('id', '=', id).execute()
  })
  return { run, choice, remade, unanswered }
}

function chooseRepair(spans: readonly RepairSpan[]): Choice {
  const alone = { fromStart: true, remembered: false, since: null }
  return { mode: 'repair', reason: null, passes: [{ pass: repairOf(spans), ...alone }] }
}

/** Records a run that could not start, for monitoring. If that fails too, only the original error is thrown. */
async function recordRefusal(
  database: Database | undefined,
  { name: entity }: Entity,
  { limit, full, everySeconds }: SyncOptions,
  refusal: { readonly error: string; readonly fix: string | null },
): Promise<void> {
  if (database === undefined) return
  const mode: RunMode = limit !== undefined ? 'test' : full === true ? 'full' : 'incremental'
  const facts = {
    entity,
    mode,
    holder: leaseHolder,
    everySeconds: everySeconds ?? null,
    ...refusal,
  }
  await recordNotStarted(database, facts).catch(() => {})
}

function cancelledEarly(): HubgenError {
  return new HubgenError('CANCELLED', 'the sync was cancelled before it read anything')
}
