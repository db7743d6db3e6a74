/*
 * The journal publishes a run's events through the database: one row per event and one row of progress per
 * second, written in the background. A page can therefore show the runs of any machine, and a restarted
 * dashboard loses nothing. A single process writes and numbers the rows of a run, so `run.number` is a
 * cursor without gaps; browsers send it back as `Last-Event-ID`. A sequence shared by all runs would not
 * do, because a later number can be committed first. If the database refuses these rows, the run is not
 * affected. A short run that found nothing new leaves only its row in `hubgen.run`.
 */

import type { HubSpot } from '../hubspot/client/client.ts'
import { machine } from '../machine.ts'
import type { Database } from '../postgres/connection/database.ts'
import { type EventRow, insertEvents } from '../postgres/state/event-rows.ts'
import { noCounts, type RunCounts, sumCounts } from '../postgres/state/run-counts.ts'
import type { RunIdentity } from '../postgres/state/state.ts'
import type { SyncEvent } from './events.ts'
import { plainEvent } from './events.ts'
import { describeWaiting } from './progress.ts'

/**
 * Progress of a run, a row of `hubgen.event` each second: `read` and `total` count for the pass, the other
 * counters for the run.
 */
export interface ProgressBody extends RunCounts {
  readonly pass: string
  /** Null until it is known, or if HubSpot does not report it. */
  readonly total: number | null
  readonly calls: number
  readonly retries: number
  /** From HubSpot's latest answer; null if it reports none. */
  readonly daily: { readonly permitted: number; readonly remaining: number } | null
  /** Describes the wait in progress; null if there is none. */
  readonly waiting: string | null
}

/** Publishes the events of a run through the database. */
export interface Journal {
  /** Returns at once and never fails: rows are written in the background, once a second. */
  note(event: SyncEvent): void
  /** Writes the remaining rows once. Rows that the database refuses then are lost. */
  close(): Promise<void>
}

/** The counters of the HubSpot client. */
type CallCounts = Pick<HubSpot, 'calls' | 'retries' | 'dailyLimit'>

const everyMs = 1_000
/** A run of several hours has a few thousand rows of progress: their interval grows up to this. */
const longestMs = 10_000
/** The interval of progress rows is the run's age divided by this. */
const shareOfAge = 600
/** At most this many events of a type that can occur once per record; the report counts all of them. */
const mostOfAKind = 200
/** Events that wait while the database refuses them; further ones are dropped. */
const mostWaiting = 2_000

/** A longer run shows its progress even if it has found nothing new so far. */
const longestSilenceMs = 30_000

/** Whether somebody may want to read the run's events: it writes something, or something is wrong. */
function isEventful(event: SyncEvent): boolean {
  switch (event.type) {
    case 'run_requested':
    case 'pass_started':
    case 'total_counted':
      return false
    case 'run_started':
      return event.mode !== 'incremental'
    case 'page_read':
      return event.records > 0
    case 'pass_finished': {
      const { outcome, inserted, updated, deleted } = event.report
      return outcome !== 'completed' || inserted + updated + deleted > 0
    }
    case 'run_finished':
      return event.report.outcome !== 'succeeded'
    default:
      return true
  }
}

/** Event types that are not journaled: progress rows cover them, or nobody needs them after the run. */
const untold = new Set<SyncEvent['type']>([
  'page_read',
  'total_counted',
  'batch_started',
  'batch_written',
])

/** The run must be recorded as started. */
export function openJournal(database: Database, run: RunIdentity, hubspot: CallCounts): Journal {
  return new EventJournal(database, run, hubspot)
}

class EventJournal implements Journal {
  readonly #database: Database
  readonly #run: RunIdentity
  readonly #hubspot: CallCounts
  readonly #timer: NodeJS.Timeout
  readonly #counts = new Map<string, number>()
  readonly #openedMs = machine.elapsedMs()
  #progress: Omit<ProgressBody, 'calls' | 'retries' | 'daily'> = nothingYet
  #notedMs = 0
  #noted = ''
  #number = 0
  #isEventful = false
  #waiting: EventRow[] = []
  #writing: Promise<void> | null = null

  constructor(database: Database, run: RunIdentity, hubspot: CallCounts) {
    this.#database = database
    this.#run = run
    this.#hubspot = hubspot
    this.#timer = machine.every(everyMs, () => this.#tick()).unref()
  }

  note(event: SyncEvent): void {
    this.#progress = follow(this.#progress, event)
    this.#isEventful ||= isEventful(event)
    if (untold.has(event.type) || !this.#isWorthIt(event.type)) return
    // Progress goes first, so that the order is right.
    if (event.type === 'pass_finished') this.#noteProgress()
    const { at, entity: _, type, ...body } = plainEvent(event)
    this.#add({ at: String(at), type: String(type), body })
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    this.#noteProgress()
    await this.#writing
    if (this.#mayWrite()) await this.#write()
  }

  #mayWrite(): boolean {
    return this.#isEventful || machine.elapsedMs() - this.#openedMs >= longestSilenceMs
  }

  #isWorthIt(type: string): boolean {
    const count = (this.#counts.get(type) ?? 0) + 1
    this.#counts.set(type, count)
    return count <= mostOfAKind
  }

  #tick(): void {
    const nowMs = machine.elapsedMs()
    const ageMs = nowMs - this.#openedMs
    const distanceMs = Math.min(longestMs, Math.max(everyMs, ageMs / shareOfAge))
    // Timers fire slightly late. The tolerance of half an interval keeps one row per tick instead of one
    // per two ticks.
    if (nowMs - this.#notedMs >= distanceMs - everyMs / 2) this.#noteProgress()
    if (!this.#mayWrite()) return
    this.#writing ??= this.#write().finally(() => {
      this.#writing = null
    })
  }

  #noteProgress(): void {
    const { calls, retries, dailyLimit: daily } = this.#hubspot
    const body: ProgressBody = { ...this.#progress, calls, retries, daily }
    const text = JSON.stringify(body)
    if (body.pass === '' || text === this.#noted) return
    this.#noted = text
    this.#notedMs = machine.elapsedMs()
    this.#add({ at: machine.now().toISOString(), type: 'progress', body: { ...body } })
  }

  #add(event: Omit<EventRow, 'number'>): void {
    if (this.#waiting.length >= mostWaiting) return
    this.#number += 1
    this.#waiting.push({ number: this.#number, ...event })
  }

  async #write(): Promise<void> {
    const events = this.#waiting
    if (events.length === 0) return
    this.#waiting = []
    try {
      await insertEvents(this.#database, this.#run, events)
    } catch {
      // The run meets the same database error and reports it.
      this.#waiting = [...events, ...this.#waiting].slice(0, mostWaiting)
    }
  }
}

const nothingYet: Omit<ProgressBody, 'calls' | 'retries' | 'daily'> = {
  ...noCounts,
  pass: '',
  total: null,
  waiting: null,
}

function follow(progress: typeof nothingYet, event: SyncEvent): typeof nothingYet {
  switch (event.type) {
    case 'pass_started':
      return { ...progress, pass: event.pass, read: 0, total: null, waiting: null }
    case 'total_counted':
      return { ...progress, total: event.total }
    case 'page_read':
      return { ...progress, read: event.read, waiting: null }
    case 'batch_written':
      return {
        ...progress,
        ...sumCounts(progress, { ...event, read: 0 }),
        waiting: null,
      }
    case 'pass_finished':
      return { ...progress, deleted: progress.deleted + event.report.deleted }
    case 'retry':
    case 'database_retry':
      return { ...progress, waiting: describeWaiting(event) }
    default:
      return progress
  }
}
