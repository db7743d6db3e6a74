import { HubgenError } from '../errors.ts'
import type { RequestConstants, ResourceVersion } from '../resources/resource.ts'
import { asObject } from './client/answer-body.ts'
import type { HubSpot } from './client/client.ts'
import { CursorTrail } from './cursor-trail.ts'
import { nextCursor } from './page.ts'
import { stuckCursor } from './record-pages.ts'

/** Columns of a row as text, which fill the placeholders of a path. */
export type BoundColumns = Readonly<Record<string, string | null>>

export interface PageRequest {
  readonly version: ResourceVersion
  /** Values of the placeholders of the path. */
  readonly bound: BoundColumns
  /** Sent in addition to the constants of the version. */
  readonly parameters: RequestConstants
  readonly cursor: string | null
  /** Rows to ask for instead of a full page. */
  readonly size?: number
}

export interface ResourcePageAnswer {
  readonly items: readonly unknown[]
  /** Null on the last page. */
  readonly next: string | null
  /** The number of rows of all pages; null if HubSpot does not say. */
  readonly total: number | null
}

/** Reads one page. Fails with ANSWER_MALFORMED if the answer has no list where the description says. */
export async function requestPage(
  hubspot: HubSpot,
  request: PageRequest,
): Promise<ResourcePageAnswer> {
  const { version } = request
  const parameters = textOf(request.parameters)
  const path = fillPath(version.path, { ...parameters, ...request.bound })
  const { query, body } = parametersOf(request)
  const isPost = version.method === 'POST'
  const answer = isPost ? await hubspot.post(path, body, query) : await hubspot.get(path, query)
  const items = itemsOf(version, answer)
  if (items === null) throw malformed(version, `it contains no list \`${version.items}\``)
  const { total } = asObject(answer)
  return {
    items: elementsOf(version, items),
    next: cursorAfter(version, answer),
    total: typeof total === 'number' ? total : null,
  }
}

/** Reads the pages of one chain in turn. */
export async function* requestPages(
  hubspot: HubSpot,
  request: Omit<PageRequest, 'cursor'>,
): AsyncGenerator<ResourcePageAnswer> {
  const trail = new CursorTrail()
  for (let cursor: string | null = null; ; ) {
    const answer: ResourcePageAnswer = await requestPage(hubspot, { ...request, cursor })
    yield answer
    if (answer.next === null) return
    if (!trail.follow(answer.next)) throw stuckCursor(request.version.path)
    cursor = answer.next
  }
}

function malformed(version: ResourceVersion, reason: string): HubgenError {
  return new HubgenError(
    'ANSWER_MALFORMED',
    `HubSpot's answer does not have the expected shape: ${reason}`,
    {
      at: endpointOf(version),
      fix: 'try again; if the error persists, report it with the API version in use',
    },
  )
}

/** The parameters of a request as text, under their names. */
export function textOf(parameters: RequestConstants): BoundColumns {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [name, String(value)]),
  )
}

/** A row without the list has no elements. */
function elementsOf({ each }: ResourceVersion, items: readonly unknown[]): readonly unknown[] {
  if (each === undefined) return items
  return items.flatMap((item) => {
    const row = asObject(item)
    const elements = row[each]
    return Array.isArray(elements) ? elements.map((one) => ({ ...row, ...asObject(one) })) : []
  })
}

/** Reads the details of one row. */
export function requestDetail(
  hubspot: HubSpot,
  path: string,
  columns: BoundColumns,
): Promise<unknown> {
  return hubspot.get(fillPath(path, columns))
}

/** The address as it is shown in estimates: with its placeholders. */
export function endpointOf({ method = 'GET', path }: ResourceVersion): string {
  return `${method} ${path}`
}

function fillPath(path: string, bound: BoundColumns): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(bound[name] ?? ''))
}

function parametersOf({ version, parameters, cursor, size }: PageRequest) {
  const { method, page, path } = version
  const sent = Object.entries(parameters).filter(([name]) => !path.includes(`{${name}}`))
  const inBody = method === 'POST'
  const query: Record<string, string | readonly string[]> = {}
  const body: Record<string, unknown> = { ...version.body, ...(inBody && Object.fromEntries(sent)) }
  const constants = { ...version.query, ...(!inBody && Object.fromEntries(sent)) }
  for (const [name, value] of Object.entries(constants)) {
    query[name] = Array.isArray(value) ? value.map(String) : String(value)
  }
  if (page.kind === 'none') return { query, body }
  const cursorParameter = page.kind === 'after' ? 'after' : 'offset'
  const rows = size ?? page.size
  if (page.in === 'body') {
    body[page.sizeParam] = rows
    // A number stays one: HubSpot's body has an `offset` of digits, and an `after` of text.
    if (cursor !== null) body[cursorParameter] = page.kind === 'offset' ? Number(cursor) : cursor
  } else {
    query[page.sizeParam] = String(rows)
    if (cursor !== null) query[cursorParameter] = cursor
  }
  return { query, body }
}

function itemsOf({ items }: ResourceVersion, answer: unknown): readonly unknown[] | null {
  if (items === '') return Array.isArray(answer) ? answer : [answer]
  const found = asObject(answer)[items]
  return Array.isArray(found) ? found : null
}

/** An end that is not one would make the rows of all later pages look deleted. */
function cursorAfter(version: ResourceVersion, answer: unknown): string | null {
  const { paging, offset, hasMore } = asObject(answer)
  switch (version.page.kind) {
    case 'none':
      return null
    case 'after':
      return nextCursor(paging)
    case 'offset':
    case 'opaque': {
      const isCursor = typeof offset === 'number' || (typeof offset === 'string' && offset !== '')
      if (hasMore !== true) return null
      if (!isCursor) throw malformed(version, 'more rows follow, but it contains no `offset`')
      return String(offset)
    }
  }
}
