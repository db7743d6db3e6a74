import type { HubSpot } from './client/client.ts'
import { HubSpotError } from './client/hubspot-error.ts'
import { askByHalves } from './halves.ts'
import type { Page, RecordFormat, UnreadReason, UnreadRecord } from './page.ts'
import {
  type ByIdRequest,
  hasBatches,
  isBatchMissing,
  readOne,
  rememberNoBatches,
} from './read-one-by-one.ts'

/** Records by id. Each requested id is in exactly one of the lists. */
export interface BatchAnswer<R> {
  /** In the order of the ids. */
  readonly records: readonly R[]
  /** HubSpot says that they do not exist, or not where it was asked to look. */
  readonly notFound: readonly string[]
  /** Nothing is known about them: they were neither read nor reported as missing. */
  readonly unread: readonly UnreadRecord[]
}

/** HubSpot's largest batch read; with history the limit is half of that. */
export const batchRecords = 100
export const historyBatchRecords = 50

/** Calls at a time for an object type without a batch read; the limiter sets their pace. */
const readers = 8

/** Pauses before asking again for ids that answers did not mention. */
const pausesMs = [1_000, 3_000]

/**
 * Reads records by id; the ids must be distinct. An id that is neither in the results nor explicitly not
 * found is requested again. If HubSpot fails for a batch, the batch is bisected down to the failing record,
 * which is then unread. A result under an id that was not requested is ignored: a merged contact answers as
 * its survivor. Records of an object type without a batch read are read one by one.
 */
export async function readBatch<R extends { readonly id: string }>(
  hubspot: HubSpot,
  request: ByIdRequest,
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
  readonly #request: ByIdRequest
  readonly #format: RecordFormat<R>
  readonly #ids: readonly string[]
  readonly #open: Set<string>
  readonly #records = new Map<string, R>()
  readonly #notFound: string[] = []
  readonly #unread: UnreadRecord[] = []

  constructor(
    hubspot: HubSpot,
    request: ByIdRequest,
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

  /** Asks once for everything that is still open. */
  async ask(): Promise<void> {
    if (this.complete) return
    const { objectType } = this.#request
    if (!hasBatches(this.#hubspot, objectType)) return this.#askOneByOne()
    try {
      await askByHalves(
        [...this.#open],
        (ids) => this.#askFor(ids),
        (id) => this.#leave(id, 'unreadable'),
      )
    } catch (error) {
      if (!isBatchMissing(error) || this.#records.size > 0) throw error
      await this.#askOneByOne()
      // An address that was lost for a moment only is not remembered.
      if (this.#records.size + this.#notFound.length === 0) throw error
      rememberNoBatches(this.#hubspot, objectType)
    }
  }

  async #askOneByOne(): Promise<void> {
    const waiting = [...this.#open]
    const ask = async () => {
      for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) await this.#askOne(id)
    }
    await Promise.all(Array.from({ length: readers }, ask))
  }

  async #askOne(id: string): Promise<void> {
    try {
      this.#take(await readOne(this.#hubspot, this.#request, this.#format, id))
    } catch (error) {
      if (!(error instanceof HubSpotError) || !isAboutOne(error)) throw error
      this.#leave(id, 'unreadable')
    }
  }

  answer(): BatchAnswer<R> {
    for (const id of this.#open) this.#leave(id, 'unanswered')
    return {
      // Restores the order of the ids, which answers may not keep.
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
    const page = await this.#hubspot.read(call, this.#format)
    // Without an id, this can only mean the single requested record.
    const notFound = page.notFound.map((id) => id ?? (ids.length === 1 ? (ids[0] ?? null) : null))
    this.#take({ ...page, notFound })
  }

  #take({ records, unread, notFound }: Page<R>): void {
    const { archived } = this.#request
    for (const record of records) {
      // A live record never calls itself archived; the recycle bin decides whether it is.
      if (!archived && callsItselfArchived(record)) this.#leave(record.id, 'unanswered')
      else if (this.#open.delete(record.id)) this.#records.set(record.id, record)
    }
    for (const { id, reason } of unread) this.#leave(id, reason)
    for (const id of notFound) {
      if (id !== null && this.#open.delete(id)) this.#notFound.push(id)
    }
  }

  #leave(id: string, reason: UnreadReason): void {
    if (this.#open.delete(id)) this.#unread.push({ id, reason })
  }
}

/** In a read of live records, such a record is neither written nor proof of a deletion. */
export function callsItselfArchived(record: object): boolean {
  return 'archived' in record && record.archived === true
}

/** Statuses that refuse one record and say nothing about others. */
const refusedStatuses = [400, 409, 410, 422, 423]

function isAboutOne({ status }: HubSpotError): boolean {
  return status !== null && (status >= 500 || refusedStatuses.includes(status))
}
