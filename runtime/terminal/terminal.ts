import { machine } from '../machine.ts'
import { describeResumption } from '../sync/describe-event.ts'
import type { RunStarted, SyncEvent } from '../sync/events.ts'
import { plainEvent } from '../sync/events.ts'
import { sayPass } from '../sync/plain-words.ts'
import type { Progress } from '../sync/progress.ts'
import { follow, renderBar, renderLine } from '../sync/progress.ts'
import { countOf } from '../words/numbers-as-text.ts'
import { columnsOf, type PrintOutput, printTo } from './print.ts'

export interface TerminalView {
  readonly format: 'json' | 'text'
  /**
   * `outcome`: only notices, in addition to progress. `everything`: also the start of runs, resumed passes
   * and batches that were rolled back.
   */
  readonly detail: 'outcome' | 'everything'
}

/** Shows the events of runs, one run after another. */
export interface Terminal {
  show(event: SyncEvent): void
  /** Removes the progress bar; call it before printing anything else. */
  close(): void
}

/** More frequent redraws cost time and show nothing more. */
const redrawMs = 100
/** Interval of lines for a pipe or a log file. */
const lineMs = 5_000
/** Maximum width of the bar, however wide the window is. */
const widestColumns = 80

/**
 * JSON lines if requested; a progress bar on a terminal that can redraw a line; otherwise plain lines every
 * few seconds.
 */
export function openTerminal(
  output: PrintOutput,
  { format, detail }: TerminalView,
  environment: NodeJS.ProcessEnv,
): Terminal {
  if (format === 'json') return jsonTerminal(output)
  const { TERM } = environment
  const open = output.isTTY === true && TERM !== 'dumb' ? barTerminal : lineTerminal
  return open(output, detail)
}

function jsonTerminal(output: PrintOutput): Terminal {
  return {
    show: (event) => output.write(`${JSON.stringify(plainEvent(event))}\n`),
    close() {},
  }
}

function lineTerminal(output: PrintOutput, detail: TerminalView['detail']): Terminal {
  const progress = followProgress()
  let nextLineMs = 0
  return {
    show(event) {
      progress.show(event)
      const nowMs = Date.parse(event.at)
      const notice = noticeOf(event, detail)
      if (notice !== null) printTo(output, notice)
      if (event.type === 'run_requested') nextLineMs = nowMs + lineMs
      if (!isProgress(event) || nowMs < nextLineMs) return
      nextLineMs = nowMs + lineMs
      output.write(`${renderLine(progress.at(nowMs))}\n`)
    },
    close() {},
  }
}

function barTerminal(output: PrintOutput, detail: TerminalView['detail']): Terminal {
  const progress = followProgress()
  let drawnMs = 0
  let tick: NodeJS.Timeout | undefined
  const clear = () => output.write('\r\x1b[K')
  const draw = (nowMs: number) => {
    // One column less than the window, because a full line makes some terminals wrap.
    const columns = Math.min(widestColumns, columnsOf(output)) - 1
    output.write(`\r${renderBar(progress.at(nowMs), columns)}\x1b[K`)
    drawnMs = nowMs
  }
  const close = () => {
    if (tick === undefined) return
    clearInterval(tick)
    tick = undefined
    clear()
  }
  return {
    show(event) {
      progress.show(event)
      const notice = noticeOf(event, detail)
      if (notice !== null) {
        if (tick !== undefined) clear()
        printTo(output, notice)
      }
      const nowMs = Date.parse(event.at)
      if (event.type === 'run_requested') {
        // Keeps the elapsed time current during waits for HubSpot.
        tick = machine.every(1_000, () => draw(machine.nowMs())).unref()
        draw(nowMs)
      }
      if (event.type === 'run_finished' || event.type === 'run_not_started') close()
      if (tick !== undefined && isProgress(event) && nowMs - drawnMs >= redrawMs) draw(nowMs)
    },
    close,
  }
}

/** The text for events that are printed at once; null for most events. */
function noticeOf(event: SyncEvent, detail: TerminalView['detail']): string | null {
  if (event.type === 'notice') {
    const fix = event.fix === null ? '' : `\n  fix: ${event.fix}`
    return `notice[${event.code}]: ${event.entity}: ${event.message}${fix}`
  }
  return detail === 'everything' ? describeDetail(event) : null
}

function describeDetail(event: SyncEvent): string | null {
  switch (event.type) {
    case 'run_started':
      return describeStart(event)
    case 'pass_started':
      return event.resumedFrom === null
        ? null
        : `${event.entity}: ${sayPass(event.pass)}:${describeResumption(event)}`
    case 'batch_failed':
      return (
        `${event.entity}: batch ${event.batch} rolled back, ${countOf(event.records, 'record')} ` +
        `from ${event.firstRecordId} to ${event.lastRecordId}`
      )
    default:
      return null
  }
}

function describeStart({
  entity,
  portalId,
  table,
  database,
  mode,
  reason,
}: Pick<RunStarted, 'portalId' | 'table' | 'database' | 'mode' | 'reason'> & {
  readonly entity: string
}): string {
  const what = {
    full: `full sync${reason === null ? '' : ` (${reason})`}`,
    incremental: 'incremental sync',
    repair: 'repair',
    test: 'trial sync',
  }
  return `${entity}: portal ${portalId} → ${table} in ${database}; ${what[mode]}`
}

function isProgress(event: SyncEvent): boolean {
  return (
    event.type === 'page_read' ||
    event.type === 'retry' ||
    event.type === 'database_retry' ||
    event.type === 'total_counted'
  )
}

function followProgress() {
  let startedMs = 0
  let progress: Progress = startOf('')
  return {
    show(event: SyncEvent) {
      if (event.type === 'run_requested') {
        startedMs = Date.parse(event.at)
        progress = startOf(event.entity)
      }
      // Each pass has its own pace.
      if (event.type === 'pass_started') startedMs = Date.parse(event.at)
      progress = follow(progress, event)
    },
    at: (nowMs: number): Progress => ({
      ...progress,
      elapsedSeconds: Math.max(0, nowMs - startedMs) / 1000,
    }),
  }
}

function startOf(entity: string): Progress {
  return { entity, read: 0, total: null, elapsedSeconds: 0, waiting: null }
}
