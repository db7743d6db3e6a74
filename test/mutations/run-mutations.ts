import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  openBeginnings,
  type PreparedScenario,
  prepareScenario,
} from '../boundaries/prepare-scenario.ts'
import { boundaryScenarios } from '../boundaries/scenarios.ts'
import { resultOf, startNode } from '../support/node-process.ts'
import type { MutantOrder, MutantVerdict } from './judge-mutant.ts'
import { type Mutation, mutate } from './mutation.ts'

export interface MutationTrial {
  readonly mutations: readonly Mutation[]
  readonly seed: number
  readonly serverUrl: string
  /** Maximum number of boundaries if a mutation shows only when a run ends. */
  readonly most: number
  readonly say: (line: string) => void
}

const root = fileURLToPath(new URL('../../', import.meta.url))
/** The source files of a run and the judge. */
const copied = ['runtime', 'generator', 'simulator', 'templates', 'package.json', 'tsconfig.json']
const copiedTests = ['boundaries', 'mutations', 'oracle', 'support']

/**
 * Breaks a copy of the engine in each way and lets its copy of a portal be judged; returns the unnoticed
 * names.
 */
export async function runMutations(trial: MutationTrial): Promise<readonly string[]> {
  const { mutations, seed, serverUrl, say } = trial
  const unnoticed: string[] = []
  await using engine = await copyEngine()
  await using beginnings = openBeginnings(serverUrl)
  const byScenario = Map.groupBy(mutations, ({ scenario }) => scenario)
  for (const [name, ofScenario] of byScenario) {
    const scenario = boundaryScenarios.find((each) => each.name === name)
    if (scenario === undefined) throw new Error(`no scenario \`${name}\``)
    await using prepared = await prepareScenario(scenario, seed, beginnings)
    for (const mutation of ofScenario) {
      const verdict = await judgeMutant(engine.directory, prepared, mutation, trial).catch(
        (error: unknown): MutantVerdict => ({ at: null, differences: [String(error)] }),
      )
      if (verdict.at === null) unnoticed.push(mutation.name)
      const noticed = verdict.at === null ? 'NOT NOTICED' : `noticed (${verdict.at})`
      say(`${mutation.name}, in ${name}: ${noticed}`)
      for (const difference of verdict.differences) say(`  ${difference}`)
    }
  }
  return unnoticed
}

async function judgeMutant(
  engine: string,
  prepared: PreparedScenario,
  mutation: Mutation,
  { seed, serverUrl, most }: MutationTrial,
): Promise<MutantVerdict> {
  const path = join(engine, mutation.file)
  const source = await readFile(path, 'utf8')
  const directory = join(engine, 'folder')
  await writeFile(path, mutate(source, mutation))
  try {
    // Without the link to the intact engine.
    await mkdir(directory)
    await cp(join(prepared.folder.directory, 'generated'), join(directory, 'generated'), {
      recursive: true,
    })
    const { template, timesMs } = prepared
    const order: MutantOrder = { mutation, seed, template, timesMs, serverUrl, directory, most }
    const script = join(engine, 'test/mutations/judge-mutant.ts')
    const { exitCode, output, errors } = await resultOf(
      startNode(engine, [script, JSON.stringify(order)], {}),
    )
    if (exitCode !== 0) throw new Error(`mutation "${mutation.name}": ${errors}`)
    return JSON.parse(output.trim().split('\n').at(-1) ?? '') as MutantVerdict
  } finally {
    await writeFile(path, source)
    await rm(directory, { recursive: true, force: true })
  }
}

async function copyEngine(): Promise<AsyncDisposable & { readonly directory: string }> {
  const directory = await mkdtemp(join(tmpdir(), 'hubgen-mutant-'))
  for (const name of copied) await cp(join(root, name), join(directory, name), { recursive: true })
  for (const name of copiedTests) {
    await cp(join(root, 'test', name), join(directory, 'test', name), { recursive: true })
  }
  await symlink(join(root, 'node_modules'), join(directory, 'node_modules'))
  return {
    directory,
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  }
}
