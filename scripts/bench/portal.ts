import { Agent, get } from 'node:http'
import type { Latency } from '../../simulator/latency.ts'
import type { Limits } from '../../simulator/limits.ts'
import { startChild } from './child.ts'
import { readCpuSeconds } from './cpu-seconds.ts'

export interface PortalOptions {
  readonly contacts: number
  /** Number of properties of contacts. */
  readonly properties: number
  readonly limits: Limits
  readonly latency?: Latency
  readonly compression?: 'gzip' | 'none'
  /** Whether the simulator caches rendered records, so that it is fast from the second reading on. */
  readonly keepsRecords: boolean
}

export interface PortalOrder {
  readonly changeContacts: number
}

export type PortalReply =
  | { readonly url: string; readonly token: string }
  | { readonly changed: number }

/** A simulator in its own process. */
export interface Portal extends AsyncDisposable {
  readonly url: string
  readonly token: string
  /** The HUBSPOT_* variables for a client. */
  readonly environment: Readonly<Record<string, string>>
  /** Changes `count` contacts, evenly spread. */
  changeContacts(count: number): Promise<void>
  /** Calls received so far, by route; this query is not counted. */
  calls(): Promise<Readonly<Record<string, number>>>
  /** Reads all contacts with these properties once to fill the cache; returns pages per second. */
  warmUp(properties: readonly string[]): Promise<number>
  cpuSeconds(): number
}

export async function startPortal(options: PortalOptions): Promise<Portal> {
  const child = startChild('simulator-process.ts', { input: options })
  const { url, token } = await child.answer<{ url: string; token: string }>()
  return {
    url,
    token,
    environment: { HUBSPOT_API_URL: url, HUBSPOT_API_TOKEN: token },
    async changeContacts(count) {
      child.send({ changeContacts: count } satisfies PortalOrder)
      await child.answer()
    },
    async calls() {
      const answer = await fetch(`${url}/simulator`)
      const { requests } = (await answer.json()) as { requests: Record<string, number> }
      return requests
    },
    warmUp: (properties) => readAllPages(url, token, properties),
    cpuSeconds: () => readCpuSeconds(child.pid),
    [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
  }
}

/** Reads page after page without parsing; returns pages per second. */
async function readAllPages(
  url: string,
  token: string,
  properties: readonly string[],
): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const start = performance.now()
  let pages = 0
  for (let after = '0'; after !== ''; pages += 1) {
    const query = new URLSearchParams({ limit: '100', properties: properties.join(','), after })
    after = await nextCursor(`${url}/crm/objects/2026-09/0-1?${query}`, token, agent)
  }
  agent.destroy()
  return (pages / (performance.now() - start)) * 1000
}

/** The cursor at the end of a page; "" on the last. Discards the body as it arrives. */
function nextCursor(page: string, token: string, agent: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = get(
      page,
      { agent, headers: { Authorization: `Bearer ${token}` } },
      (answer) => {
        if (answer.statusCode !== 200)
          reject(new Error(`the simulator answered ${answer.statusCode}`))
        let end = Buffer.alloc(0)
        answer.on('data', (part: Buffer) => {
          end = Buffer.concat([end, part]).subarray(-500)
        })
        answer.on('end', () => resolve(/"after":"(\d+)"/.exec(end.toString())?.[1] ?? ''))
        answer.on('error', reject)
      },
    )
    request.on('error', reject)
  })
}
