import { asObject } from './client/answer-body.ts'
import type { HubSpot } from './client/client.ts'
import { HubSpotError } from './client/hubspot-error.ts'
import type { Page, RecordFormat } from './page.ts'

/** The records to read, and which of their properties. */
export interface ByIdRequest {
  /** Name or type id. */
  readonly objectType: string
  /** HubSpot silently leaves out unknown and archived names. */
  readonly properties: readonly string[]
  /** Properties whose former values are also read; a batch then takes at most `historyBatchRecords`. */
  readonly propertiesWithHistory?: readonly string[]
  /** Read the recycle bin instead. */
  readonly archived?: 'only'
}

/** Statuses of an address that HubSpot does not have, or not for this method. */
const lostRoutes = [404, 405, 501]

/** Object types whose batch read HubSpot does not have, by connection. */
const withoutBatches = new WeakMap<HubSpot, Set<string>>()

/** Whether HubSpot refused a batch read because of its address, not because of a record. */
export function isBatchMissing(error: unknown): boolean {
  return error instanceof HubSpotError && lostRoutes.includes(error.status ?? 0)
}

export function hasBatches(hubspot: HubSpot, objectType: string): boolean {
  return withoutBatches.get(hubspot)?.has(objectType) !== true
}

/** Every later read of this connection reads the records of this type one by one. */
export function rememberNoBatches(hubspot: HubSpot, objectType: string): void {
  const known = withoutBatches.get(hubspot) ?? new Set()
  withoutBatches.set(hubspot, known.add(objectType))
}

/** Properties of one call; users report refused URLs from about 8 kB on. */
const longestListBytes = 7_500

/**
 * Reads one record by its own address, for an object type without a batch read: one call, or several if the
 * names of its properties do not fit into a URL. Returns a page with the record, or one that says that it was
 * not found; empty if HubSpot did not say anything about it.
 */
export async function readOne<R extends { readonly id: string }>(
  hubspot: HubSpot,
  request: ByIdRequest,
  format: RecordFormat<R>,
  id: string,
): Promise<Page<R>> {
  const path = hubspot.paths.object(request.objectType, id)
  const parts: Record<string, unknown>[] = []
  try {
    for (const query of queriesOf(request)) parts.push(asObject(await hubspot.get(path, query)))
  } catch (error) {
    const refused = error instanceof HubSpotError && error.status === 404
    if (!refused) throw error
    const isGone = error.category === 'OBJECT_NOT_FOUND'
    const errors = isGone ? [{ category: error.category, context: { ids: [id] } }] : []
    return format.read({ results: [], errors }, `GET ${path}`)
  }
  return format.read({ results: [joined(parts)] }, `GET ${path}`)
}

function queriesOf({
  properties,
  propertiesWithHistory,
  archived,
}: ByIdRequest): readonly Readonly<Record<string, string>>[] {
  const common = {
    ...(propertiesWithHistory && { propertiesWithHistory: propertiesWithHistory.join(',') }),
    ...(archived && { archived: 'true' }),
  }
  return partsOf(properties).map((names) => ({ properties: names.join(','), ...common }))
}

function partsOf(names: readonly string[]): readonly (readonly string[])[] {
  const parts: string[][] = [[]]
  let bytes = 0
  for (const name of names) {
    bytes += name.length + 1
    if (bytes > longestListBytes) {
      parts.push([])
      bytes = name.length + 1
    }
    parts.at(-1)?.push(name)
  }
  return parts
}

/**
 * The parts of one record. If it changed between the calls, the first part's time, which is the oldest, makes
 * sure that it is read again.
 */
function joined(parts: readonly Record<string, unknown>[]): Record<string, unknown> {
  const [first = {}] = parts
  const properties = Object.assign(
    {},
    ...parts.map((part) => asObject(part['properties'])).reverse(),
  )
  return { ...first, properties }
}
