import { vi } from 'vitest'
import type { Simulator, SimulatorOptions } from '../../../simulator/start-simulator.ts'
import { type CallGate, startCallGate } from '../hubspot/call-gate.ts'
import { type NodeProcess, resultOf } from '../node-process.ts'
import { createDatabase, type TestDatabase } from '../postgres.ts'
import { openProject, type Project } from '../project.ts'
import type { RunningCommand } from '../run-command.ts'
import { startHubgen, startInServer } from '../run-hubgen.ts'

/** `hubgen dashboard` in a process that runs other commands after it. */
export interface DashboardProcess {
  /** `http://localhost:40123`. */
  readonly url: string
  readonly port: number
  readonly process: RunningCommand
  kill(signal: NodeJS.Signals): Promise<void>
}

/** A user's folder with generated entities, a migrated database, and a portal behind a gate. */
export interface DashboardProject extends AsyncDisposable {
  readonly project: Project
  readonly simulator: Simulator
  readonly database: TestDatabase
  readonly gate: CallGate
  /** A command that must succeed; returns its output. */
  typed(...args: readonly string[]): Promise<string>
  /** A command in a process of its own, with an extended environment. */
  start(args: readonly string[], environment?: NodeJS.ProcessEnv): NodeProcess
  /** On a free port by default; ends with the project at the latest. */
  serve(args?: readonly string[], environment?: NodeJS.ProcessEnv): Promise<DashboardProcess>
  /** Until no run is active. */
  settled(): Promise<void>
}

export interface PortalChoices extends SimulatorOptions {
  readonly entities: readonly string[]
  /** Called before anything is explored. */
  readonly prepare?: (simulator: Simulator, project: Project) => Promise<void> | void
}

export async function openDashboardProject(choices: PortalChoices): Promise<DashboardProject> {
  const { entities, prepare = () => {}, ...options } = choices
  const stack = new AsyncDisposableStack()
  const database = stack.use(await createDatabase())
  const project = stack.use(await openProject(options))
  const { simulator, environment, directory } = project
  const gate = stack.use(await startCallGate(simulator.url))
  environment['DATABASE_URL'] = database.url
  environment['HUBSPOT_API_URL'] = gate.url
  const typed = async (...args: readonly string[]) => {
    const { exitCode, out, err } = await project.hubgen(...args)
    if (exitCode !== 0) throw new Error(`hubgen ${args.join(' ')}: ${exitCode}\n${out}\n${err}`)
    return out
  }
  const start = (args: readonly string[], more: NodeJS.ProcessEnv = {}) =>
    startHubgen(directory, args, { ...environment, ...more })
  const settled = () => waitUntilSettled(database)
  await project.write('package.json', '{ "type": "module" }')
  await prepare(simulator, project)
  await typed('explore', ...entities)
  await typed('generate', '--all')
  await typed('migrate')
  stack.defer(() => endRuns(database, gate))
  const serve = async (args: readonly string[] = [], more: NodeJS.ProcessEnv = {}) => {
    const port = args.includes('--port') ? [] : ['--port', '0']
    const words = ['dashboard', '--json', ...port, ...args]
    const served = await announced(startInServer(directory, words, { ...environment, ...more }))
    stack.defer(() => served.kill('SIGTERM'))
    return served
  }
  const dispose = () => stack.disposeAsync()
  const parts = { project, simulator, database, gate, typed, start, serve, settled }
  return { ...parts, [Symbol.asyncDispose]: dispose }
}

async function announced(process: RunningCommand): Promise<DashboardProcess> {
  await process.says(/\n/)
  const { url } = JSON.parse(process.output()) as { url: string }
  const kill = async (signal: NodeJS.Signals) => {
    process.kill(signal)
    await resultOf(process)
  }
  return { url, port: Number(new URL(url).port), process, kill }
}

/** Runs that were started from a page outlive the dashboard: they end when they are cancelled. */
async function endRuns(database: TestDatabase, gate: CallGate): Promise<void> {
  await database.query('UPDATE hubgen.lease SET cancel_requested_at = now()')
  gate.open()
  await waitUntilSettled(database)
}

async function waitUntilSettled(database: TestDatabase): Promise<void> {
  await vi.waitFor(
    async () => {
      const [row] = await database.query<{ leases: string }>(
        'SELECT count(*) AS leases FROM hubgen.lease WHERE expires_at > now()',
      )
      if (row?.leases !== '0') throw new Error('a run is still under way')
    },
    { timeout: 60_000, interval: 100 },
  )
}
