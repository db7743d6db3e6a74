import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { listenLocally } from '../listen-locally.ts'

/** A call to the simulator. */
interface AlteredCall {
  /** `list`, `batch`, `search`, `get`, or "" for anything else. */
  readonly kind: string
  readonly path: string
  readonly query: URLSearchParams
  /** Ids that a batch read requests; the id of a single read; otherwise none. */
  readonly ids: readonly string[]
}

interface AlteredAnswer {
  readonly status: number
  readonly body: unknown
}

/** Returns the answer to give instead; undefined: the answer is unchanged. */
export type Alter = (call: AlteredCall, answer: AlteredAnswer) => AlteredAnswer | undefined

/** A proxy in front of a simulator that changes its answers about records as HubSpot is known to do. */
export interface AlteredAnswers extends AsyncDisposable {
  /** The value for HUBSPOT_API_URL. */
  readonly url: string
  /** Applies from now on, in place of the earlier change; undefined: answers are unchanged. */
  alter(alter: Alter | undefined): void
}

export async function alterAnswers(simulatorUrl: string): Promise<AlteredAnswers> {
  let current: Alter | undefined
  const server = createServer((incoming, outgoing) => {
    answer(incoming, outgoing, simulatorUrl, current).catch(() => outgoing.destroy())
  })
  const local = await listenLocally(server)
  return {
    url: local.url,
    alter(alter) {
      current = alter
    },
    [Symbol.asyncDispose]: () => local[Symbol.asyncDispose](),
  }
}

async function answer(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  simulatorUrl: string,
  alter: Alter | undefined,
): Promise<void> {
  const parts: Buffer[] = []
  for await (const part of incoming) parts.push(part as Buffer)
  const { method = 'GET', url = '/', headers } = incoming
  const asked = await fetch(new URL(url, simulatorUrl), {
    method,
    headers: { authorization: headers.authorization ?? '', 'content-type': 'application/json' },
    ...(method === 'POST' && { body: Buffer.concat(parts) }),
  })
  const text = await asked.text()
  const call = readCall(method, url, Buffer.concat(parts).toString())
  const given = {
    status: asked.status,
    body: text === '' ? undefined : (JSON.parse(text) as unknown),
  }
  const altered = alter?.(call, given)
  const { status, body } = altered ?? given
  outgoing.writeHead(status, {
    ...Object.fromEntries([...asked.headers].filter(([name]) => /^x-hubspot|^date$/.test(name))),
    'content-type': 'application/json',
  })
  if (altered === undefined) outgoing.end(text)
  else outgoing.end(body === undefined ? '' : JSON.stringify(body))
}

function readCall(method: string, url: string, body: string): AlteredCall {
  const { pathname, searchParams: query } = new URL(url, 'http://localhost')
  const [, rest] = /^\/crm\/(?:v3\/objects|objects\/[\d-]+)\/[^/]+(.*)$/.exec(pathname) ?? []
  const call = { path: pathname, query, ids: [] }
  if (rest === undefined) return { ...call, kind: '' }
  if (rest === '' && method === 'GET') return { ...call, kind: 'list' }
  if (rest === '/search') return { ...call, kind: 'search' }
  if (rest === '/batch/read') return { ...call, kind: 'batch', ids: readInputs(body) }
  const [, id] = /^\/(\d+)$/.exec(rest) ?? []
  return id === undefined ? { ...call, kind: '' } : { ...call, kind: 'get', ids: [id] }
}

function readInputs(body: string): readonly string[] {
  const { inputs } = JSON.parse(body) as { inputs: readonly { readonly id: string }[] }
  return inputs.map(({ id }) => id)
}
