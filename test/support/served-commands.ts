import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import type { NodeResult } from './node-process.ts'
import type { Command } from './run-command.ts'

/** Runs the commands of hubgen that shells start. */
export interface ServedCommands extends Disposable {
  /**
   * Lines of bash that run hubgen with the arguments of the script, in its folder and with its variables, and end with its exit code: a
   * shell that has them as a program on its PATH starts no process of Node for a command.
   */
  readonly script: string
}

export async function serveCommands(
  run: (command: Command) => Promise<NodeResult>,
): Promise<ServedCommands> {
  const server = createServer(async (socket) => {
    const { exitCode, output, errors } = await run(await readCommand(socket))
    socket.end(`${exitCode} ${Buffer.byteLength(output)}\n${output}${errors}`)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    script: [
      `exec 3<>/dev/tcp/127.0.0.1/${port}`,
      `{ printf '%s\\0' "$PWD" $# "$@"; env -0; printf '\\0'; } >&3`,
      'read -r code size <&3',
      '[ "$size" = 0 ] || head -c "$size" <&3',
      'cat <&3 >&2',
      'exit "$code"',
    ].join('\n'),
    [Symbol.dispose]: () => void server.close(),
  }
}

/** Texts that end in NUL: the folder, the number of arguments, these, the variables, and an empty one. */
async function readCommand(socket: Socket): Promise<Command> {
  let text = ''
  socket.setEncoding('utf8')
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    text += chunk
    const [directory = '', count = '', ...rest] = text.split('\0').slice(0, -1)
    const args = rest.slice(0, Number(count))
    const end = rest.indexOf('', args.length)
    if (count === '' || args.length < Number(count) || end < 0) continue
    const variables = rest.slice(args.length, end).map((variable) => {
      const place = variable.indexOf('=')
      return [variable.slice(0, place), variable.slice(place + 1)]
    })
    return { directory, args, environment: Object.fromEntries(variables) }
  }
  throw new Error(`a command ended early: ${text}`)
}
