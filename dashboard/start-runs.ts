import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { logDirectory } from '../runtime/environment.ts'
import { machine } from '../runtime/machine.ts'
import { cancelledExitCode } from '../runtime/terminal/report-failure.ts'
import type { DashboardOptions, StartRequest } from './dashboard-options.ts'

/** The state of the last start from here; null if the run is in the database. */
export type StartState =
  | { readonly state: 'starting'; readonly sinceMs: number }
  | { readonly state: 'failed'; readonly atMs: number; readonly text: string }
  | null

/** Maximum length of a failed start's output on a page. */
const shownCharacters = 4_000

/**
 * Starts syncs, each in a separate process: runs and pages do not affect each other, and a run continues
 * when the dashboard ends. Runs report to the database; the output of a run that cannot start is in a file
 * of `.hubgen/logs`.
 */
export class RunStarter {
  readonly #options: Pick<DashboardOptions, 'syncCommand' | 'directory'>
  readonly #starts = new Map<string, { state: StartState; alive: boolean }>()

  constructor(options: Pick<DashboardOptions, 'syncCommand' | 'directory'>) {
    this.#options = options
  }

  /** False while a process started here for the entity is alive; nothing is queued. */
  start(request: StartRequest): boolean {
    const { entity } = request
    if (this.#starts.get(entity)?.alive === true) return false
    const output = openOutput(this.#options.directory, entity)
    const [program, ...args] = this.#options.syncCommand(request)
    const child = spawn(program, args, {
      cwd: this.#options.directory,
      env: withoutOwnToken(process.env),
      detached: true,
      stdio: ['ignore', 'ignore', output?.file ?? 'ignore'],
    })
    if (output !== null) closeSync(output.file)
    const start = {
      state: { state: 'starting', sinceMs: machine.nowMs() } as StartState,
      alive: true,
    }
    this.#starts.set(entity, start)
    const fail = (text: string) => {
      start.state = { state: 'failed', atMs: machine.nowMs(), text }
    }
    child.once('error', (error) => {
      start.alive = false
      fail(`its process could not be started: ${error.message}`)
    })
    child.once('exit', (code, signal) => {
      start.alive = false
      start.state = null
      if (signal !== null) fail(`its process was ended by ${signal}`)
      else if (code !== 0 && code !== cancelledExitCode) fail(tailOf(output))
    })
    child.unref()
    return true
  }

  stateOf(entity: string): StartState {
    return this.#starts.get(entity)?.state ?? null
  }

  /** Called once the run is in the database, which then has all details. */
  hasBegun(entity: string): void {
    const start = this.#starts.get(entity)
    if (start?.state?.state === 'starting') start.state = null
  }
}

/**
 * Creates the file for the output of a start: among the logs, otherwise in the system's folder for temporary files.
 * Null if neither can be written: the sync starts without it.
 */
function openOutput(directory: string, entity: string): OutputFile | null {
  const logs = logDirectory(directory, process.env)
  const name = `dashboard_${entity}.txt`
  return (
    (logs === null ? null : tryToOpen(() => join(makeFolder(logs), name))) ??
    tryToOpen(() => join(mkdtempSync(join(tmpdir(), 'hubgen-')), name))
  )
}

function makeFolder(path: string): string {
  mkdirSync(path, { recursive: true })
  return path
}

function tryToOpen(placeFile: () => string): OutputFile | null {
  try {
    const path = placeFile()
    return { path, file: openSync(path, 'w', 0o600) }
  } catch {
    return null
  }
}

interface OutputFile {
  readonly path: string
  readonly file: number
}

/** A sync does not need the dashboard's token. */
function withoutOwnToken({ HUBGEN_DASHBOARD_TOKEN: _, ...environment }: NodeJS.ProcessEnv) {
  return environment
}

function tailOf(output: OutputFile | null): string {
  if (output === null) return 'its output could not be kept: free space on the disk of the logs'
  const text = readFileSync(output.path, 'utf8').trim()
  if (text === '') return 'it printed no reason'
  return text.length > shownCharacters ? `…${text.slice(-shownCharacters)}` : text
}
