import { relative } from 'node:path'
import type { Entity } from '../entity.ts'
import { HubgenError } from '../errors.ts'
import type { Database } from '../postgres/connection/database.ts'
import type { SyncReport } from '../sync/report.ts'
import { syncEntity } from '../sync/sync-entity.ts'
import type { SyncOptions } from '../sync/sync-options.ts'
import { print } from './print.ts'
import { cancelledExitCode, expectedExitCode, reportFailure } from './report-failure.ts'
import { renderDetails, renderLine, renderUnreported } from './summary.ts'
import { openTerminal, type TerminalView } from './terminal.ts'

export interface TerminalSyncOptions extends Omit<SyncOptions, 'onEvent'> {
  readonly connect?: NonNullable<SyncOptions['connect']>
  readonly format: 'json' | 'text'
  readonly signal: AbortSignal
  /** Open; the caller closes it. */
  readonly database: Database
  readonly detail: TerminalView['detail']
  /** The width of the names of all entities that the command syncs. */
  readonly nameWidth?: number
  /** `recurring`: an entity that another run is syncing is left for the next round and is no failure. */
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
  const { format, detail, nameWidth, rhythm = 'once', whenTypeGone = 'failure', ...rest } = options
  const terminal = openTerminal(process.stdout, { format, detail }, process.env)
  const say = (text: string) => {
    if (format === 'text') print(text)
  }
  try {
    const report = await syncEntity(entity, { ...rest, onEvent: terminal.show })
    if (whenTypeGone === 'notice' && report.error?.code === 'OBJECT_TYPE_GONE') {
      say(`! ${entity.name}: ${report.error.message}; ${report.error.fix}`)
      return { report, failure: report.error, exitCode: 0 }
    }
    say(renderLine(report, nameWidth))
    if (detail === 'everything') say(renderDetails(report))
    for (const line of renderRest(report, { detail, rhythm, signal: options.signal })) say(line)
    return { report, failure: report.error, exitCode: exitCodeOf(report) }
  } catch (failure) {
    terminal.close()
    if (
      rhythm === 'recurring' &&
      failure instanceof HubgenError &&
      failure.code === 'ENTITY_BUSY'
    ) {
      say(`- ${entity.name}: ${failure.message} by ${failure.at}; left for the next round`)
      return { report: null, failure, exitCode: 0 }
    }
    if (failure instanceof HubgenError && failure.code === 'MAX_CALLS_REACHED') {
      say(`! ${entity.name}: not started, ${failure.message}`)
      return { report: null, failure, exitCode: 0 }
    }
    say(renderUnreported(entity.name, failure, nameWidth))
    return { report: null, failure, exitCode: reportFailure(failure) }
  }
}

/** Why a run is incomplete, where it is logged, and how it continues. */
function renderRest(
  { entity, outcome, mode, error, logFile }: SyncReport,
  { detail, rhythm, signal }: Required<Pick<TerminalSyncOptions, 'detail' | 'rhythm' | 'signal'>>,
): string[] {
  if (outcome === 'succeeded') return []
  const isAsked = outcome === 'cancelled' && !signal.aborted
  const lines = [
    ...(isAsked ? ['  it was asked to stop, from the dashboard or by `hubgen cancel`'] : []),
    ...(detail === 'everything' || logFile === null ? [] : [`  log: ${relative('', logFile)}`]),
  ]
  // A person has to act first; the error says how to continue.
  const isBlocked = error?.code === 'DELETES_BRAKED'
  if (outcome === 'failed' || rhythm === 'recurring') return lines
  const resumes =
    mode === 'test' || isBlocked ? '' : `; \`hubgen sync ${entity}\` resumes from there`
  return [...lines, `  written rows stay${resumes}`]
}

function exitCodeOf(report: SyncReport): number {
  if (report.error !== null) return reportFailure(report.error)
  if (report.outcome === 'cancelled') return cancelledExitCode
  return report.outcome === 'succeeded' || report.outcome === 'limited' ? 0 : expectedExitCode
}
