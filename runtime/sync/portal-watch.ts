/*
 * A watcher repeats runs and need not open the database to learn that nothing is new. After a run that ended well, the
 * table has every change that the run's search found, and as many records as HubSpot counts. A later look makes the
 * same two searches: a change that the run did not find, another number of records, an answer that says too little, or
 * a daily pass that is due ends the quiet, and then an ordinary run decides from the database what to do. The memory
 * only says that there is nothing to do; no position is ever written from it, so whatever another process writes in
 * between, a run begins where the database says.
 */

import type { Entity } from '../entity.ts'
import { findRecentChanges } from '../hubspot/changes.ts'
import type { Account } from '../hubspot/client/account.ts'
import type { HubSpot } from '../hubspot/client/client.ts'
import { countRecords } from '../hubspot/count-records.ts'
import type { Clock } from '../hubspot/limits/clock.ts'
import { machine } from '../machine.ts'
import type { Database } from '../postgres/connection/database.ts'
import { type PassStates, readPassStates } from '../postgres/state/pass-state.ts'
import { type QuietRun, writeQuiet } from '../postgres/state/quiet-runs.ts'
import { dueInMs, stateOf } from './choose-passes.ts'
import { digestOf } from './digest-of.ts'
import { ListLooks, type ListMemory } from './list-looks.ts'
import { type LookTimes, lookTimes } from './look-times.ts'
import { type Pass, stateNameOf } from './pass.ts'
import { passesOf } from './passes.ts'
import type { SyncReport } from './report.ts'
import { Sighting } from './run-watch.ts'
import { readBackMsOf, type SyncOptions } from './sync-options.ts'

/** The result of a look at HubSpot. */
export type Look = 'quiet' | 'not known' | 'due' | 'new'

interface Memory {
  /** Null for a resource, which has no search: its part is only due from time to time. */
  readonly seen: Seen | null
  /** When the database is needed in any case, by the watcher's clock. */
  readonly dueMs: number
}

interface Seen {
  /** Changes with an earlier stamp are in the table. */
  readonly fromMs: number
  /** Digests and stamps of the changes from then on that are in the table. */
  readonly changes: readonly (readonly [string, number])[]
  /** Records in HubSpot and in the table. */
  readonly total: number
}

/** Calls in looks since an entity's last run. */
interface Looks {
  readonly looks: number
  readonly calls: number
}

type Place = Pick<Account, 'portalId' | 'timeZone'>

/** All that a watch has learned, in plain values that survive JSON: the watch of another process continues with it. */
export interface PortalMemory {
  readonly nowMs: number
  readonly account: Place | null
  readonly entities: readonly (readonly [string, Seen | null, number | null])[]
  readonly lists: ListMemory
  readonly looks: readonly (readonly [string, Looks])[]
}

/** The options of an entity's runs that decide when a pass is due. */
type Due = Pick<SyncOptions, 'lookAt' | 'archivedBefore' | 'readBackMs'>

/** A run as far as it concerns a watcher; the report is null if it could not start. */
export interface WatchedRun {
  readonly entity: string
  readonly report: SyncReport | null
}

export class PortalWatch {
  readonly #entities: readonly Entity[]
  readonly #clock: Pick<Clock, 'now'>
  readonly #optionsOf: (entity: Entity) => Due
  readonly #lists: ListLooks
  readonly #memories = new Map<string, Memory>()
  readonly #sightings = new Map<string, Sighting>()
  readonly #looks = new Map<string, Looks>()
  #nowMs = Number.NEGATIVE_INFINITY
  #accountMs = Number.NEGATIVE_INFINITY
  #account: Place | null = null

  constructor(
    entities: readonly Entity[],
    options: {
      readonly everyMs: number
      readonly clock: Pick<Clock, 'now'>
      readonly optionsOf: (entity: Entity) => Due
      readonly memory?: PortalMemory | null
    },
  ) {
    this.#entities = entities
    this.#clock = options.clock
    this.#optionsOf = options.optionsOf
    this.#lists = new ListLooks(entities, options.everyMs, options.memory?.lists)
    const { memory = null } = options
    if (memory === null) return
    this.#nowMs = memory.nowMs
    this.#account = memory.account
    for (const [name, seen, dueMs] of memory.entities) {
      this.#memories.set(name, { seen, dueMs: dueMs ?? never })
    }
    for (const [name, looks] of memory.looks) this.#looks.set(name, looks)
  }

  memory(): PortalMemory {
    return {
      nowMs: this.#clock.now(),
      account: this.#account,
      entities: [...this.#memories].map(([name, { seen, dueMs }]) => [name, seen, dueMs]),
      lists: this.#lists.memory(),
      looks: [...this.#looks],
    }
  }

  /**
   * Asks HubSpot whether there is something to do. A failure of any kind is `not known`, never `quiet`. With few
   * calls to spend, lists are not asked for before the runs have had theirs.
   */
  async look(hubspot: HubSpot, calls: 'few' | 'enough'): Promise<Look> {
    const found = await this.#look(hubspot).catch(() => 'not known' as const)
    // The runs of this round may fail, or end before all entities: only a run that read the news ends them.
    if (found !== 'quiet') this.#memories.clear()
    if (found === 'quiet' || (found === 'not known' && calls === 'few')) return found
    const take = () => this.#lists.takeBefore(hubspot, this.#clock.now())
    await this.#countCalls(hubspot, take).catch(() => {})
    return found
  }

  async #look(hubspot: HubSpot): Promise<Look> {
    const nowMs = this.#clock.now()
    // After a clock was set back, no time that was remembered means anything.
    if (nowMs < this.#nowMs) this.#memories.clear()
    this.#nowMs = nowMs
    const memories = this.#entities.map(({ name }) => this.#memories.get(name))
    if (memories.some((memory) => memory === undefined)) return 'not known'
    if (memories.some((memory) => (memory?.dueMs ?? 0) <= nowMs)) return 'due'
    for (const entity of this.#entities) {
      const isAsBefore = await this.#countCalls(
        hubspot,
        () => this.#isAsBefore(entity, hubspot),
        entity,
      )
      if (!isAsBefore) return 'new'
    }
    return (await this.#countCalls(hubspot, () => this.#isRestAsBefore(hubspot, nowMs)))
      ? 'quiet'
      : 'new'
  }

  async #isRestAsBefore(hubspot: HubSpot, nowMs: number): Promise<boolean> {
    const before = hubspot.calls
    const isDue = nowMs - this.#accountMs >= accountEveryMs
    if (isDue && !(await this.#isSameAccount(hubspot, nowMs))) return false
    return this.#lists.areAsBefore(hubspot, nowMs, hubspot.calls - before)
  }

  /** A token may be replaced with one of another portal, and a portal may move to another time zone. */
  async #isSameAccount(hubspot: HubSpot, nowMs: number): Promise<boolean> {
    const { portalId, timeZone } = await hubspot.account()
    this.#accountMs = nowMs
    return this.#account?.portalId === portalId && this.#account.timeZone === timeZone
  }

  /** False also if the answers say too little. */
  async #isAsBefore(entity: Entity, hubspot: HubSpot): Promise<boolean> {
    const memory = this.#memories.get(entity.name)
    if (memory === undefined) return false
    const { seen } = memory
    if (seen === null) return true
    const total = await countRecords(hubspot, entity.objectType)
    const hubSpotMs = this.#hubSpotMs(hubspot)
    const changes = await findRecentChanges(hubspot, entity, seen.fromMs)
    if (total !== seen.total || changes === null || hubSpotMs === null) return false
    const known = new Set(seen.changes.map(([digest]) => digest))
    if (changes.some((change) => !known.has(digestOf(change)[0]))) return false
    const fromMs = Math.max(seen.fromMs, hubSpotMs - readBackMsOf(this.#optionsOf(entity)))
    // A part of the search index that lags may leave out a change that another one has already shown.
    const recent = seen.changes.filter(([, stampMs]) => stampMs >= fromMs)
    this.#memories.set(entity.name, { ...memory, seen: { fromMs, changes: recent, total } })
    return true
  }

  /** The earlier of HubSpot's clock and this one, so that a wrong clock hides no change; null if HubSpot sends no time. */
  #hubSpotMs({ clockAheadMs }: HubSpot): number | null {
    if (clockAheadMs === null) return null
    return Math.min(machine.nowMs() - clockAheadMs, this.#clock.now())
  }

  /** Calls that concern no single entity are counted for the first. */
  async #countCalls<T>(hubspot: HubSpot, ask: () => Promise<T>, of?: Entity): Promise<T> {
    const before = hubspot.calls
    try {
      return await ask()
    } finally {
      const name = (of ?? this.#entities[0])?.name ?? ''
      const { looks, calls } = this.#looks.get(name) ?? noLooks
      const made = hubspot.calls - before
      this.#looks.set(name, {
        looks: looks + (of === undefined || made === 0 ? 0 : 1),
        calls: calls + made,
      })
    }
  }

  /** For the run of an entity. */
  watchOf(entity: Entity): Sighting {
    const sighting = new Sighting((name) => {
      const pass = passesOf(entity).find((one) => one.name === name)
      return pass !== undefined && this.#lists.wants(pass, entity)
    })
    this.#sightings.set(entity.name, sighting)
    return sighting
  }

  /** Learns from the runs of a round, and writes with them how long the next rounds may leave no trace. */
  async remember(database: Database, runs: readonly WatchedRun[]): Promise<void> {
    this.#memories.clear()
    this.#nowMs = this.#clock.now()
    this.#accountMs = this.#nowMs
    const reports = runs.flatMap(({ report }) => report ?? [])
    this.#lists.keepAfter(reports)
    const names = this.#entities.flatMap((entity) =>
      passesOf(entity).map((pass) => stateNameOf(pass, entity)),
    )
    try {
      const states = await readPassStates(database, [...new Set(names)])
      for (const entity of this.#entities) {
        const report = reports.find((one) => one.entity === entity.name)
        if (report !== undefined) this.#learn(entity, report, states)
      }
      await writeQuiet(database, this.#quietOf(reports))
      for (const { entity } of reports) this.#looks.delete(entity)
    } catch {
      // Without what the database says, the next round asks it again.
      this.#memories.clear()
    }
  }

  #learn(entity: Entity, report: SyncReport, states: PassStates): void {
    const { account = null } = this.#sightings.get(entity.name) ?? {}
    const seen = this.#seenIn(entity)
    const isWhole = report.outcome === 'succeeded' && report.error === null && report.unread === 0
    if (!isWhole || account === null || seen === 'too little') return
    this.#account = { portalId: account.portalId, timeZone: account.timeZone }
    const options = this.#optionsOf(entity)
    const look = lookTimes(options, account.timeZone, this.#clock.now())
    const passes = passesOf(entity).filter((pass) => pass.isWanted?.(options) ?? true)
    const dueIn = passes.map((pass) => this.#dueInMs(pass, entity, states, look))
    this.#memories.set(entity.name, { seen, dueMs: this.#clock.now() + Math.min(...dueIn) })
  }

  #seenIn(entity: Entity): Seen | 'too little' | null {
    if (!isSearched(entity)) return null
    const { recent = null, total = null } = this.#sightings.get(entity.name) ?? {}
    if (recent === null || total === null) return 'too little'
    if (recent.changes.length > mostKnown) return 'too little'
    return { ...recent, changes: recent.changes.map(digestOf), total }
  }

  /** A part that HubSpot refuses is tried again with the next run, which the daily passes bring. */
  #dueInMs(pass: Pass, entity: Entity, states: PassStates, look: LookTimes | null): number {
    const state = stateOf(pass, entity, states)
    if (state === null) return 0
    if (state.refusal !== null) return needed.has(pass.name) ? 0 : never
    if (pass.everyMs === 0 && isSearched(entity)) return state.interrupted ? 0 : never
    if (this.#lists.isKnown(pass, entity)) return never
    return dueInMs({ ...pass, everyMs: pass.everyMs || hourMs }, entity, state, look)
  }

  #quietOf(reports: readonly SyncReport[]): readonly QuietRun[] {
    const memories = this.#entities.map(({ name }) => this.#memories.get(name))
    const dueMs = Math.min(...memories.map((memory) => memory?.dueMs ?? 0))
    const seconds = (dueMs - this.#clock.now()) / 1000
    return reports.map(({ entity, runId }) => ({
      runId,
      quietSeconds: seconds > 0 && Number.isFinite(seconds) ? seconds : null,
      ...(this.#looks.get(entity) ?? noLooks),
    }))
  }
}

const noLooks: Looks = { looks: 0, calls: 0 }
/** Passes without which the two searches say too little. */
const needed: ReadonlySet<string> = new Set(['records', 'changes', 'deletes'])
/** A resource that every run reads has no search; while nothing else is new, once an hour is enough. */
const hourMs = 3_600_000
const never = Number.POSITIVE_INFINITY
const accountEveryMs = 3_600_000
/** More recent changes do not fit one search. */
const mostKnown = 200

/** Resources have a pass of their own, without a search. */
function isSearched(entity: Entity): boolean {
  return passesOf(entity).some(({ name }) => name === 'changes')
}
