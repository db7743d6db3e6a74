import type { Resource, ResourceVersion } from '../../../runtime/resources/resource.ts'
import { findResource } from '../../../runtime/resources/resources.ts'
import type { ScriptedRequest } from './scripted-hubspot.ts'

type Fields = Record<string, unknown>

/** Values for all columns of a resource, in the shape that its pointers describe. */
function makeRow({ columns }: Resource, index: number, given: Fields): Fields {
  const row: Fields = {}
  for (const [name, [pointer, type]] of Object.entries(columns)) {
    if (pointer === '' || /^[#^]|\[/.test(pointer)) continue
    const values = {
      ...{ bigint: index + 1, numeric: 1.5, boolean: true, text: `t${index}`, jsonb: { index } },
      ...{ date: '2026-01-02', timestamptz: '2026-01-02T03:04:05Z' },
    }
    set(row, pointer.split('.'), given[name] ?? values[type])
  }
  return row
}

function set(row: Fields, [name = '', ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) row[name] ??= value
  else {
    const inner = row[name]
    const next: Fields = typeof inner === 'object' && inner !== null ? { ...inner } : {}
    set(next, rest, value)
    row[name] = next
  }
}

/** Rows of a resource that a portal has. */
export interface Rows {
  readonly resource: Resource
  readonly size: number
  /** Column → a value that all of them have. */
  readonly given: Fields
}

/** The page of these rows that a request asks for; an answer for any other request has nothing in it. */
export function answerRows(
  request: ScriptedRequest,
  { resource, size, given }: Rows,
): { readonly body: object } {
  const { path, query, body } = request
  if (path.startsWith('/account-info')) return { body: { portalId: 8_100_142, timeZone: 'UTC' } }
  const [version] = resource.versions
  if (version === undefined || isDetail(version, path)) return { body: {} }
  const { page, items, each } = version
  const sent = { ...Object.fromEntries(query), ...(body as Fields | undefined) }
  const start = Number(sent['after'] ?? sent['offset'] ?? 0)
  const to = resource.stamp?.filter?.to
  const isNow = to === undefined || Number(sent[to]) > Date.now() - 3_600_000
  const variants = version.path.includes('{assetType}') ? (version.variants?.length ?? 1) : 1
  const all = isNow ? Math.ceil(size / variants) : 0
  const end = page.kind === 'none' ? all : Math.min(all, start + page.size)
  const list = Array.from({ length: Math.max(0, end - start) }, (_, index) => {
    const row = makeRow(resource, start + index, given)
    return each === undefined ? row : { ...row, [each]: [row] }
  })
  if (items === '') return { body: Array.isArray(list[0]) ? list : (list[0] ?? {}) }
  const isLast = end >= all
  const next = isLast ? { hasMore: false } : { hasMore: true, offset: end }
  const paging = isLast ? {} : { paging: { next: { after: String(end) } } }
  return { body: { [items]: list, ...(page.kind === 'after' ? paging : next) } }
}

function isDetail({ detail, path: list }: ResourceVersion, path: string): boolean {
  if (detail === undefined || path === list) return false
  return new RegExp(`^${detail.path.replace(/\{\w+\}/g, '[^/]+')}$`).test(path)
}

/** Rows of the parent's resource, below which there are enough others; null if it has no parent. */
export function parentRows({ parent, versions }: Resource, most: number): Rows | null {
  if (parent === undefined || !('resource' in parent)) return null
  const resource = findResource(parent.resource)
  if (resource === undefined) throw new Error(`no ${parent.resource}`)
  const given = Object.fromEntries(
    Object.entries(parent.when ?? {}).map(([column, [value]]) => [column, value]),
  )
  return { resource, given, size: versions[0]?.items === '' ? most : 1 }
}
