import type { HubSpot } from './client.ts'
import { HubSpotError } from './hubspot-error.ts'

/** Which records, and what of them. */
export interface BatchReadRequest {
  /** Name or type id. */
  readonly objectType: string
  /** Unknown and archived names are left out by HubSpot without a word. */
  readonly properties: readonly string[]
  /** Names of which all former values are wanted too; then a batch takes `historyBatchRecords` at most. */
  readonly propertiesWithHistory?: readonly string[]
  /** Read the recycle bin instead. */
  readonly archived?: 'only'
}

export interface BatchFormat<R extends { readonly id: string }> {
  /** Reads the body without JSON.parse; undefined when it cannot. */
  readonly scan?: ((body: Buffer) => unknown) | undefined
  /** The records of a body that was scanned or parsed; `at` says where it is from. */
  read(body: unknown, at: string): readonly R[]
}

/** HubSpot's largest batch read; with history it takes half. */
export const batchRecords = 100
export const historyBatchRecords = 50

/**
 * Records by id, in the order of the ids, which must differ; those that are gone by now are left out. A
 * batch that is too heavy for HubSpot (504, 524) is read by halves.
 */
export async function readBatch<R extends { readonly id: string }>(
  hubspot: HubSpot,
  request: BatchReadRequest,
  format: BatchFormat<R>,
  ids: readonly string[],
): Promise<readonly R[]> {
  const { objectType, properties, propertiesWithHistory, archived } = request
  const path = hubspot.paths.batchRead(objectType)
  const inputs = ids.map((id) => ({ id }))
  const input = { properties, ...(propertiesWithHistory && { propertiesWithHistory }), inputs }
  try {
    const query = archived ? { archived: 'true' } : {}
    const body = await hubspot.post(path, input, query, format.scan)
    // Nothing promises that the answer keeps the order.
    const found = new Map(format.read(body, `POST ${path}`).map((record) => [record.id, record]))
    return ids.flatMap((id) => found.get(id) ?? [])
  } catch (error) {
    if (!isTooHeavy(error) || ids.length === 1) throw error
    const half = Math.ceil(ids.length / 2)
    const first = await readBatch(hubspot, request, format, ids.slice(0, half))
    return [...first, ...(await readBatch(hubspot, request, format, ids.slice(half)))]
  }
}

/** HubSpot worked on it for too long: less of the same may go well. */
export function isTooHeavy(error: unknown): boolean {
  return error instanceof HubSpotError && [504, 524].includes(error.status ?? 0)
}
