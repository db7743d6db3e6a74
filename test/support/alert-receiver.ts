import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A server that takes alerts, or answers as a test wants. */
export interface AlertReceiver extends AsyncDisposable {
  readonly url: string
  /** The bodies of all requests, in order. */
  readonly bodies: Record<string, unknown>[]
  /** Answers the next requests, one by one, instead of 200. */
  readonly answers: ((answer: ServerResponse) => void)[]
}

export async function startAlertReceiver(): Promise<AlertReceiver> {
  const bodies: Record<string, unknown>[] = []
  const answers: ((answer: ServerResponse) => void)[] = []
  const server = createServer((request, answer) => {
    let text = ''
    request.setEncoding('utf8').on('data', (part: string) => {
      text += part
    })
    request.on('end', () => {
      bodies.push(JSON.parse(text))
      const special = answers.shift()
      if (special === undefined) answer.end('ok')
      else special(answer)
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/services/T0/B0/a-secret-path`,
    bodies,
    answers,
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve())
      })
      server.closeAllConnections()
      await closed
    },
  }
}
