import type { Entity } from '../../entity.ts'
import type { HubSpot } from '../../hubspot/client/client.ts'
import { endpointOf, requestPage, requestPages } from '../../hubspot/resource-page.ts'
import { machine } from '../../machine.ts'
import type { Database } from '../../postgres/connection/database.ts'
import { queryRows } from '../../postgres/connection/query-rows.ts'
import { quoteIdentifier, tableOf } from '../../postgres/identifier.ts'
import { planResource } from '../../postgres/load/resource-plan.ts'
import type { Resource, ResourceVersion } from '../../resources/resource.ts'
import { findResource } from '../../resources/resources.ts'
import type { ConvertedRecord } from '../../values/row.ts'
import type { PlanContext } from '../pass.ts'
import type { PlannedCalls } from '../planned-calls.ts'
import { convertRow } from './convert-row.ts'
import { countDue } from './find-parents.ts'
import { type LastRead, type ReadScope, scopeOf, stepsOf } from './read-steps.ts'

/**
 * The calls that reading the rows will make. The number of rows is known from the last read or, before the first one,
 * from HubSpot; which parents changed is known only after a look at them.
 */
export async function planRows(
  context: PlanContext,
  resource: Resource,
): Promise<readonly PlannedCalls[]> {
  const [version] = resource.versions
  if (version === undefined) return []
  const endpoint = endpointOf(version)
  if (resource.parent !== undefined) {
    const calls = await callsOfParents(context, resource, version)
    return [{ endpoint, calls, bucket: bucketOf(version) }]
  }
  const last = await lastRead(context)
  const begunAt = machine.now()
  const full = context.freshAsOf === null
  const scope = scopeOf(resource, last, { begunAt, full })
  const steps = stepsOf(resource, version, scope, begunAt)
  const rows = await rowsOf(context, resource, version, last === undefined ? null : scope)
  const chain = rows === null || version.page.kind === 'none' ? 1 : pagesOf(rows, version)
  // Time spans share the rows of one chain, variants each have most of them.
  const variants = version.variants?.length ?? 1
  const calls = Math.max(steps.length, variants * chain)
  const details = version.detail !== undefined && full ? (rows ?? 0) : 0
  return [
    { endpoint, calls, bucket: bucketOf(version) },
    { endpoint: `GET ${version.detail?.path ?? ''}`, calls: details, bucket: 'general' },
  ]
}

function bucketOf({ method, path }: ResourceVersion): PlannedCalls['bucket'] {
  return method === 'POST' && path.endsWith('/search') ? 'search' : 'general'
}

function pagesOf(rows: number, { page }: ResourceVersion): number {
  return page.kind === 'none' ? 1 : Math.max(1, Math.ceil(rows / page.size))
}

/** How many rows such a read has; scope is null before the first one. Null if nobody says how many there are. */
async function rowsOf(
  { database, entity, hubspot }: PlanContext,
  { deletes, stamp }: Resource,
  version: ResourceVersion,
  scope: ReadScope | null,
): Promise<number | null> {
  if (scope !== null) {
    const { schema, name } = tableOf(entity)
    const since =
      stamp === undefined
        ? 'true'
        : `($1::timestamptz IS NULL OR ${quoteIdentifier(stamp.column)} >= $1)`
    const live = deletes === 'never' ? '' : ' AND NOT _fivetran_deleted'
    const table = `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`
    const rows = await queryRows<{ count: number }>(
      database,
      `SELECT count(*)::int AS count FROM ${table} WHERE ${since}${live}`,
      stamp === undefined ? [] : [scope.since],
    )
    return rows[0]?.count ?? null
  }
  if (version.page.kind === 'none') return null
  // Each row costs a call, so that counting the rows by their pages is little in comparison.
  if (version.detail !== undefined) return countRows(hubspot, version)
  const [parameters = {}] = version.variants ?? []
  const request = { version, bound: {}, parameters, cursor: null, size: 1 }
  // A refusal is news for the run, not for the estimate.
  const answer = await requestPage(hubspot, request).catch(() => null)
  return answer?.total ?? null
}

async function countRows(hubspot: HubSpot, version: ResourceVersion): Promise<number | null> {
  let rows = 0
  try {
    for await (const { items } of requestPages(hubspot, { version, bound: {}, parameters: {} })) {
      rows += items.length
    }
    return rows
  } catch {
    return null
  }
}

async function lastRead({ database, entity }: PlanContext): Promise<LastRead | undefined> {
  if (!(await hasReads(database))) return undefined
  const [read] = await queryRows<{ stamp: Date | null; thoroughAt: Date | null }>(
    database,
    `SELECT stamp, whole_at AS "thoroughAt" FROM hubgen.resource_read WHERE entity = $1 AND parent_key = ''`,
    [entity.name],
  )
  return read
}

async function callsOfParents(
  { database, entity, hubspot, freshAsOf }: PlanContext,
  resource: Resource,
  version: ResourceVersion,
): Promise<number> {
  const { parent } = resource
  const variants = version.variants?.length ?? 1
  const size = version.page.kind === 'none' ? null : version.page.size
  const due = { all: freshAsOf === null, hasReads: await hasReads(database), size }
  if (parent === undefined || !('resource' in parent)) {
    return variants * (await countDue(database, entity, resource, due, null))
  }
  const above = findResource(parent.resource)
  if (above === undefined) return 0
  let calls = 0
  for await (const rows of parentsNow(hubspot, entity, above)) {
    calls += await countDue(database, entity, resource, due, rows)
  }
  return variants * calls
}

/** The rows of a resource as HubSpot has them now, page by page; none if it refuses. */
async function* parentsNow(
  hubspot: HubSpot,
  entity: Entity,
  resource: Resource,
): AsyncGenerator<readonly ConvertedRecord[]> {
  const { schema } = tableOf(entity)
  const above = { ...entity, name: resource.name, table: `${schema}.${resource.name}` as const }
  const plan = planResource(above, resource)
  for (const version of resource.versions) {
    try {
      for (const parameters of version.variants ?? [{}]) {
        for await (const { items } of requestPages(hubspot, { version, bound: {}, parameters })) {
          const source = { parent: {}, foundUnder: '', readAt: '1970-01-01T00:00:00Z' }
          yield items.flatMap((item) => convertRow(plan, { item, step: 0, ...source }).row ?? [])
        }
      }
      return
    } catch {
      // The next version may have the address; the run itself reports a refusal.
    }
  }
}

async function hasReads(database: Database): Promise<boolean> {
  const rows = await queryRows<{ exists: boolean }>(
    database,
    `SELECT to_regclass('hubgen.resource_read') IS NOT NULL AS exists`,
  )
  return rows[0]?.exists === true
}
