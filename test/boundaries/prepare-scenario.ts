import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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

export async function prepareScenario(
  scenario: Scenario,
  seed: number,
  serverUrl: string,
): Promise<PreparedScenario & AsyncDisposable> {
  const stack = new AsyncDisposableStack()
  const directory = await mkdtemp(join(tmpdir(), 'hubgen-boundaries-'))
  stack.defer(() => rm(directory, { recursive: true, force: true }))
  const folder = await openHubgenFolder(directory, scenario.entities)
  const template = `template_${randomBytes(6).toString('hex')}`
  await onServer(serverUrl, `CREATE DATABASE ${template} STRATEGY FILE_COPY`)
  stack.defer(() => onServer(serverUrl, `DROP DATABASE IF EXISTS ${template} WITH (FORCE)`))
  const last = lastOf(scenario)
  const before = scenario.stages.slice(0, -1)
  const timesMs: number[] = []
  const databaseUrl = urlOf(serverUrl, template)
  {
    await using copy = await openJudgedCopy({ scenario, seed, folder, databaseUrl })
    for (const stage of before) {
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
    if (last.config !== undefined) {
      copy.change(last, null)
      await folder.generate(last.config, copy.environment)
    }
  }
  const kept = { scenario, seed, template, timesMs, serverUrl }
  return {
    ...reopenScenario(kept, folder),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
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
  { scenario, seed, template, timesMs, serverUrl }: KeptScenario,
  folder: HubgenFolder,
  onCall: (route: string) => void,
): Promise<OpenedScenario> {
  const stack = new AsyncDisposableStack()
  const name = `copy_${randomBytes(6).toString('hex')}`
  await onServer(serverUrl, `CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY FILE_COPY`)
  stack.defer(() => onServer(serverUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`))
  const databaseUrl = urlOf(serverUrl, name)
  const copy = stack.use(await openJudgedCopy({ scenario, seed, folder, databaseUrl, onCall }))
  for (const [place, stage] of scenario.stages.slice(0, -1).entries()) {
    copy.change(stage, timesMs[place] ?? null)
    copy.portal.settle(stage.horizon)
  }
  return { copy, databaseUrl, [Symbol.asyncDispose]: () => stack.disposeAsync() }
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
