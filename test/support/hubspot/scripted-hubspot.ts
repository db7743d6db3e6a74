import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { HubSpotSettings } from '../../../runtime/hubspot/client/settings.ts'
import { listenLocally } from '../listen-locally.ts'

/** An answer, or a failure instead of one. */
export type ScriptedAnswer =
  | {
      readonly status?: number
      readonly headers?: Readonly<Record<string, string>>
      /** Sent as JSON unless it is text. */
      readonly body?: unknown
    }
  | 'reset'
  | 'reset in the body'
  | 'hang'

export interface ScriptedRequest {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  /** Undefined when there was none. */
  readonly body: unknown
}

/** A server that answers by script, over HTTP, for cases that the simulator does not cover. */
export interface ScriptedHubSpot extends AsyncDisposable {
  readonly settings: HubSpotSettings
  readonly requests: readonly ScriptedRequest[]
}

/** The answers are given in order; the last one is repeated. */
export async function scriptHubSpot(
  answers: readonly ScriptedAnswer[] | ((request: ScriptedRequest) => ScriptedAnswer),
): Promise<ScriptedHubSpot> {
  const requests: ScriptedRequest[] = []
  const server = createServer(async (incoming, response) => {
    const request = await readRequest(incoming)
    requests.push(request)
    const answer =
      typeof answers === 'function'
        ? answers(request)
        : (answers[requests.length - 1] ?? answers.at(-1))
    send(response, answer ?? {})
  })
  const local = await listenLocally(server)
  return {
    settings: {
      token: 'pat-na1-11111111-2222-4333-8444-555555555555',
      baseUrl: local.url,
      apiVersion: '2026-09',
    },
    requests,
    [Symbol.asyncDispose]: () => local[Symbol.asyncDispose](),
  }
}

async function readRequest(incoming: IncomingMessage): Promise<ScriptedRequest> {
  const url = new URL(incoming.url ?? '', 'http://localhost')
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk)
  const text = Buffer.concat(chunks).toString()
  return {
    method: incoming.method ?? '',
    path: url.pathname,
    query: url.searchParams,
    headers: incoming.headers,
    body: text === '' ? undefined : JSON.parse(text),
  }
}

function send(response: ServerResponse, answer: ScriptedAnswer): void {
  if (answer === 'hang') return
  if (answer === 'reset') {
    response.destroy()
    return
  }
  if (answer === 'reset in the body') {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
    response.write('{"results":[', () => response.destroy())
    return
  }
  const { status = 200, headers = {}, body = {} } = answer
  const json = typeof body !== 'string'
  const type = json ? 'application/json;charset=utf-8' : 'text/html; charset=UTF-8'
  response.writeHead(status, { 'content-type': type, ...headers })
  response.end(json ? JSON.stringify(body) : body)
}
