import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { readTreeCpuSeconds } from './cpu-seconds.ts'
import { builtMain, type Fleet } from './fleet-portals.ts'

/** The workers of the bench. */
export class Crew {
  readonly #fleet: Fleet
  readonly #slots: number
  readonly #all: ChildProcess[] = []
  /** CPU of workers that were killed. */
  #spentSeconds = 0

  constructor(fleet: Fleet, slots: number) {
    this.#fleet = fleet
    this.#slots = slots
  }

  add(): void {
    const { directory, environment } = this.#fleet
    const worker = spawn(process.execPath, [builtMain, 'worker', '--slots', String(this.#slots)], {
      cwd: directory,
      env: environment,
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    this.#all.push(worker)
    process.once('exit', () => worker.kill('SIGKILL'))
  }

  kill(index: number): void {
    const worker = this.#at(index)
    this.#spentSeconds += readTreeCpuSeconds(worker.pid ?? 0)
    worker.kill('SIGKILL')
  }

  stop(index: number): ChildProcess {
    const worker = this.#at(index)
    worker.kill('SIGSTOP')
    return worker
  }

  cpuSeconds(): number {
    const alive = this.#all.filter(
      ({ exitCode, signalCode }) => exitCode === null && signalCode === null,
    )
    return alive.reduce((sum, { pid = 0 }) => sum + readTreeCpuSeconds(pid), this.#spentSeconds)
  }

  /** The largest resident memory of a slice so far. */
  largestSliceBytes(): number {
    const sizes = this.#all.flatMap(({ pid = 0 }) => childrenOf(pid).map(readPeakBytes))
    return Math.max(0, ...sizes)
  }

  end(): void {
    for (const worker of this.#all) worker.kill('SIGKILL')
  }

  #at(index: number): ChildProcess {
    const worker = this.#all[index]
    if (worker === undefined) throw new Error(`no worker ${index}`)
    return worker
  }
}

function childrenOf(pid: number): readonly number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8')
        .split(' ')
        .filter(Boolean)
        .map(Number),
    )
  } catch {
    return []
  }
}

function readPeakBytes(pid: number): number {
  try {
    const [, kilobytes = '0'] =
      /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return Number(kilobytes) * 1024
  } catch {
    return 0
  }
}
