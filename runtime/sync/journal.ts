/*
 * A run tells what happens in it through the database: a row an event and one of progress a second, written
 * beside the batches, so that a page shows runs of any machine and a new start of the dashboard loses
 * nothing. One process writes a run's rows and numbers them: `run.number` is a cursor without gaps, which a
 * sequence shared by all runs is not (a later number may be committed first), and is what a browser sends
 * back as `Last-Event-ID`. A database that does not take them costs the run nothing.
 */

import type { HubSpot } from '../hubspot/client.ts'
import { machine } from '../machine.ts'
import type { Database } from '../postgres/connection/database.ts'
import { type EventRow, forgetEvents, insertEvents } from '../postgres/state/event-rows.ts'
import { noCounts, type RunCounts, sumCounts } from '../postgres/state/run-counts.ts'
import type { RunIdentity } from '../postgres/state/state.ts'
import type { SyncEvent } from './events.ts'
import { plainEvent } from './events.ts'
import { describeWaiting } from './progress.ts'

/**
 * Where a run has got to, once a second, as a row of `hubgen.event`: `read` and `total` are the pass's, the other
 * counters the run's.
 */
export interface ProgressBody extends RunCounts {
  readonly pass: string
  /** Null until it is known, and where HubSpot does not say. */
  readonly total: number | null
  readonly calls: number
  readonly retries: number
  /** As HubSpot's last answer told it; null where it tells none. */
  readonly daily: { readonly permitted: number; readonly remaining: number } | null
  /** What is being waited for; null when nothing is. */
  readonly waiting: string | null
}

/** What a run tells those who watch it from elsewhere, through the database. */
export interface Journal {
  /** Takes no time and never fails: rows are written beside the run, once a second. */
  note(event: SyncEvent): void
  /** Writes what is left; what the database does not take by then is lost, and nobody waits for it. */
  close(): Promise<void>
}

/** What the client of HubSpot counts. */
type CallCounts = Pick<HubSpot, 'calls' | 'retries' | 'dailyLimit'>

const everyMs = 1_000
/** A run of hours has some thousand rows of progress: their distance grows to this. */
const longestMs = 10_000
/** Of a run's age: the distance of its rows of progress. */
const shareOfAge = 600
/** N of a kind of which there may be one a record; the report counts all of them. */
const mostOfAKind = 200
/** While the database does not take any: more are dropped. */
const mostWaiting = 2_000

/** Told as progress, or of no interest once they are over. */
const untold = new Set<SyncEvent['type']>([
  'page_read',
  'total_counted',
  'batch_started',
  'batch_written',
])

/** The run is recorded as started. */
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
    if (untold.has(event.type) || !this.#isWorthIt(event.type)) return
    // In their order: how far the run was, then what happened.
    if (event.type === 'pass_finished') this.#noteProgress()
    const { at, entity: _, type, ...body } = plainEvent(event)
    this.#add({ at: String(at), type: String(type), body })
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    this.#noteProgress()
    await this.#writing
    await this.#write()
    await forgetEvents(this.#database, this.#run).catch(() => {})
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
    // Timers are late by a little: a row a tick, not one every second tick.
    if (nowMs - this.#notedMs >= distanceMs - everyMs / 2) this.#noteProgress()
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
      // The run itself meets what is wrong with the database, and says so.
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
