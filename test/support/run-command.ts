import { type ChildProcess, fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import type { CommandOrder } from './command-server.ts'
import { hubgenScripts } from './hubgen-scripts.ts'
import type { NodeResult } from './node-process.ts'

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
}

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

/** Its processes end with that of the tests, if the caller does not close it. */
export function openCommandRunner(scripts: CommandScripts): CommandRunner {
  const free: CommandServer[] = []
  return {
    async run(command) {
      const server = free.pop() ?? startServer(scripts, command.environment)
      server.commands += 1
      const result = await runOn(server.child, { ...command, main: scripts.main })
      if (server.child.connected) {
        if (server.commands < commandsPerServer) free.push(server)
        else server.child.disconnect()
      }
      return result
    },
    async [Symbol.asyncDispose]() {
      const ended = free.splice(0).map(({ child }) => {
        child.disconnect()
        return once(child, 'exit')
      })
      await Promise.all(ended)
    },
  }
}

async function runOn(child: ChildProcess, order: Omit<CommandOrder, 'mark'>): Promise<NodeResult> {
  const mark = `\n${randomUUID()}\n`
  const output = collect(child.stdout, mark)
  const errors = collect(child.stderr, mark)
  const closed = Promise.withResolvers<number | null>()
  child.once('error', closed.reject)
  child.once('close', closed.resolve)
  child.send({ ...order, mark } satisfies CommandOrder)
  const ended = Promise.all([output.marked, errors.marked])
  const exitCode = await Promise.race([ended.then(([rest]) => Number(rest)), closed.promise])
  child.off('error', closed.reject)
  child.off('close', closed.resolve)
  output.stop()
  errors.stop()
  return { exitCode, output: output.text(), errors: errors.text() }
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
  stream?.setEncoding('utf8').on('data', read)
  return {
    marked: promise,
    text: () => (end < 0 ? text : text.slice(0, end)),
    stop: () => void stream?.off('data', read),
  }
}
