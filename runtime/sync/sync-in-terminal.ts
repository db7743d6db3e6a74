import type { Entity } from '../entity.ts'
import type { Database } from '../postgres/database.ts'
import type { SyncReport } from './report.ts'
import { cancelledExitCode, expectedExitCode, reportFailure } from './report-failure.ts'
import type { Scope } from './scope.ts'
import { renderSummary } from './summary.ts'
import { syncEntity } from './sync-entity.ts'
import type { SyncOptions } from './sync-options.ts'
import { openTerminal } from './terminal.ts'

export interface TerminalSyncOptions extends Scope {
  readonly connect?: NonNullable<SyncOptions['connect']>
  readonly format: 'json' | 'text'
  readonly signal: AbortSignal
  /** Open; the caller closes it. */
  readonly database: Database
  /** What to type to go on after an interruption. */
  readonly command: string
}

export interface TerminalSync {
  /** Null when the run could not begin. */
  readonly report: SyncReport | null
  /** What ended it early; null when nothing did. */
  readonly failure: unknown
  readonly exitCode: number
}

/** One run for people or, as JSON lines, for programs: progress, failure and summary are printed. */
export async function syncInTerminal(
  entity: Entity,
  options: TerminalSyncOptions,
): Promise<TerminalSync> {
  const { format, command, ...rest } = options
  const terminal = openTerminal(process.stdout, format, process.env)
  try {
    const report = await syncEntity(entity, { ...rest, onEvent: terminal.show })
    if (format === 'text') process.stdout.write(`${renderSummary(report, command)}\n`)
    return { report, failure: report.error, exitCode: exitCodeOf(report) }
  } catch (failure) {
    terminal.close()
    return { report: null, failure, exitCode: reportFailure(failure) }
  }
}

function exitCodeOf(report: SyncReport): number {
  if (report.error !== null) return reportFailure(report.error)
  if (report.outcome === 'cancelled') return cancelledExitCode
  return report.outcome === 'succeeded' ? 0 : expectedExitCode
}
