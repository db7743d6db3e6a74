import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** A script of this folder, running in its own process. */
export interface Child extends AsyncDisposable {
  readonly pid: number
  /** The next message from the script; fails if the script ends instead. */
  answer<T>(): Promise<T>
  send(message: object): void
}

export interface ChildOptions {
  /** Passed as JSON in the first argument. */
  readonly input: object
  readonly environment?: Readonly<Record<string, string>>
  /** Whether `hubgen/runtime` is the source, as usual, or the built package that users have. */
  readonly runtime?: 'source' | 'built'
  /** Working directory. */
  readonly directory?: string
}

const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** Starts a script; disposing kills it, and it ends with this process. */
export function startChild(script: string, options: ChildOptions): Child {
  const path = fileURLToPath(new URL(script, import.meta.url))
  const child = fork(path, [JSON.stringify(options.input)], {
    cwd: options.directory,
    env: { ...cleanEnvironment(), ...options.environment },
    execArgv: options.runtime === 'built' ? [] : ['--conditions=hubgen-source'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  running.add(child)
  const ended = once(child, 'exit').then(([code, signal]) => {
    running.delete(child)
    return new Error(`${script} ended early (${code ?? signal})`)
  })
  return {
    pid: child.pid ?? 0,
    async answer<T>() {
      const first = await Promise.race([once(child, 'message'), ended])
      if (first instanceof Error) throw first
      return first[0] as T
    },
    send: (message) => void child.send(message),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await ended
    },
  }
}

/** Without the settings of a real portal or database. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(HUBSPOT_|NEON_|PG)|^DATABASE_URL$/.test(name),
  )
  return Object.fromEntries(inherited)
}
