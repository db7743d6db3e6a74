import { spawn } from 'node:child_process'
import { closeSync, fstatSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { machine } from '../runtime/machine.ts'
import { cancelledExitCode } from '../runtime/terminal/report-failure.ts'
import type { DashboardOptions, StartRequest } from './dashboard-options.ts'

/** The state of the last start from here; null if the run is in the database. */
export type StartState =
  | { readonly state: 'starting'; readonly sinceMs: number }
  | { readonly state: 'failed'; readonly atMs: number; readonly text: string }
  | null

interface Start {
  state: StartState
  alive: boolean
}

/** Maximum length of a failed start's output on a page. */
const shownCharacters = 4_000

/**
 * Starts syncs, each in a separate process: runs and pages do not affect each other, and a run continues
 * when the dashboard ends. Runs report to the database; the output of a run that cannot start is on the
 * page.
 */
export class RunStarter {
  readonly #options: Pick<DashboardOptions, 'syncCommand' | 'directory'>
  readonly #starts = new Map<string, Start>()

  constructor(options: Pick<DashboardOptions, 'syncCommand' | 'directory'>) {
    this.#options = options
  }

  /** False while a process started here for one of the entities is alive; nothing is queued. */
  start(request: StartRequest): boolean {
    const { entities } = request
    if (entities.some((entity) => this.#starts.get(entity)?.alive === true)) return false
    const output = openOutput()
    const [program, ...args] = this.#options.syncCommand(request)
    const child = spawn(program, args, {
      cwd: this.#options.directory,
      env: withoutOwnToken(process.env),
      detached: true,
      stdio: ['ignore', 'ignore', output ?? 'ignore'],
    })
    const starts = entities.map((entity) => {
      const start: Start = { state: { state: 'starting', sinceMs: machine.nowMs() }, alive: true }
      this.#starts.set(entity, start)
      return start
    })
    const end = (text: string | null) => {
      const atMs = machine.nowMs()
      // An entity whose run has begun has its error in the database.
      for (const start of starts) {
        const isUnexplained = starts.length === 1 || start.state?.state === 'starting'
        start.alive = false
        start.state = text === null || !isUnexplained ? null : { state: 'failed', atMs, text }
      }
    }
    let hasEnded = false
    child.once('error', ({ message }) => {
      if (hasEnded) return
      hasEnded = true
      takeOutput(output)
      end(`its process could not be started: ${message}`)
    })
    child.once('exit', (code, signal) => {
      if (hasEnded) return
      hasEnded = true
      const text = takeOutput(output)
      if (signal !== null) end(`its process was ended by ${signal}`)
      else end(code === 0 || code === cancelledExitCode ? null : text)
    })
    child.unref()
    return true
  }

  stateOf(entity: string): StartState {
    return this.#starts.get(entity)?.state ?? null
  }

  /** A short run of several may end before anybody saw it running. */
  hasRun(entity: string, startedAt: Date): void {
    const state = this.#starts.get(entity)?.state
    if (state?.state === 'starting' && startedAt.getTime() >= state.sinceMs) this.hasBegun(entity)
  }

  /** Called once the run is in the database, which then has all details. */
  hasBegun(entity: string): void {
    const start = this.#starts.get(entity)
    if (start?.state?.state === 'starting') start.state = null
  }
}

/**
 * Opens a file for the output of a start, which may name a host. It has no name, so that nothing of it stays when both
 * processes have ended. Null if there cannot be one: the sync starts without it.
 */
function openOutput(): number | null {
  try {
    const folder = mkdtempSync(join(tmpdir(), 'hubgen-'))
    const file = openSync(join(folder, 'output.txt'), 'wx+', 0o600)
    rmSync(folder, { recursive: true, force: true })
    return file
  } catch {
    return null
  }
}

/** A sync does not need the dashboard's token. */
function withoutOwnToken({ HUBGEN_DASHBOARD_TOKEN: _, ...environment }: NodeJS.ProcessEnv) {
  return environment
}

/** The end of the output. Closes the file. */
function takeOutput(file: number | null): string {
  if (file === null)
    return 'its output could not be kept: free space in the folder for temporary files'
  const { size } = fstatSync(file)
  const bytes = Buffer.alloc(Math.min(size, 4 * shownCharacters))
  readSync(file, bytes, 0, bytes.length, size - bytes.length)
  closeSync(file)
  const text = bytes.toString('utf8').trim()
  if (text === '') return 'it printed no reason'
  return text.length > shownCharacters ? `…${text.slice(-shownCharacters)}` : text
}
