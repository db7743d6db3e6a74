import type { ChildProcess } from 'node:child_process'
import { closeSync, createReadStream, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { formatError, HubgenError } from '../../../runtime/errors.ts'
import { cancelledExitCode } from '../../../runtime/terminal/report-failure.ts'
import type { Portal, PortalsFile } from '../../config/read-portals-file.ts'
import { failureExitCode } from '../program.ts'
import { exitCodeOf, onSignals, startCommand } from './start-command.ts'

/** A command that has run for one portal. */
export interface PortalRun {
  readonly portal: Portal
  readonly exitCode: number
  /** The lines of its standard output; of both outputs for people. They are on disk, because they may be many. */
  lines(): AsyncIterable<string>
  /** The first failure that it printed, or its own; "" if there is none. */
  readonly failure: string
}

export type Format = 'json' | 'text'

/**
 * Runs commands for portals and keeps their output in a temporary folder until they are disposed of. After a signal, which
 * is passed on, nothing else is started.
 */
export class PortalRuns implements Disposable {
  readonly #file: PortalsFile
  readonly #format: Format
  readonly #folder = mkdtempSync(join(tmpdir(), 'hubgen-portals-'))
  readonly #children = new Set<ChildProcess>()
  readonly #stopListening: () => void
  #started = 0
  #cancelled = false

  constructor(file: PortalsFile, format: Format) {
    this.#file = file
    this.#format = format
    this.#stopListening = onSignals((signal) => {
      this.#cancelled = true
      for (const child of this.#children) child.kill(signal)
    })
  }

  get cancelled(): boolean {
    return this.#cancelled
  }

  /** An expected failure to start counts as a run with that failure; rejects only for bugs. */
  async run(portal: Portal, args: readonly string[]): Promise<PortalRun> {
    this.#started += 1
    const path = join(this.#folder, String(this.#started))
    const errorPath = this.#format === 'json' ? `${path}.errors` : path
    const exitCode = await this.#execute(portal, args, [path, errorPath]).catch((error) => {
      if (!(error instanceof HubgenError)) throw error
      return { error, exitCode: failureExitCode(args) }
    })
    if (typeof exitCode !== 'number') {
      const failure = formatError(exitCode.error)
      return {
        portal,
        exitCode: exitCode.exitCode,
        failure,
        lines: () => linesOf(failure, this.#format),
      }
    }
    return { portal, exitCode, failure: firstFailure(errorPath), lines: () => readLines(path) }
  }

  async #execute(
    portal: Portal,
    args: readonly string[],
    [path, errorPath]: readonly [string, string],
  ): Promise<number> {
    if (this.#cancelled) return cancelledExitCode
    const output = openSync(path, 'a')
    const errors = openSync(errorPath, 'a')
    try {
      const stdio = ['ignore', output, errors] as const
      const child = await startCommand({ file: this.#file, portal, args, stdio })
      this.#children.add(child)
      // The signal may have come while the token was asked for.
      if (this.#cancelled) child.kill('SIGTERM')
      const code = await exitCodeOf(child)
      this.#children.delete(child)
      return code
    } finally {
      closeSync(output)
      closeSync(errors)
    }
  }

  [Symbol.dispose](): void {
    this.#stopListening()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

async function* linesOf(text: string, format: Format): AsyncIterable<string> {
  if (format === 'text') yield* text.split('\n')
}

async function* readLines(path: string): AsyncIterable<string> {
  yield* createInterface({
    input: createReadStream(path, 'utf8'),
    crlfDelay: Number.POSITIVE_INFINITY,
  })
}

/** The beginning is enough: a command that fails for a reason of its own prints little. */
function firstFailure(path: string): string {
  const text = readFileSync(path, 'utf8').slice(-65_536)
  return /^error\[[A-Z_]+\]: .*$/m.exec(text)?.[0] ?? ''
}
