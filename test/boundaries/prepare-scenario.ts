import { randomBytes } from 'node:crypto'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { type HubgenFolder, openHubgenFolder } from '../oracle/hubgen-folder.ts'
import {
  copyOf,
  type JudgedCopy,
  type JudgedPortal,
  openJudgedCopy,
  openJudgedPortal,
} from '../oracle/judged-copy.ts'
import { runStage } from '../oracle/run-stage.ts'
import type { Scenario, Stage } from '../oracle/stage.ts'
import { administer } from '../support/administer.ts'

/** The state before the last stage of a scenario: a database to copy, and the times of the stages. */
export interface KeptScenario {
  readonly scenario: Scenario
  readonly seed: number
  /** Name of the database to copy. */
  readonly template: string
  readonly timesMs: readonly number[]
  readonly serverUrl: string
}

export interface PreparedScenario extends KeptScenario, AsyncDisposable {
  readonly last: Stage
  readonly folder: HubgenFolder
  /**
   * The portal as the last stage changes it, and a copy of the database as it was before. Call it again only
   * after the end of what it opened: runs share a portal that no run changes.
   */
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
): Promise<PreparedScenario> {
  const { serverUrl } = beginnings
  const stack = new AsyncDisposableStack()
  const { folder, template, timesMs } = await beginnings.of(scenario, seed)
  const kept = { scenario, seed, template, timesMs, serverUrl }
  const last = lastOf(scenario)
  if (last.config === undefined) return reopenScenario(kept, folder)
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
  const prepared = stack.use(reopenScenario({ ...kept, template: changed }, own))
  return { ...prepared, [Symbol.asyncDispose]: () => stack.disposeAsync() }
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
  await administer(serverUrl, `CREATE DATABASE ${name} ${source} STRATEGY FILE_COPY`)
  stack.defer(() => administer(serverUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`))
  return name
}

/** Opens the prepared scenario for runs from this folder. */
export function reopenScenario(kept: KeptScenario, folder: HubgenFolder): PreparedScenario {
  const stack = new AsyncDisposableStack()
  const last = lastOf(kept.scenario)
  const changesInBetween = last.meanwhile !== undefined
  let shared: Promise<JudgedPortal> | undefined
  let onCallNow: (route: string) => void = () => {}
  const share = async () => stack.use(await openChanged(kept, (route) => onCallNow(route)))
  return {
    ...kept,
    last,
    folder,
    async open(onCall) {
      const opened = new AsyncDisposableStack()
      onCallNow = onCall
      if (!changesInBetween) shared ??= share()
      const portal = await (shared ?? openChanged(kept, onCall))
      if (changesInBetween) opened.use(portal)
      const name = await takeDatabase(opened, kept.serverUrl, `TEMPLATE ${kept.template}`)
      const databaseUrl = urlOf(kept.serverUrl, name)
      const copy = opened.use(copyOf(portal, { folder, databaseUrl }))
      return { copy, databaseUrl, [Symbol.asyncDispose]: () => opened.disposeAsync() }
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

function lastOf({ stages }: Scenario): Stage {
  const last = stages.at(-1)
  if (last === undefined) throw new Error('a scenario without stages')
  return last
}

/** A portal after the change of the last stage. */
async function openChanged(
  kept: KeptScenario,
  onCall: (route: string) => void,
): Promise<JudgedPortal> {
  const portal = await openJudgedPortal({ ...kept, onCall })
  repeatStages(portal, kept)
  portal.change(lastOf(kept.scenario), null)
  return portal
}

/** Changes the portal as all stages but the last one did. */
function repeatStages(
  portal: Pick<JudgedPortal, 'change' | 'settle'>,
  { scenario, timesMs }: KeptScenario,
): void {
  for (const [place, stage] of scenario.stages.slice(0, -1).entries()) {
    portal.change(stage, timesMs[place] ?? null)
    portal.settle(stage.horizon)
  }
}

function urlOf(serverUrl: string, name: string): string {
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return url.href
}
