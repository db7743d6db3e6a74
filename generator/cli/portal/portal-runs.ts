import type { ChildProcess } from 'node:child_process'
import { closeSync, createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { formatError, HubgenError } from '../../../runtime/errors.ts'
import { cancelledExitCode } from '../../../runtime/terminal/report-failure.ts'
import type { Portal, PortalsFile } from '../../config/read-portals-file.ts'
import { failureExitCode } from '../program.ts'
import { exitCodeOf, onSignals, startCommand } from './start-command.ts'
import { openUnnamedFile, readEndOf } from './unnamed-file.ts'

/** A command that has run for one portal. */
export interface PortalRun {
  readonly portal: Portal
  readonly exitCode: number
  /**
   * The lines of its standard output; of both outputs for people. They are on disk, because they may be many, and can be
   * read once.
   */
  lines(): AsyncIterable<string>
  /** The first failure that it printed, or its own; "" if there is none. */
  readonly failure: string
}

export type Format = 'json' | 'text'

/**
 * Runs commands for portals and keeps their output in unnamed files until they are disposed of. After a signal, which is
 * passed on, nothing else is started.
 */
export class PortalRuns implements Disposable {
  readonly #file: PortalsFile
  readonly #format: Format
  readonly #files = new Set<number>()
  readonly #children = new Set<ChildProcess>()
  readonly #stopListening: () => void
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
    const output = this.#open()
    const errors = this.#format === 'json' ? this.#open() : output
    const exitCode = await this.#execute(portal, args, [output, errors]).catch((error) => {
      if (!(error instanceof HubgenError)) throw error
      return { error, exitCode: failureExitCode(args) }
    })
    const printed = readEndOf(errors, mostErrorBytes)
    if (errors !== output) this.#close(errors)
    if (typeof exitCode !== 'number') {
      this.#close(output)
      const failure = formatError(exitCode.error)
      return {
        portal,
        exitCode: exitCode.exitCode,
        failure,
        lines: () => linesOf(failure, this.#format),
      }
    }
    return {
      portal,
      exitCode,
      failure: firstFailure(printed),
      lines: () => this.#readLines(output),
    }
  }

  async #execute(
    portal: Portal,
    args: readonly string[],
    [output, errors]: readonly [number, number],
  ): Promise<number> {
    if (this.#cancelled) return cancelledExitCode
    const stdio = ['ignore', output, errors] as const
    const child = await startCommand({ file: this.#file, portal, args, stdio })
    this.#children.add(child)
    // The signal may have come while the token was asked for.
    if (this.#cancelled) child.kill('SIGTERM')
    const code = await exitCodeOf(child)
    this.#children.delete(child)
    return code
  }

  #open(): number {
    const file = openUnnamedFile()
    this.#files.add(file)
    return file
  }

  #close(file: number): void {
    if (this.#files.delete(file)) closeSync(file)
  }

  async *#readLines(file: number): AsyncIterable<string> {
    if (!this.#files.has(file)) return
    const input = createReadStream('', { fd: file, start: 0, encoding: 'utf8', autoClose: false })
    try {
      yield* createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })
    } finally {
      this.#close(file)
    }
  }

  [Symbol.dispose](): void {
    this.#stopListening()
    for (const file of this.#files) this.#close(file)
  }
}

async function* linesOf(text: string, format: Format): AsyncIterable<string> {
  if (format === 'text') yield* text.split('\n')
}

/** A command that fails for a reason of its own prints little. */
const mostErrorBytes = 65_536

function firstFailure(text: string): string {
  return /^error\[[A-Z_]+\]: .*$/m.exec(text)?.[0] ?? ''
}
