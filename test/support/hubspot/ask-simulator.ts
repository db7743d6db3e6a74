import type { Simulator } from '../../../simulator/start-simulator.ts'

export interface Question {
  readonly method?: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The body as JSON; throws if it is something else. Assertions declare its shape. */
  json(): unknown
}

/** Asks over real HTTP, with the simulator's token unless the headers say otherwise. */
export async function ask(
  simulator: Simulator,
  path: string,
  { method, body, headers }: Question = {},
): Promise<Reply> {
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
  const response = await fetch(`${simulator.url}${path}`, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: { Authorization: `Bearer ${simulator.token}`, ...headers },
    ...(text === undefined ? {} : { body: text }),
  })
  const received = await response.text()
  return {
    status: response.status,
    headers: response.headers,
    text: received,
    json: () => JSON.parse(received) as unknown,
  }
}

export interface WireRecord {
  readonly id: string
  readonly properties: Readonly<Record<string, string | null>>
  readonly createdAt: string
  readonly updatedAt: string
  readonly archived: boolean
  readonly archivedAt?: string
  readonly associations?: Readonly<
    Record<
      string,
      { results: { id: string; type: string }[]; paging?: { next: { after: string } } }
    >
  >
  readonly propertiesWithHistory?: Readonly<Record<string, { value: string }[]>>
  readonly url: string
}

export interface WirePage {
  readonly total?: number
  readonly results: readonly WireRecord[]
  readonly paging?: { readonly next: { readonly after: string; readonly link?: string } }
}

/** A page of records; throws when the answer is anything but 200 or 207. */
export async function askPage(
  simulator: Simulator,
  path: string,
  question: Question = {},
): Promise<WirePage> {
  const reply = await ask(simulator, path, question)
  if (reply.status !== 200 && reply.status !== 207) {
    throw new Error(`${path} answered ${reply.status}: ${reply.text}`)
  }
  return JSON.parse(reply.text) as WirePage
}

/** Every page of a list from the first on. */
export async function askAllPages(simulator: Simulator, path: string): Promise<WirePage[]> {
  const pages: WirePage[] = []
  let after: string | undefined
  do {
    const separator = path.includes('?') ? '&' : '?'
    const page = await askPage(
      simulator,
      after === undefined ? path : `${path}${separator}after=${after}`,
    )
    pages.push(page)
    after = page.paging?.next.after
  } while (after !== undefined)
  return pages
}

/** A search with the given body. */
export function search(simulator: Simulator, objectType: string, body: unknown): Promise<WirePage> {
  return askPage(simulator, `/crm/v3/objects/${objectType}/search`, { body })
}
