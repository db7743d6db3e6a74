import { type ChildProcess, fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import type { CommandOrder } from './command-server.ts'
import { hubgenScripts } from './hubgen-scripts.ts'
import type { NodeResult } from './node-process.ts'

/** Modules of users stay loaded, so a process is used only for a limited number of commands. */
const commandsPerServer = 150

interface CommandServer {
  readonly child: ChildProcess
  commands: number
}

const free: CommandServer[] = []

/** Runs a command of hubgen to its end, in a process that runs others after it. */
export async function runCommand(order: Omit<CommandOrder, 'mark' | 'main'>): Promise<NodeResult> {
  const server = free.pop() ?? startServer(order.environment)
  server.commands += 1
  const { child } = server
  const mark = `\n${randomUUID()}\n`
  const output = collect(child.stdout, mark)
  const errors = collect(child.stderr, mark)
  const closed = Promise.withResolvers<number | null>()
  child.once('error', closed.reject)
  child.once('close', closed.resolve)
  child.send({ ...order, main: hubgenScripts.main, mark } satisfies CommandOrder)
  const ended = Promise.all([output.marked, errors.marked])
  const exitCode = await Promise.race([ended.then(([rest]) => Number(rest)), closed.promise])
  child.off('error', closed.reject)
  child.off('close', closed.resolve)
  output.stop()
  errors.stop()
  if (child.connected) {
    if (server.commands < commandsPerServer) free.push(server)
    else child.disconnect()
  }
  return { exitCode, output: output.text(), errors: errors.text() }
}

function startServer(environment: NodeJS.ProcessEnv): CommandServer {
  const child = fork(hubgenScripts.commandServer, {
    execArgv: ['--conditions=hubgen-source'],
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
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
