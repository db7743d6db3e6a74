import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { listenLocally } from '../listen-locally.ts'

/**
 * A proxy in front of a simulator that holds pages of its record lists until they are released, so that a run
 * takes as long as a test needs.
 */
export interface CallGate extends AsyncDisposable {
  /** The value for HUBSPOT_API_URL. */
  readonly url: string
  /** Holds everything from now on. */
  shut(): void
  /** Releases N more pages. */
  let(pages: number): void
  /** Holds nothing any more. */
  open(): void
}

const recordList = /^\/crm\/(v3\/objects|objects\/[\d-]+)\/[^/?]+(\?|$)/

/** Open at first. */
export async function startCallGate(simulatorUrl: string): Promise<CallGate> {
  const { hostname, port } = new URL(simulatorUrl)
  const held: (() => void)[] = []
  let free = Number.POSITIVE_INFINITY
  const letThrough = () => {
    while (free > 0 && held.length > 0) {
      free -= 1
      held.shift()?.()
    }
  }
  const server = createServer((incoming, outgoing) => {
    const pass = () => forward(incoming, outgoing, { hostname, port })
    if (incoming.method !== 'GET' || !recordList.test(incoming.url ?? '')) return pass()
    held.push(() => {
      // Abandoned calls do not count.
      if (outgoing.destroyed) free += 1
      else pass()
    })
    letThrough()
  })
  const local = await listenLocally(server)
  return {
    url: local.url,
    shut: () => {
      free = 0
    },
    let: (pages) => {
      free += pages
      letThrough()
    },
    open: () => {
      free = Number.POSITIVE_INFINITY
      letThrough()
    },
    [Symbol.asyncDispose]: () => local[Symbol.asyncDispose](),
  }
}

function forward(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  target: { readonly hostname: string; readonly port: string },
): void {
  const { method, url, headers } = incoming
  const asked = request({ ...target, method, path: url, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(outgoing)
    answer.on('error', () => outgoing.destroy())
  })
  asked.on('error', () => outgoing.destroy())
  outgoing.on('close', () => asked.destroy())
  incoming.pipe(asked)
}
