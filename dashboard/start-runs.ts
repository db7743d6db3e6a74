import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { logDirectory } from '../runtime/environment.ts'
import { machine } from '../runtime/machine.ts'
import { cancelledExitCode } from '../runtime/terminal/report-failure.ts'
import type { DashboardOptions, StartRequest } from './dashboard-options.ts'

/** What became of the last start from here; null: it runs or ran as the database says. */
export type StartState =
  | { readonly state: 'starting'; readonly sinceMs: number }
  | { readonly state: 'failed'; readonly atMs: number; readonly text: string }
  | null

/** More than this of what a failed start said is nothing that a person reads on a page. */
const shownCharacters = 4_000

/**
 * Starts syncs, each in a process of its own: a run takes nothing from the pages, nor they from it, and
 * goes on when the dashboard ends. What it does is in the database, what it says when it cannot begin in a
 * file of `.hubgen/logs`.
 */
export class RunStarter {
  readonly #options: Pick<DashboardOptions, 'syncCommand' | 'directory'>
  readonly #starts = new Map<string, { state: StartState; alive: boolean }>()

  constructor(options: Pick<DashboardOptions, 'syncCommand' | 'directory'>) {
    this.#options = options
  }

  /** False while a process that was started here for the entity is alive: nothing is queued. */
  start(request: StartRequest): boolean {
    const { entity } = request
    if (this.#starts.get(entity)?.alive === true) return false
    const path = this.#outputPath(entity)
    const output = openSync(path, 'w')
    const [program, ...args] = this.#options.syncCommand(request)
    const child = spawn(program, args, {
      cwd: this.#options.directory,
      env: withoutOwnToken(process.env),
      detached: true,
      stdio: ['ignore', 'ignore', output],
    })
    closeSync(output)
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
      else if (code !== 0 && code !== cancelledExitCode) fail(tailOf(path))
    })
    child.unref()
    return true
  }

  stateOf(entity: string): StartState {
    return this.#starts.get(entity)?.state ?? null
  }

  /** Once its run is known to the database, that says everything. */
  hasBegun(entity: string): void {
    const start = this.#starts.get(entity)
    if (start?.state?.state === 'starting') start.state = null
  }

  #outputPath(entity: string): string {
    const directory = logDirectory(this.#options.directory)
    mkdirSync(directory, { recursive: true })
    return join(directory, `dashboard_${entity}.txt`)
  }
}

/** A sync has no use for it. */
function withoutOwnToken({ HUBGEN_DASHBOARD_TOKEN: _, ...environment }: NodeJS.ProcessEnv) {
  return environment
}

function tailOf(path: string): string {
  const text = readFileSync(path, 'utf8').trim()
  if (text === '') return 'it said nothing about why'
  return text.length > shownCharacters ? `…${text.slice(-shownCharacters)}` : text
}
