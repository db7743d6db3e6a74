/**
 * Runs from a broken copy of the repository: a scenario that the intact one prepared, up to boundaries or
 * undisturbed. Prints the judge's findings as JSON. Not to be run by hand: see `run-mutations.ts`.
 */

import { reopenScenario } from '../boundaries/prepare-scenario.ts'
import { runToBoundary } from '../boundaries/run-to-boundary.ts'
import { boundaryScenarios } from '../boundaries/scenarios.ts'
import { chooseBoundaries, nameOf } from '../boundaries/try-boundaries.ts'
import { openHubgenFolder } from '../oracle/hubgen-folder.ts'
import type { Mutation } from './mutation.ts'

export interface MutantOrder {
  readonly mutation: Mutation
  readonly seed: number
  readonly template: string
  readonly timesMs: readonly number[]
  readonly serverUrl: string
  /** The output of `hubgen generate`. */
  readonly directory: string
  /** Maximum number of boundaries to try. */
  readonly most: number
}

export interface MutantVerdict {
  /** The boundary after which the copy was wrong; null if it never was. */
  readonly at: string | null
  readonly differences: readonly string[]
}

const order: MutantOrder = JSON.parse(process.argv[2] ?? '')
process.stdout.write(`${JSON.stringify(await judge(order))}\n`)
process.exit(0)

async function judge({ mutation, directory, most, ...kept }: MutantOrder): Promise<MutantVerdict> {
  const scenario = boundaryScenarios.find(({ name }) => name === mutation.scenario)
  if (scenario === undefined) throw new Error(`no scenario \`${mutation.scenario}\``)
  const folder = await openHubgenFolder(directory, scenario.entities)
  await using prepared = reopenScenario({ ...kept, scenario }, folder)
  const undisturbed = await runToBoundary({ prepared, ending: 'cut', boundary: null })
  if (undisturbed.wrong.length > 0)
    return { at: 'none', differences: undisturbed.wrong.slice(0, 3) }
  if (mutation.at === 'none') return { at: null, differences: [] }
  const { ending } = scenario
  const boundaries =
    mutation.at === 'anywhere'
      ? chooseBoundaries(undisturbed.counted, ending, kept.seed, most)
      : mutation.at
  for (const boundary of boundaries) {
    const { wrong } = await runToBoundary({ prepared, ending, boundary })
    if (wrong.length > 0) return { at: nameOf(boundary), differences: wrong.slice(0, 3) }
  }
  return { at: null, differences: [] }
}
