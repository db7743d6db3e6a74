import { seededRandom } from '../../simulator/seeded-random.ts'
import { type Beginnings, type PreparedScenario, prepareScenario } from './prepare-scenario.ts'
import { type Boundary, type Counted, runToBoundary } from './run-to-boundary.ts'
import type { BoundaryScenario, Ending } from './scenarios.ts'

export interface BoundaryTrial {
  readonly scenario: BoundaryScenario
  readonly seed: number
  readonly beginnings: Beginnings
  /** Overrides the scenario's own. */
  readonly ending?: Ending
  /** Maximum number of boundaries, spread evenly; the seed decides where they begin. */
  readonly most?: number
  /** Only these. */
  readonly only?: readonly Boundary[]
  readonly say: (line: string) => void
}

export interface BoundaryReport {
  readonly scenario: string
  /** Calls and transactions of an undisturbed run. */
  readonly counted: Counted
  /** Number of boundaries at which runs ended. */
  readonly tried: number
  /** One entry per boundary with differences, and the command that repeats it. */
  readonly wrong: readonly { readonly boundary: string; readonly differences: readonly string[] }[]
}

/**
 * Ends the last run of a scenario at each of its boundaries in turn, and lets the judge compare the copy each
 * time.
 */
export async function tryBoundaries(trial: BoundaryTrial): Promise<BoundaryReport> {
  const { scenario, seed, beginnings, say } = trial
  await using prepared = await prepareScenario(scenario, seed, beginnings)
  const undisturbed = await runToBoundary({ prepared, ending: 'cut', boundary: null })
  const { counted } = undisturbed
  const wrong: { boundary: string; differences: readonly string[] }[] = []
  if (undisturbed.wrong.length > 0) {
    wrong.push({ boundary: 'none', differences: undisturbed.wrong })
    return { scenario: scenario.name, counted, tried: 0, wrong }
  }
  const boundaries = trial.only ?? chooseBoundaries(counted, endingOf(trial), seed, trial.most)
  say(`${scenario.name}: ${counted.call} calls, ${counted.before} transactions`)
  let tried = 0
  for (const boundary of boundaries) {
    const differences = await tryOne(prepared, endingOf(trial), boundary)
    if (differences === null) continue
    tried += 1
    if (differences.length === 0) continue
    wrong.push({ boundary: nameOf(boundary), differences })
    say(`${scenario.name} ${nameOf(boundary)}: wrong\n  ${differences.slice(0, 5).join('\n  ')}`)
  }
  return { scenario: scenario.name, counted, tried, wrong }
}

function endingOf({ ending, scenario }: BoundaryTrial): Ending {
  return ending ?? scenario.ending
}

/** Null if the run ended before the boundary. */
async function tryOne(
  prepared: PreparedScenario,
  ending: Ending,
  boundary: Boundary,
): Promise<readonly string[] | null> {
  try {
    const { reached, wrong } = await runToBoundary({ prepared, ending, boundary })
    return reached || wrong.length > 0 ? wrong : null
  } catch (error) {
    return [error instanceof Error ? (error.stack ?? error.message) : String(error)]
  }
}

/** `call:7`, `before:3`, `after:3`. */
export function nameOf({ at, number }: Boundary): string {
  return `${at}:${number}`
}

export function parseBoundary(text: string): Boundary | null {
  const [, at, number] = /^(call|before|after):([1-9]\d*)$/.exec(text) ?? []
  if (at !== 'call' && at !== 'before' && at !== 'after') return null
  return { at, number: Number(number) }
}

/** A frozen run must not hold an open transaction, because that tests Postgres's timeouts instead. */
export function chooseBoundaries(
  counted: Counted,
  ending: Ending,
  seed: number,
  most = Number.POSITIVE_INFINITY,
): readonly Boundary[] {
  const kinds =
    ending === 'freeze' ? (['call', 'after'] as const) : (['call', 'before', 'after'] as const)
  const all = kinds.flatMap((at) =>
    Array.from({ length: counted[at] }, (_, index): Boundary => ({ at, number: index + 1 })),
  )
  if (all.length <= most) return all
  const step = all.length / most
  const first = seededRandom(seed)() * step
  return Array.from({ length: most }, (_, place) => all[Math.floor(first + place * step)]).filter(
    (boundary) => boundary !== undefined,
  )
}
