import { type ChildProcess, fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import type { CommandOrder } from './command-server.ts'
import { hubgenScripts } from './hubgen-scripts.ts'
import { type NodeProcess, type NodeResult, resultOf, saysBefore } from './node-process.ts'

/** Modules of users stay loaded, so a process is used only for a limited number of commands. */
const commandsPerServer = 150

/** A command to run. */
export type Command = Omit<CommandOrder, 'mark' | 'main'>

/** The scripts of one copy of hubgen, and the options of the processes that run them. */
interface CommandScripts {
  /** The command line. */
  readonly main: string
  /** `command-server.ts` of this copy. */
  readonly commandServer: string
  readonly execArgv: readonly string[]
  /** Another user. */
  readonly uid?: number
  readonly gid?: number
}

/** Runs commands of one copy of hubgen, each in a process that runs others after it. */
export interface CommandRunner extends AsyncDisposable {
  /** Runs a command to its end. */
  run(command: Command): Promise<NodeResult>
  start(command: Command): RunningCommand
}

/** A command in a process that runs others after it: signals reach that process until the command has ended. */
export type RunningCommand = Pick<NodeProcess, 'output' | 'errors' | 'says' | 'kill' | 'ended'>

interface CommandServer {
  readonly child: ChildProcess
  commands: number
}

const ours = openCommandRunner({
  ...hubgenScripts,
  execArgv: ['--conditions=hubgen-source'],
})

/** Runs a command of hubgen to its end, in a process that runs others after it. */
export function runCommand(command: Command): Promise<NodeResult> {
  return ours.run(command)
}

/** The same, for a command that ends when it is asked to. */
export function startCommand(command: Command): RunningCommand {
  return ours.start(command)
}

/** Its processes end with that of the tests, if the caller does not close it. */
export function openCommandRunner(scripts: CommandScripts): CommandRunner {
  const free: CommandServer[] = []
  const start = (command: Command) => {
    const server = free.pop() ?? startServer(scripts, command.environment)
    server.commands += 1
    return startOn(server.child, { ...command, main: scripts.main }, () => {
      if (!server.child.connected) return
      if (server.commands < commandsPerServer) free.push(server)
      else server.child.disconnect()
    })
  }
  return {
    start,
    run: (command) => resultOf(start(command)),
    async [Symbol.asyncDispose]() {
      const ended = free.splice(0).map(({ child }) => {
        child.disconnect()
        return once(child, 'exit')
      })
      await Promise.all(ended)
    },
  }
}

/** `onEnd` is called once the process is free for another command, or has ended. */
function startOn(
  child: ChildProcess,
  order: Omit<CommandOrder, 'mark'>,
  onEnd: () => void,
): RunningCommand {
  const mark = `\n${randomUUID()}\n`
  const output = collect(child.stdout, mark)
  const errors = collect(child.stderr, mark)
  const closed = Promise.withResolvers<number | null>()
  child.once('error', closed.reject)
  child.once('close', closed.resolve)
  child.send({ ...order, mark } satisfies CommandOrder)
  let hasEnded = false
  const end = async () => {
    const marked = Promise.all([output.marked, errors.marked])
    const exitCode = await Promise.race([marked.then(([rest]) => Number(rest)), closed.promise])
    hasEnded = true
    child.off('error', closed.reject)
    child.off('close', closed.resolve)
    output.stop()
    errors.stop()
    onEnd()
    return exitCode
  }
  const ended = end()
  return {
    output: output.text,
    errors: errors.text,
    says: (pattern) =>
      saysBefore(ended, pattern, { ...output, all: () => `${output.text()}\n${errors.text()}` }),
    kill: (signal) => void (hasEnded || child.kill(signal)),
    ended,
  }
}

function startServer(
  { commandServer, execArgv, uid, gid }: CommandScripts,
  environment: NodeJS.ProcessEnv,
): CommandServer {
  const child = fork(commandServer, {
    execArgv: [...execArgv],
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    ...(uid !== undefined && { uid }),
    ...(gid !== undefined && { gid }),
  })
  // It is idle when the tests are over, and ends with them.
  child.unref()
  child.channel?.unref()
  for (const stream of [child.stdout, child.stderr]) (stream as Socket | null)?.unref()
  return { child, commands: 0 }
}

/** The text of a stream from now on; `marked` returns the text after the mark. */
function collect(stream: NodeJS.ReadableStream | null, mark: string) {
  let text = ''
  let end = -1
  const { promise, resolve } = Promise.withResolvers<string>()
  const read = (chunk: Buffer | string) => {
    text += chunk
    end = text.indexOf(mark)
    if (end >= 0) resolve(text.slice(end + mark.length))
  }
  const watchers: (() => void)[] = []
  stream?.setEncoding('utf8').on('data', read)
  return {
    marked: promise,
    text: () => (end < 0 ? text : text.slice(0, end)),
    /** Called after each part. */
    watch(watcher: () => void) {
      watchers.push(watcher)
      stream?.on('data', watcher)
    },
    stop() {
      for (const listener of [read, ...watchers]) stream?.off('data', listener)
    },
  }
}
