import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { listenLocally } from '../listen-locally.ts'

/** An answer of the simulator that its client has not received yet. */
interface HeldAnswer {
  /** The simulator has answered. */
  readonly answered: Promise<void>
  /** Releases it to the client. */
  release(): void
}

/** A proxy in front of a simulator that holds answers back, so that they are outdated when they arrive. */
export interface HeldAnswers extends AsyncDisposable {
  /** The value for HUBSPOT_API_URL. */
  readonly url: string
  /** Holds the answer to the next call of such a path. */
  holdNext(path: RegExp): HeldAnswer
}

interface Waiting {
  readonly path: RegExp
  readonly answered: PromiseWithResolvers<void>
  readonly released: PromiseWithResolvers<void>
}

export async function holdAnswers(simulatorUrl: string): Promise<HeldAnswers> {
  const waiting: Waiting[] = []
  const answer = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const { url = '', method = 'GET', headers } = incoming
    const index = waiting.findIndex(({ path }) => path.test(url))
    const [held] = index < 0 ? [] : waiting.splice(index, 1)
    const body: Buffer[] = []
    for await (const part of incoming) body.push(part)
    const given = await fetch(`${simulatorUrl}${url}`, {
      method,
      headers: {
        authorization: headers.authorization ?? '',
        'content-type': headers['content-type'] ?? 'application/json',
      },
      ...(body.length > 0 && { body: Buffer.concat(body) }),
    })
    const text = await given.text()
    held?.answered.resolve()
    await held?.released.promise
    outgoing.writeHead(given.status, { 'content-type': 'application/json' })
    outgoing.end(text)
  }
  const server = createServer((incoming, outgoing) => {
    answer(incoming, outgoing).catch(() => outgoing.destroy())
  })
  const local = await listenLocally(server)
  return {
    url: local.url,
    holdNext(path) {
      const held = {
        path,
        answered: Promise.withResolvers<void>(),
        released: Promise.withResolvers<void>(),
      }
      waiting.push(held)
      return { answered: held.answered.promise, release: () => held.released.resolve() }
    },
    [Symbol.asyncDispose]: () => local[Symbol.asyncDispose](),
  }
}
