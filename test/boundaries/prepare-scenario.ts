import { randomBytes } from 'node:crypto'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import pg from 'pg'
import { type HubgenFolder, openHubgenFolder } from '../oracle/hubgen-folder.ts'
import { type JudgedCopy, openJudgedCopy } from '../oracle/judged-copy.ts'
import { runStage } from '../oracle/run-stage.ts'
import type { Scenario, Stage } from '../oracle/stage.ts'

/** The state before the last stage of a scenario: a database to copy, and the times of the stages. */
export interface KeptScenario {
  readonly scenario: Scenario
  readonly seed: number
  /** Name of the database to copy. */
  readonly template: string
  readonly timesMs: readonly number[]
  readonly serverUrl: string
}

export interface PreparedScenario extends KeptScenario {
  readonly last: Stage
  readonly folder: HubgenFolder
  /** An equal portal, and a copy of the database as it was before the last stage. */
  open(onCall: (route: string) => void): Promise<OpenedScenario>
}

export interface OpenedScenario extends AsyncDisposable {
  readonly copy: JudgedCopy
  readonly databaseUrl: string
}

/**
 * The stages before the last one, done once for all scenarios that begin alike. A scenario must not change
 * what it gets of a beginning.
 */
export interface Beginnings extends AsyncDisposable {
  readonly serverUrl: string
  of(scenario: Scenario, seed: number): Promise<Beginning>
}

interface Beginning {
  readonly scenario: Scenario
  readonly seed: number
  readonly folder: HubgenFolder
  readonly template: string
  readonly timesMs: readonly number[]
}

export function openBeginnings(serverUrl: string): Beginnings {
  const stack = new AsyncDisposableStack()
  const kept: { scenario: Scenario; seed: number; beginning: Promise<Beginning> }[] = []
  return {
    serverUrl,
    of(scenario, seed) {
      const found = kept.find((each) => each.seed === seed && beginAlike(each.scenario, scenario))
      if (found !== undefined) return found.beginning
      const beginning = begin(scenario, seed, serverUrl, stack)
      kept.push({ scenario, seed, beginning })
      return beginning
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

function beginAlike(one: Scenario, other: Scenario): boolean {
  const [these, those] = [one.stages.slice(0, -1), other.stages.slice(0, -1)]
  return (
    one.entities === other.entities &&
    one.records === other.records &&
    these.length === those.length &&
    these.every((stage, place) => stage === those[place])
  )
}

async function begin(
  scenario: Scenario,
  seed: number,
  serverUrl: string,
  stack: AsyncDisposableStack,
): Promise<Beginning> {
  const folder = await openHubgenFolder(await takeDirectory(stack), scenario.entities)
  const template = await takeDatabase(stack, serverUrl, '')
  const timesMs: number[] = []
  const databaseUrl = urlOf(serverUrl, template)
  await using copy = await openJudgedCopy({ scenario, seed, folder, databaseUrl })
  for (const stage of scenario.stages.slice(0, -1)) {
    const atMs = Date.now()
    timesMs.push(atMs)
    const { verdict, failures } = await runStage(copy, folder, stage, atMs)
    const wrong = [...failures, ...verdict.differences]
    if (wrong.length > 0) {
      throw new Error(
        `wrong before anything was killed, after "${stage.name}":\n${wrong.slice(0, 9).join('\n')}`,
      )
    }
  }
  return { scenario, seed, folder, template, timesMs }
}

export async function prepareScenario(
  scenario: Scenario,
  seed: number,
  beginnings: Beginnings,
): Promise<PreparedScenario & AsyncDisposable> {
  const { serverUrl } = beginnings
  const stack = new AsyncDisposableStack()
  const { folder, template, timesMs } = await beginnings.of(scenario, seed)
  const kept = { scenario, seed, template, timesMs, serverUrl }
  const last = lastOf(scenario)
  const dispose = { [Symbol.asyncDispose]: () => stack.disposeAsync() }
  if (last.config === undefined) return { ...reopenScenario(kept, folder), ...dispose }
  const directory = await takeDirectory(stack)
  await cp(folder.directory, directory, { recursive: true, filter: isUsersFile })
  const own = await openHubgenFolder(directory, scenario.entities)
  const changed = await takeDatabase(stack, serverUrl, `TEMPLATE ${template}`)
  {
    const databaseUrl = urlOf(serverUrl, changed)
    await using copy = await openJudgedCopy({ scenario, seed, folder: own, databaseUrl })
    repeatStages(copy, kept)
    copy.change(last, null)
    await own.generate(last.config, copy.environment)
  }
  return { ...reopenScenario({ ...kept, template: changed }, own), ...dispose }
}

/** Neither what `openHubgenFolder` links nor what it imported. */
function isUsersFile(path: string): boolean {
  const name = basename(path)
  return name !== 'node_modules' && !name.startsWith('imported-')
}

async function takeDirectory(stack: AsyncDisposableStack): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'hubgen-boundaries-'))
  stack.defer(() => rm(directory, { recursive: true, force: true }))
  return directory
}

async function takeDatabase(
  stack: AsyncDisposableStack,
  serverUrl: string,
  source: string,
): Promise<string> {
  const name = `boundaries_${randomBytes(6).toString('hex')}`
  await onServer(serverUrl, `CREATE DATABASE ${name} ${source} STRATEGY FILE_COPY`)
  stack.defer(() => onServer(serverUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`))
  return name
}

/** Opens the prepared scenario for runs from this folder. */
export function reopenScenario(kept: KeptScenario, folder: HubgenFolder): PreparedScenario {
  return {
    ...kept,
    last: lastOf(kept.scenario),
    folder,
    open: (onCall) => openAgain(kept, folder, onCall),
  }
}

function lastOf({ stages }: Scenario): Stage {
  const last = stages.at(-1)
  if (last === undefined) throw new Error('a scenario without stages')
  return last
}

async function openAgain(
  kept: KeptScenario,
  folder: HubgenFolder,
  onCall: (route: string) => void,
): Promise<OpenedScenario> {
  const { scenario, seed, template, serverUrl } = kept
  const stack = new AsyncDisposableStack()
  const name = await takeDatabase(stack, serverUrl, `TEMPLATE ${template}`)
  const databaseUrl = urlOf(serverUrl, name)
  const copy = stack.use(await openJudgedCopy({ scenario, seed, folder, databaseUrl, onCall }))
  repeatStages(copy, kept)
  return { copy, databaseUrl, [Symbol.asyncDispose]: () => stack.disposeAsync() }
}

/** Changes the portal as all stages but the last one did. */
function repeatStages(copy: JudgedCopy, { scenario, timesMs }: KeptScenario): void {
  for (const [place, stage] of scenario.stages.slice(0, -1).entries()) {
    copy.change(stage, timesMs[place] ?? null)
    copy.portal.settle(stage.horizon)
  }
}

function urlOf(serverUrl: string, name: string): string {
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return url.href
}

async function onServer(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}
