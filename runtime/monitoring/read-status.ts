import { nextMidnight } from '../hubspot/limits/daily-reset.ts'
import { machine } from '../machine.ts'
import type { Database } from '../postgres/connection/database.ts'
import {
  type ApiUse,
  type CopyState,
  type CopyStatus,
  copyStates,
  type DriftCounts,
  type EntityStatus,
  type Misfit,
  type RowCount,
  type RunProgress,
  type Schedule,
  type StatusTotals,
  type WatchedEntity,
} from './copy-status.ts'
import { findMisfits } from './find-misfits.ts'
import { findSchedule } from './find-schedule.ts'
import { findState, type StateTables } from './find-state.ts'
import { sharedFiles } from './read-drift.ts'
import { type Findings, nothingUnlisted, readFindings } from './read-findings.ts'
import { readProgress, readQuota } from './read-progress.ts'
import { type RunFacts, readRuns } from './read-runs.ts'
import { defaultMaxAgeSeconds, type StatusOptions } from './status-options.ts'

/**
 * The state of the copy from the database alone, so runs started on any machine are included. Runs six
 * statements for any number of entities, none of which reads their tables, plus two for each entity with
 * many unfitting values. Creates nothing; without hubgen's own tables, nothing was ever synced.
 */
export async function readStatus(
  database: Database,
  entities: readonly WatchedEntity[],
  options: StatusOptions = {},
): Promise<CopyStatus> {
  const state = await findState(database)
  const now = options.now ?? state.now
  const today = todayIn(options.timeZone ?? null, now)
  const facts = await readFacts(database, entities, { tables: state.tables, now, ...today })
  return assemble(entities, facts, today, options)
}

/** The same if there is no database yet. */
export function neverSynced(
  entities: readonly WatchedEntity[],
  options: StatusOptions = {},
): CopyStatus {
  const now = options.now ?? machine.now()
  const today = todayIn(options.timeZone ?? null, now)
  return assemble(entities, { now, ...nothing }, today, options)
}

function assemble(
  entities: readonly WatchedEntity[],
  facts: Facts,
  today: Today,
  options: StatusOptions,
): CopyStatus {
  const found = entities.map((watched) => toStatus(watched, facts, options))
  const shared = facts.findings.get(sharedFiles)?.drift ?? null
  const callsToday = [...facts.runs.values()].reduce(
    (sum, run) => sum + run.callsToday + callsOf(run, facts.progress, today.since),
    0,
  )
  return {
    at: facts.now,
    entities: found,
    api: { callsToday, ...today, daily: facts.daily },
    sharedDrift: shared,
    totals: sumUp(found, shared),
  }
}

type Today = Pick<ApiUse, 'since' | 'timeZone'>

function todayIn(portalZone: string | null, now: Date): Today {
  const midnight = portalZone === null ? null : lastMidnight(portalZone, now.getTime())
  if (portalZone !== null && midnight !== null) {
    return { timeZone: portalZone, since: new Date(midnight) }
  }
  return { timeZone: 'UTC', since: new Date(now.toISOString().slice(0, 10)) }
}

interface Facts {
  readonly now: Date
  readonly runs: ReadonlyMap<string, RunFacts>
  readonly findings: ReadonlyMap<string, Findings>
  readonly misfits: ReadonlyMap<string, readonly Misfit[]>
  /** By run. */
  readonly progress: ReadonlyMap<string, RunProgress>
  readonly daily: ApiUse['daily']
}

const nothing: Omit<Facts, 'now'> = {
  runs: new Map(),
  findings: new Map(),
  misfits: new Map(),
  progress: new Map(),
  daily: null,
}

async function readFacts(
  database: Database,
  entities: readonly WatchedEntity[],
  when: { readonly tables: StateTables; readonly now: Date; readonly since: Date },
): Promise<Facts> {
  const { tables, now, since } = when
  if (tables === 'none') return { now, ...nothing }
  const names = entities.map(({ name: entity }) => entity)
  const [runs, findings, misfits] = await Promise.all([
    readRuns(database, names, when),
    readFindings(database, [...names, sharedFiles], when),
    findMisfits(database, entities),
  ])
  if (tables === 'older') return { now, ...nothing, runs, findings, misfits }
  const running = [...runs.values()].flatMap((run) => run.running?.id ?? [])
  const newest = [...runs.values()].flatMap(({ lastRun, lastSuccess }) =>
    [lastRun, lastSuccess].flatMap((run) => run?.id ?? []),
  )
  const [progress, daily] = await Promise.all([
    readProgress(database, running, now),
    readQuota(database, [...new Set([...running, ...newest])], since),
  ])
  return { now, runs, findings, misfits, progress, daily }
}

/** The calls of the active run, whose total is only written at its end. */
function callsOf({ running }: RunFacts, progress: Facts['progress'], since: Date): number {
  if (running === null || running.startedAt < since) return 0
  return progress.get(running.id)?.calls ?? 0
}

function toStatus(
  watched: WatchedEntity,
  { runs, findings, misfits, progress, now }: Facts,
  { rows, maxAgeSeconds = defaultMaxAgeSeconds, comparedAt }: StatusOptions,
): EntityStatus {
  const { name: entity, table, label = entity, isResource = false } = watched
  const run = runs.get(entity) ?? noRuns
  const { callsToday: _, recent, ...shown } = run
  const found = findings.get(entity) ?? nothingFound
  const running =
    run.running === null ? null : { ...run.running, progress: progress.get(run.running.id) ?? null }
  const schedule = findSchedule(recent, { now, isRunning: running !== null })
  const isQuiet = schedule !== null && isQuietWithin(schedule, { now, comparedAt, maxAgeSeconds })
  const age = found.freshness?.ageSeconds ?? null
  const state = stateOf(run, age, isQuiet ? Number.POSITIVE_INFINITY : maxAgeSeconds)
  return {
    entity,
    table,
    label,
    isResource,
    state,
    rows: rows?.get(entity) ?? null,
    ...shown,
    ...found,
    misfits: misfits.get(entity) ?? [],
    schedule,
    running,
  }
}

const noRuns: RunFacts = {
  running: null,
  lastRun: null,
  lastSync: null,
  lastSuccess: null,
  expectedSeconds: { full: null, incremental: null },
  recent: [],
  callsToday: 0,
}

const nothingFound: Findings = {
  freshness: null,
  quarantine: { values: 0, records: 0 },
  drift: null,
  checks: null,
  unanswered: [],
  incomplete: [],
  unread: 0,
  dropped: 0,
  unlisted: nothingUnlisted,
  audit: null,
}

/**
 * Whether the rounds since the last run are silent because nothing is new, so that the age of the parts says little. The
 * queue of a worker knows the last of these rounds; without one, a run says in advance how long they may be silent.
 */
function isQuietWithin(
  { quietUntil, lastAt }: Schedule,
  {
    now,
    comparedAt,
    maxAgeSeconds,
  }: Required<Pick<StatusOptions, 'comparedAt'>> & {
    readonly now: Date
    readonly maxAgeSeconds: number
  },
): boolean {
  if (quietUntil === null) return false
  if (comparedAt === undefined || comparedAt < lastAt) return true
  return now.getTime() - comparedAt.getTime() <= maxAgeSeconds * 1000
}

const failures = new Set(['failed', 'partial', 'not_started'])

function stateOf(
  { running, lastSync }: RunFacts,
  age: number | null,
  maxAgeSeconds: number,
): CopyState {
  if (running !== null) return 'running'
  const outcome = lastSync?.outcome
  if (outcome !== undefined && failures.has(outcome)) return 'failed'
  if (outcome === 'interrupted') return 'interrupted'
  // A person who cancels or limits a run knows about it, and completed parts stay complete.
  if (age === null)
    return outcome === 'cancelled' || outcome === 'limited' ? 'interrupted' : 'never'
  return age > maxAgeSeconds ? 'stale' : 'ok'
}

/** The totals of all entities. */
function sumUp(entities: readonly EntityStatus[], sharedDrift: DriftCounts | null): StatusTotals {
  const sum = (figure: (status: EntityStatus) => number) =>
    entities.reduce((total, status) => total + figure(status), 0)
  const states = Object.fromEntries(
    copyStates.map((state) => [state, sum((status) => (status.state === state ? 1 : 0))]),
  ) as Record<CopyState, number>
  return {
    states,
    rows: sumRows(entities.map(({ rows }) => rows)),
    quarantine: {
      values: sum(({ quarantine }) => quarantine.values),
      records: sum(({ quarantine }) => quarantine.records),
    },
    drift: {
      grave: sum(({ drift }) => drift?.grave ?? 0) + (sharedDrift?.grave ?? 0),
      lesser: sum(({ drift }) => drift?.lesser ?? 0) + (sharedDrift?.lesser ?? 0),
    },
    checks: {
      passed: sum(({ checks }) => checks?.passed ?? 0),
      failed: sum(({ checks }) => checks?.failed ?? 0),
      unjudged: sum(({ checks }) => checks?.unjudged ?? 0),
    },
  }
}

function sumRows(counts: readonly (RowCount | null)[]): RowCount | null {
  let total: RowCount = { live: 0, deleted: 0, estimated: false }
  for (const count of counts) {
    if (count === null) return null
    total = {
      live: total.live + count.live,
      deleted: total.deleted + count.deleted,
      estimated: total.estimated || count.estimated,
    }
  }
  return total
}

const hourMs = 3_600_000

/** When today began in a time zone, as epoch ms; null if this machine does not know the zone. */
export function lastMidnight(timeZone: string, nowMs: number): number | null {
  // The longest day has 25 hours, so from 26 hours ago on there are one or two midnights.
  let last = nextMidnight(timeZone, nowMs - 26 * hourMs)
  for (let next = last; next !== null && next <= nowMs; next = nextMidnight(timeZone, next)) {
    last = next
  }
  return last
}
