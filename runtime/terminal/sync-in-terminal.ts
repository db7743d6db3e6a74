import type { Entity } from '../entity.ts'
import { HubgenError } from '../errors.ts'
import type { Database } from '../postgres/connection/database.ts'
import type { SyncEvent } from '../sync/events.ts'
import type { SyncReport } from '../sync/report.ts'
import { syncEntity } from '../sync/sync-entity.ts'
import type { SyncOptions } from '../sync/sync-options.ts'
import { cancelledExitCode, expectedExitCode, reportFailure } from './report-failure.ts'
import { renderLine, renderSummary } from './summary.ts'
import { openTerminal } from './terminal.ts'

export interface TerminalSyncOptions extends Omit<SyncOptions, 'onEvent'> {
  readonly connect?: NonNullable<SyncOptions['connect']>
  readonly format: 'json' | 'text'
  readonly signal: AbortSignal
  /** Open; the caller closes it. */
  readonly database: Database
  /** The command that resumes after an interruption. */
  readonly command: string
  /**
   * `recurring`: summarized in one line; an entity that another run is syncing is left for the next round
   * and is no failure.
   */
  readonly rhythm?: 'once' | 'recurring'
  /** Whether a missing object type in HubSpot is a failure; `notice` for syncs of all entities. */
  readonly whenTypeGone?: 'failure' | 'notice'
}

export interface TerminalSync {
  /** Null if the run could not start. */
  readonly report: SyncReport | null
  /** The error that ended it early; null if there is none. */
  readonly failure: unknown
  readonly exitCode: number
}

/** Runs a sync for people or, as JSON lines, for programs: prints progress, failure and summary. */
export async function syncInTerminal(
  entity: Entity,
  options: TerminalSyncOptions,
): Promise<TerminalSync> {
  const { format, command, rhythm = 'once', whenTypeGone = 'failure', ...rest } = options
  const recurring = rhythm === 'recurring'
  const terminal = openTerminal(process.stdout, format, process.env)
  const say = (text: string) => {
    if (format === 'text') process.stdout.write(`${text}\n`)
  }
  const onEvent = (event: SyncEvent) => {
    // The target is known after the first round.
    if (!recurring || format === 'json' || event.type !== 'run_started') {
      terminal.show(event)
    }
  }
  try {
    const report = await syncEntity(entity, { ...rest, onEvent })
    if (whenTypeGone === 'notice' && report.error?.code === 'OBJECT_TYPE_GONE') {
      say(`! ${entity.name}: ${report.error.message}; ${report.error.fix}`)
      return { report, failure: report.error, exitCode: 0 }
    }
    say(recurring ? renderLine(report) : renderSummary(report, command))
    return { report, failure: report.error, exitCode: exitCodeOf(report) }
  } catch (failure) {
    terminal.close()
    if (recurring && failure instanceof HubgenError && failure.code === 'ENTITY_BUSY') {
      say(`- ${entity.name}: ${failure.message} by ${failure.at}; left for the next round`)
      return { report: null, failure, exitCode: 0 }
    }
    if (failure instanceof HubgenError && failure.code === 'MAX_CALLS_REACHED') {
      say(`! ${entity.name}: not started, ${failure.message}`)
      return { report: null, failure, exitCode: 0 }
    }
    return { report: null, failure, exitCode: reportFailure(failure) }
  }
}

function exitCodeOf(report: SyncReport): number {
  if (report.error !== null) return reportFailure(report.error)
  if (report.outcome === 'cancelled') return cancelledExitCode
  return report.outcome === 'succeeded' || report.outcome === 'limited' ? 0 : expectedExitCode
}
