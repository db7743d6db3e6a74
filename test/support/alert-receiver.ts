import { createServer, type ServerResponse } from 'node:http'
import { listenLocally } from './listen-locally.ts'

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
  const local = await listenLocally(server)
  return {
    url: `${local.url}/services/T0/B0/a-secret-path`,
    bodies,
    answers,
    [Symbol.asyncDispose]: () => local[Symbol.asyncDispose](),
  }
}
