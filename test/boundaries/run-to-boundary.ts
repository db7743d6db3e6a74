import type { SyncOptions } from '../../runtime/sync/sync-options.ts'
import { syncAll } from '../oracle/judged-copy.ts'
import { startHubgen } from '../support/run-hubgen.ts'
import { type CommitEdge, watchCommits } from './commit-watch.ts'
import { type Line, type Passage, startLine } from './line.ts'
import type { OpenedScenario, PreparedScenario } from './prepare-scenario.ts'
import type { Ending } from './scenarios.ts'

/**
 * The point at which a run ends: its n-th call to HubSpot, or before or after its n-th transaction; counted
 * from 1.
 */
export interface Boundary {
  readonly at: 'call' | CommitEdge
  readonly number: number
}

export type Counted = Readonly<Record<Boundary['at'], number>>

export interface RunToBoundary {
  readonly prepared: PreparedScenario
  readonly ending: Ending
  /** Null: the run is not disturbed. */
  readonly boundary: Boundary | null
}

export interface BoundaryResult {
  /** Whether the run reached the boundary. */
  readonly reached: boolean
  /** Calls and transactions of the run until its end. */
  readonly counted: Counted
  /** The differences between copy and portal after one undisturbed run. */
  readonly wrong: readonly string[]
}

/** A run that takes longer has failed in another way. */
const longestRunMs = 60_000

/**
 * The last stage of a scenario with a run that ends at a boundary; then an undisturbed run, then the judge.
 */
export async function runToBoundary(run: RunToBoundary): Promise<BoundaryResult> {
  const { prepared, boundary } = run
  const { last } = prepared
  const counted = { call: 0, before: 0, after: 0 }
  let reached = false
  let atBoundary: () => Passage = () => 'pass'
  const count = (at: Boundary['at']): Passage => {
    if (reached && run.ending !== 'freeze') return 'cut'
    counted[at] += 1
    if (reached || boundary?.at !== at || counted[at] !== boundary.number) return 'pass'
    reached = true
    return atBoundary()
  }
  let isWatched = true
  await using opened = await prepared.open(() => {
    if (isWatched) count('call')
  })
  const { copy, databaseUrl } = opened
  await using calls = await startLine(copy.simulator.url, () => ({}))
  await using commits = await startLine(databaseUrl, () => watchCommits(count))
  if (last.daysPass !== undefined) await copy.passTime(last.daysPass)
  const lines = { calls, commits }
  if (run.ending === 'freeze') {
    const problems = await freezeRun(
      { ...run, opened, ...lines },
      (act) => {
        atBoundary = act
      },
      () => {
        isWatched = false
      },
    )
    return { reached, counted, wrong: problems }
  }
  const problem = await endRun({ ...run, opened, ...lines }, (act) => {
    atBoundary = act
  })
  isWatched = false
  await copy.expireLeases()
  const isOver = (boundary === null || !reached) && last.disturbedOptions === undefined
  const wrong = await runUndisturbed(run, opened, isOver)
  return { reached, counted, wrong: [...problem, ...wrong] }
}

interface Lines {
  readonly calls: Line
  readonly commits: Line
}

function optionsOf({ last }: PreparedScenario): SyncOptions {
  return last.disturbedOptions ?? last.options ?? {}
}

type Disturbed = RunToBoundary & Lines & { readonly opened: OpenedScenario }
type OnBoundary = (act: () => Passage) => void

async function endRun(run: Disturbed, onBoundary: OnBoundary): Promise<readonly string[]> {
  const { calls, commits, opened, prepared, ending } = run
  const stopping = new AbortController()
  const { token } = opened.copy.simulator
  const { directory } = prepared.folder
  let kill = () => stopping.abort()
  let running: Promise<unknown>
  if (ending === 'kill') {
    const child = startHubgen(directory, ['sync', '--all', '--json'], {
      HUBSPOT_API_URL: calls.url,
      HUBSPOT_API_TOKEN: token,
      DATABASE_URL: commits.url,
    })
    kill = () => child.kill('SIGKILL')
    running = child.ended
  } else {
    const entities = await prepared.folder.entities()
    const where = { simulator: { url: calls.url, token }, databaseUrl: commits.url, directory }
    running = syncAll(entities, where, { ...optionsOf(prepared), signal: stopping.signal })
  }
  onBoundary(() => {
    kill()
    calls.cut()
    commits.cut()
    return 'cut'
  })
  return ended(running)
}

/** The run pauses; another one takes its lease and finishes; then the first one continues. */
async function freezeRun(
  run: Disturbed,
  onBoundary: OnBoundary,
  stopWatching: () => void,
): Promise<readonly string[]> {
  const { calls, commits, opened, prepared, boundary } = run
  const { copy } = opened
  const { token } = copy.simulator
  const entities = await prepared.folder.entities()
  const { directory } = prepared.folder
  const frozen = Promise.withResolvers<void>()
  onBoundary(() => {
    frozen.resolve()
    if (boundary?.at === 'call') calls.hold()
    return boundary?.at === 'call' ? 'pass' : 'hold'
  })
  const where = { simulator: { url: calls.url, token }, databaseUrl: commits.url, directory }
  const running = syncAll(entities, where, optionsOf(prepared))
  const first = await Promise.race([
    frozen.promise,
    running.then(
      () => 'ended',
      () => 'ended',
    ),
  ])
  stopWatching()
  if (first === 'ended') return runUndisturbed(run, opened, true)
  await copy.expireLeases()
  copy.meanwhile(prepared.last)
  const wrong = await runUndisturbed(run, opened, false)
  calls.release()
  commits.release()
  const problem = await ended(running)
  const after = await copy.judge(prepared.last.horizon)
  return [...wrong, ...problem, ...after.differences.map((each) => `after it continued: ${each}`)]
}

async function ended(running: Promise<unknown>): Promise<readonly string[]> {
  const deadline = Promise.withResolvers<readonly string[]>()
  const timer = setTimeout(() => deadline.resolve(['the run did not end']), longestRunMs)
  // The error of the disturbed run does not matter.
  const nothing: readonly string[] = []
  const end = running.then(
    () => nothing,
    () => nothing,
  )
  const problems = await Promise.race([end, deadline.promise])
  clearTimeout(timer)
  return problems
}

/** One undisturbed run, and the judge's differences; none if the run before was not disturbed. */
async function runUndisturbed(
  { prepared }: RunToBoundary,
  { copy }: OpenedScenario,
  isOver: boolean,
): Promise<readonly string[]> {
  const { last } = prepared
  const problems: string[] = []
  if (!isOver) {
    for (const report of await copy.sync(last.options)) {
      if (report.outcome === 'succeeded') continue
      problems.push(`${report.entity}: ${report.outcome}, ${report.error?.message}`)
    }
  }
  const { differences } = await copy.judge(last.horizon)
  return [...problems, ...differences]
}
