import { spawn } from 'node:child_process'
import { hubgenScripts } from './hubgen-scripts.ts'

/** A Node process whose end can be waited for while this one serves it. */
export interface NodeProcess {
  readonly pid: number
  /** Standard output so far. */
  output(): string
  /** Standard error so far. */
  errors(): string
  /** Resolves when the output matches, rejects when the process ends before. */
  says(pattern: RegExp): Promise<void>
  /** The same for standard error, which is read independently of standard output. */
  complains(pattern: RegExp): Promise<void>
  kill(signal: NodeJS.Signals): void
  /** Stops reading, as `… | head -1` does. */
  closeOutput(): void
  /** Exit code; null after a signal. */
  readonly ended: Promise<number | null>
}

export interface NodeResult {
  /** Null after a signal. */
  readonly exitCode: number | null
  readonly output: string
  readonly errors: string
}

/** These variables, and of the caller's only PATH. */
export function plainEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { PATH } = process.env
  const { compileCache } = hubgenScripts
  return { PATH, NO_COLOR: '1', NODE_COMPILE_CACHE: compileCache, ...environment }
}

/** Runs TypeScript from this repository's sources, with only these variables. */
export function startNode(
  directory: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): NodeProcess {
  const child = spawn(process.execPath, ['--conditions=hubgen-source', ...args], {
    cwd: directory,
    env: plainEnvironment(environment),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  let errors = ''
  const watchers = new Set<() => void>()
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
    for (const watch of watchers) watch()
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text
    for (const watch of watchers) watch()
  })
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve(code))
  })
  const watch = (watcher: () => void) => void watchers.add(watcher)
  const says = (pattern: RegExp, text: () => string) =>
    saysBefore(ended, pattern, { text, all: () => `${output}\n${errors}`, watch })
  return {
    pid: child.pid ?? 0,
    output: () => output,
    errors: () => errors,
    says: (pattern) => says(pattern, () => output),
    complains: (pattern) => says(pattern, () => errors),
    kill: (signal) => {
      child.kill(signal)
    },
    closeOutput: () => {
      child.stdout.destroy()
    },
    ended,
  }
}

/** Text that a process or a command prints. */
interface Printed {
  /** So far. */
  text(): string
  /** For the message of a failure. */
  all(): string
  /** Called after each part. */
  watch(watcher: () => void): void
}

/** Resolves when the text matches, rejects when the process or command ends before. */
export function saysBefore(
  ended: Promise<unknown>,
  pattern: RegExp,
  { text, all, watch }: Printed,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = () => {
      if (pattern.test(text())) resolve()
    }
    watch(look)
    look()
    ended.then(() => reject(new Error(`it never said ${pattern}:\n${all()}`)), reject)
  })
}

/** Waits for the end of a process and returns its output. */
export async function resultOf(
  running: Pick<NodeProcess, 'output' | 'errors' | 'ended'>,
): Promise<NodeResult> {
  const exitCode = await running.ended
  return { exitCode, output: running.output(), errors: running.errors() }
}
