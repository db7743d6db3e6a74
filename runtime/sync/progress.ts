import { formatCount, formatDuration } from '../words/numbers-as-text.ts'
import type { DatabaseRetry, RetryScheduled, SyncEvent } from './events.ts'
import { sayPass } from './plain-words.ts'

/** The state of a progress bar for the running pass. */
export interface Progress {
  /** The entity, followed by the pass unless it reads all records: `deals: changed records`. */
  readonly entity: string
  readonly read: number
  /** Null until it is known; stays null if HubSpot does not say. */
  readonly total: number | null
  readonly elapsedSeconds: number
  /** Describes the wait in progress; null if there is none. */
  readonly waiting: string | null
}

/** Applies an event of the run; the caller sets `elapsedSeconds`. */
export function follow(progress: Progress, event: SyncEvent): Progress {
  switch (event.type) {
    case 'pass_started':
      return { ...progress, entity: nameOf(event), read: 0, total: null, waiting: null }
    case 'total_counted':
      return { ...progress, total: event.total }
    case 'page_read':
      return { ...progress, read: event.read, waiting: null }
    case 'batch_written':
      return { ...progress, waiting: null }
    case 'database_retry':
    case 'retry':
      return { ...progress, waiting: describeWaiting(event) }
    default:
      return progress
  }
}

/** Describes what the run waits for and how long. */
export function describeWaiting(event: DatabaseRetry | RetryScheduled): string {
  const wait = formatDuration(event.delayMs / 1000)
  const what = event.type === 'retry' ? `HubSpot ${event.what}` : 'Postgres cannot be reached'
  return `${what}, retrying in ${wait}`
}

function nameOf({ entity, pass }: SyncEvent & { readonly type: 'pass_started' }): string {
  return pass === 'records' ? entity : `${entity}: ${sayPass(pass)}`
}

/** `deals  ██████░░░░  52%  26,000/50,000  1,850/s  0:14, 0:13 left`, never wider than `columns`. */
export function renderBar(progress: Progress, columns: number): string {
  const { entity, read, total, elapsedSeconds, waiting } = progress
  if (waiting !== null) return cut(`${entity}  ${formatCount(read)} read  ${waiting}`, columns)
  const rate = elapsedSeconds > 0 ? read / elapsedSeconds : 0
  const time = formatDuration(elapsedSeconds)
  if (total === null || total === 0) {
    return cut(`${entity}  ${formatCount(read)} read  ${formatCount(rate)}/s  ${time}`, columns)
  }
  // New records may appear during the run, so the share is capped at 1.
  const share = Math.min(1, read / total)
  const left = rate > 0 ? `, ${formatDuration(Math.max(0, total - read) / rate)} left` : ''
  const percent = `${Math.floor(share * 100)}%`.padStart(4)
  const figures =
    `${percent}  ${formatCount(read)}/${formatCount(total)}  ` +
    `${formatCount(rate)}/s  ${time}${left}`
  const width = Math.min(30, columns - entity.length - figures.length - 4)
  if (width < 5) return cut(`${entity}  ${figures}`, columns)
  const full = Math.round(share * width)
  return `${entity}  ${'█'.repeat(full)}${'░'.repeat(width - full)}  ${figures}`
}

/** One line for logs and pipes: `deals: 26,000 of 50,000 records read, 1,850/s, 14 s`. */
export function renderLine(progress: Progress): string {
  const { entity, read, total, elapsedSeconds, waiting } = progress
  const of = total === null ? '' : ` of ${formatCount(total)}`
  const rate = elapsedSeconds > 0 ? formatCount(read / elapsedSeconds) : '0'
  const time = formatDuration(elapsedSeconds)
  const note = waiting === null ? '' : `; ${waiting}`
  return `${entity}: ${formatCount(read)}${of} records read, ${rate}/s, ${time}${note}`
}

function cut(line: string, columns: number): string {
  return line.length > columns ? `${line.slice(0, columns - 1)}…` : line
}
