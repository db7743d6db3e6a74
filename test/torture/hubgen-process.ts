import { spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { plainEnvironment } from '../support/node-process.ts'
import { hubgenMain } from '../support/run-hubgen.ts'

/** A running command of hubgen, whose lines are observed and stored in a file. */
export interface HubgenProcess {
  kill(): void
  readonly ended: Promise<Ended>
}

export interface Ended {
  /** Null after a signal. */
  readonly exitCode: number | null
  readonly output: readonly string[]
  readonly errors: string
}

export interface HubgenCommand {
  readonly directory: string
  readonly environment: NodeJS.ProcessEnv
  readonly args: readonly string[]
  /** Gets both streams. */
  readonly logFile: string
  readonly onLine: () => void
}

export function startHubgenProcess(command: HubgenCommand): HubgenProcess {
  const { directory, environment, args, logFile, onLine } = command
  const log = createWriteStream(logFile)
  log.write(`$ hubgen ${args.join(' ')}\n`)
  const child = spawn(process.execPath, ['--conditions=hubgen-source', hubgenMain, ...args], {
    cwd: directory,
    env: plainEnvironment(environment),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output: string[] = []
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text
    log.write(text)
  })
  createInterface({ input: child.stdout }).on('line', (line) => {
    output.push(line)
    log.write(`${line}\n`)
    onLine()
  })
  return {
    kill: () => void child.kill('SIGKILL'),
    ended: new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (exitCode, signal) => {
        log.end(`ended with ${exitCode ?? signal}\n`)
        resolve({ exitCode, output, errors })
      })
    }),
  }
}
