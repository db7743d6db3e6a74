import { expect, test } from 'vitest'
import type { Resource, ResourceVersion } from '../../runtime/resources/resource.ts'
import { findResource, resources } from '../../runtime/resources/resources.ts'
import { openResourcePortal, type ResourcePortal } from '../support/resource-portal.ts'
import { type ScriptedRequest, scriptHubSpot } from '../support/scripted-hubspot.ts'

/** `ROWS=100000 npx vitest run test/resources/flat-memory.test.ts` prints the growth of the heap as well. */
const rows = Number(process.env['ROWS'] ?? 800)
const isMeasured = process.env['ROWS'] !== undefined
const batchRows = isMeasured ? 1_000 : 50
const mebibyte = 1_048_576

/** One answer has all of them, or they have one row. */
const short = ['currency', 'association_limit']
/** A call for each row, as one campaign has one report. */
const rowsOfParents = 60

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

interface Script {
  resource: Resource
  size: number
  given: Fields
}

function answerFor(request: ScriptedRequest, { resource, size, given }: Script): { body: object } {
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

/** The resource that it belongs to, with the rows below which there are enough others. */
function parentOf({ parent, versions }: Resource): Script | null {
  if (parent === undefined || !('resource' in parent)) return null
  const resource = findResource(parent.resource)
  if (resource === undefined) throw new Error(`no ${parent.resource}`)
  const given = Object.fromEntries(
    Object.entries(parent.when ?? {}).map(([column, [value]]) => [column, value]),
  )
  return { resource, given, size: versions[0]?.items === '' ? rowsOfParents : 1 }
}

function heap(): number {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed
}

async function readAll(portal: ResourcePortal, resource: Resource) {
  const parent = parentOf(resource)
  const script = { resource, size: rows, given: {} }
  let current: Script = parent ?? script
  await using hubspot = await scriptHubSpot((request) => answerFor(request, current))
  let [waiting, most, largestPage, peak] = [0, 0, 0, 0]
  const options = { hubspot: hubspot.settings, batchRows, concurrency: 1 }
  if (parent !== null) await portal.sync(parent.resource.name, options)
  current = script
  const before = heap()
  const report = await portal.sync(resource.name, {
    ...options,
    onEvent(event) {
      if (event.type === 'page_read') {
        waiting += event.records
        largestPage = Math.max(largestPage, event.records)
      }
      if (event.type === 'batch_written') waiting -= event.records
      most = Math.max(most, waiting)
      if (isMeasured) peak = Math.max(peak, process.memoryUsage().heapUsed)
    },
  })
  return { report, most, largestPage, heapMiB: Math.round((peak - before) / mebibyte) }
}

test.each(resources.filter(({ name }) => !short.includes(name)))(
  '$name: rows are written while further ones are read',
  async (resource) => {
    await using portal = await openResourcePortal()
    const { report, most, largestPage, heapMiB } = await readAll(portal, resource)
    expect(report).toMatchObject({ outcome: 'succeeded', error: null, rejectedValues: 0 })
    expect(report.inserted).toBeGreaterThanOrEqual(
      resource.versions[0]?.items === '' ? rowsOfParents : rows,
    )
    expect(most).toBeLessThanOrEqual(3 * Math.max(batchRows, largestPage))
    if (isMeasured) {
      process.stdout.write(
        `${resource.name} ${report.inserted} ${report.seconds}s +${heapMiB} MiB\n`,
      )
    }
  },
  600_000,
)
