import type { HubSpot } from './client.ts'
import { askByHalves } from './halves.ts'
import type { RecordFormat, UnreadReason, UnreadRecord } from './page.ts'

/** Which records, and what of them. */
export interface BatchReadRequest {
  /** Name or type id. */
  readonly objectType: string
  /** Unknown and archived names are left out by HubSpot silently. */
  readonly properties: readonly string[]
  /** Names of which all former values are wanted too; then a batch takes `historyBatchRecords` at most. */
  readonly propertiesWithHistory?: readonly string[]
  /** Read the recycle bin instead. */
  readonly archived?: 'only'
}

/** Records by id. Each id that was asked for is in exactly one of the lists. */
export interface BatchAnswer<R> {
  /** In the order of the ids. */
  readonly records: readonly R[]
  /** HubSpot says that they do not exist, or that they are not where it was asked to look. */
  readonly notFound: readonly string[]
  /** Nothing is known of them: they are neither read nor gone. */
  readonly unread: readonly UnreadRecord[]
}

/** HubSpot's largest batch read; with history it takes half. */
export const batchRecords = 100
export const historyBatchRecords = 50

/** Ids that answers are silent about are asked for so often in all, with such pauses between. */
const pausesMs = [1_000, 3_000]

/**
 * Records by id; the ids must differ. An id that is neither in the results nor explicitly not found is asked
 * for again. A batch that HubSpot fails for is read by halves, down to the record it fails for, which is then
 * unread. A result under another id than those asked for is ignored: a merged contact answers as its survivor.
 */
export async function readBatch<R extends { readonly id: string }>(
  hubspot: HubSpot,
  request: BatchReadRequest,
  format: RecordFormat<R>,
  ids: readonly string[],
): Promise<BatchAnswer<R>> {
  const reading = new BatchReading(hubspot, request, format, ids)
  await reading.ask()
  for (const pauseMs of pausesMs) {
    if (reading.complete) break
    await hubspot.sleep(pauseMs)
    await reading.ask()
  }
  return reading.answer()
}

class BatchReading<R extends { readonly id: string }> {
  readonly #hubspot: HubSpot
  readonly #request: BatchReadRequest
  readonly #format: RecordFormat<R>
  readonly #ids: readonly string[]
  readonly #open: Set<string>
  readonly #records = new Map<string, R>()
  readonly #notFound: string[] = []
  readonly #unread: UnreadRecord[] = []

  constructor(
    hubspot: HubSpot,
    request: BatchReadRequest,
    format: RecordFormat<R>,
    ids: readonly string[],
  ) {
    this.#hubspot = hubspot
    this.#request = request
    this.#format = format
    this.#ids = ids
    this.#open = new Set(ids)
  }

  get complete(): boolean {
    return this.#open.size === 0
  }

  /** Everything that is still open, once. */
  async ask(): Promise<void> {
    if (this.complete) return
    await askByHalves(
      [...this.#open],
      (ids) => this.#askFor(ids),
      (id) => this.#leave(id, 'unreadable'),
    )
  }

  answer(): BatchAnswer<R> {
    for (const id of this.#open) this.#leave(id, 'unanswered')
    return {
      // Nothing promises that an answer keeps the order.
      records: this.#ids.flatMap((id) => this.#records.get(id) ?? []),
      notFound: this.#notFound,
      unread: this.#unread,
    }
  }

  async #askFor(ids: readonly string[]): Promise<void> {
    const { objectType, properties, propertiesWithHistory, archived } = this.#request
    const path = this.#hubspot.paths.batchRead(objectType)
    const inputs = ids.map((id) => ({ id }))
    const input = { properties, ...(propertiesWithHistory && { propertiesWithHistory }), inputs }
    const query = archived ? { archived: 'true' } : {}
    const call = { path, body: input, query }
    const { records, unread, notFound } = await this.#hubspot.read(call, this.#format)
    for (const record of records) {
      // Nothing that is live calls itself archived: whether it is, the recycle bin says.
      if (!archived && callsItselfArchived(record)) this.#leave(record.id, 'unanswered')
      else if (this.#open.delete(record.id)) this.#records.set(record.id, record)
    }
    for (const { id, reason } of unread) this.#leave(id, reason)
    // One that is not named can only be the only one.
    const gone = notFound.flatMap((id) => id ?? (ids.length === 1 ? ids : []))
    for (const id of gone) if (this.#open.delete(id)) this.#notFound.push(id)
  }

  #leave(id: string, reason: UnreadReason): void {
    if (this.#open.delete(id)) this.#unread.push({ id, reason })
  }
}

/** Where live records were asked for, that is no record to write, and no proof that it was deleted. */
export function callsItselfArchived(record: object): boolean {
  return 'archived' in record && record.archived === true
}
