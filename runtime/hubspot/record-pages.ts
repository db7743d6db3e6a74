import { HubgenError } from '../errors.ts'
import { callsItselfArchived, readBatch } from './batch-read.ts'
import type { HubSpot } from './client/client.ts'
import { HubSpotError } from './client/hubspot-error.ts'
import { isTooHeavy } from './halves.ts'
import type { Page, RecordFormat, UnreadRecord } from './page.ts'
import { fitsBigint, type HubSpotRecord, readRecords } from './record.ts'

export interface RecordsRequest {
  /** Name or type id. */
  readonly objectType: string
  /** HubSpot silently leaves out unknown and archived names. */
  readonly properties: readonly string[]
  /** Stop after this many records. */
  readonly limit?: number
  /** Read the recycle bin instead. */
  readonly archived?: 'only'
}

/** Records as HubSpot returns them. */
export const wholeRecords: RecordFormat<HubSpotRecord> = { read: readRecords }

/** Records that were read together, with their properties. */
export interface CompletePage<R> {
  readonly records: readonly R[]
  /** Records that exist but could not be read. */
  readonly unread: readonly UnreadRecord[]
  /** Number of entries without an id. */
  readonly nameless: number
}

/** One answer of the list; its records have their properties only if it is `complete`. */
export interface ListedPage<R> extends CompletePage<R> {
  readonly complete: boolean
  /** Null on the last page. */
  readonly next: string | null
}

const idOnly = 'hs_object_id'
/** Beyond every existing id; 18 digits fit every integer type. */
const farthestId = 999_999_999_999_999_999n

/** HubSpot's largest page, and its largest batch read. */
export const pageRecords = 100
/**
 * The longest property list to put into a URL. Users report 414 from about 8 kB on; a longer list goes into
 * the body of a batch read, which costs one more call per page.
 */
const longestListBytes = 7_500
/** Whether the values of these properties are read by batch, which costs one more call per page. */
export function readsByBatches(properties: readonly string[]): boolean {
  return properties.join(',').length > longestListBytes
}

/** No report mentions a refused URL of this length. */
const safeListBytes = 4_500
/** Statuses that HubSpot answers to a URL that is too long. */
const longUrlStatuses = [400, 414, 431, 502]
/** Page size was reduced for a heavy page; after this many good pages a larger one is tried. */
const pagesBeforeGrowing = 20

/**
 * Reads pages of one request, for any number of readers: with all properties in the URL if they fit,
 * otherwise ids by list and values by batch read. Page size shrinks when HubSpot finds pages too heavy
 * (504, 524).
 */
export class RecordPages<R extends { readonly id: string }> {
  readonly #hubspot: HubSpot
  readonly #request: RecordsRequest
  readonly #format: RecordFormat<R>
  readonly #list: string
  #byBatches: boolean
  #urlAccepted = false
  #size = pageRecords
  #goodPages = 0

  constructor(hubspot: HubSpot, request: RecordsRequest, format: RecordFormat<R>) {
    this.#hubspot = hubspot
    this.#request = request
    this.#format = format
    this.#list = request.properties.join(',')
    this.#byBatches = readsByBatches(request.properties)
    this.#urlAccepted = this.#list.length <= safeListBytes
  }

  /** Whether pages are listed without values, which `complete` then reads. */
  get byBatches(): boolean {
    return this.#byBatches
  }

  /** The page from this cursor on, or the first one. */
  async list(after: string | null, most: number): Promise<ListedPage<R>> {
    for (;;) {
      const size = Math.min(most, this.#size)
      const complete = !this.#byBatches
      const list = complete ? this.#list : ''
      try {
        const page = await this.#ask(after, size, list, complete)
        this.#urlAccepted ||= complete
        this.#countGoodPage()
        return page
      } catch (error) {
        if (complete && this.#isUrlRefused(error)) this.#byBatches = true
        else if (isTooHeavy(error) && size > 1) this.#shrinkBelow(size)
        else if (isFailure(error)) return await this.#listAround(after, size, list, error)
        else throw error
      }
    }
  }

  async #ask(
    after: string | null,
    size: number,
    list: string,
    complete: boolean,
  ): Promise<ListedPage<R>> {
    const path = this.#hubspot.paths.objects(this.#request.objectType)
    const query = {
      limit: String(size),
      ...(list !== '' && { properties: list }),
      ...(this.#request.archived === 'only' && { archived: 'true' }),
      ...(after !== null && { after }),
    }
    const page = await this.#hubspot.read({ path, query }, this.#format)
    const { records, unread, nameless, next } =
      this.#request.archived === 'only' ? page : withoutArchived(page)
    return { records, unread, nameless, next, complete }
  }

  /**
   * Handles a page that HubSpot keeps failing for, usually because of one record's values. The page is
   * listed without values, and these are read by batch and bisected down to that record. If listing fails
   * too, the page is halved down to the record, which is skipped by its id.
   */
  async #listAround(
    after: string | null,
    size: number,
    list: string,
    failure: HubSpotError,
  ): Promise<ListedPage<R>> {
    for (let most = size; ; most = Math.floor(most / 2)) {
      // Without a list HubSpot sends a default selection of values.
      const lists = new Set([list, idOnly, ''])
      if (most === size) lists.delete(list)
      for (const properties of lists) {
        try {
          return await this.#ask(after, most, properties, properties !== '' && properties === list)
        } catch (error) {
          if (!isFailure(error)) throw error
        }
        if (most === size && (await this.#isDown())) throw failure
      }
      if (most === 1) return this.#stepOver(after, failure)
    }
  }

  /** The record at the cursor can be neither read nor listed; the next page begins at the next id. */
  async #stepOver(after: string | null, failure: HubSpotError): Promise<ListedPage<R>> {
    const from = after === null ? 0n : isNumber(after) ? BigInt(after) : null
    if (from === null || !(await this.#answersFrom(farthestId))) throw failure
    let [low, high, step] = [from, farthestId, 1n]
    while (high === farthestId && low + step < farthestId) {
      if (await this.#answersFrom(low + step)) high = low + step
      else [low, step] = [low + step, step * 4n]
    }
    while (high - low > 1n) {
      const middle = (low + high) / 2n
      if (await this.#answersFrom(middle)) high = middle
      else low = middle
    }
    const unread = [{ id: String(low), reason: 'unreadable' as const }]
    return { records: [], unread, nameless: 0, complete: true, next: String(high) }
  }

  /** During an outage, calls without any record in range fail as well. */
  async #isDown(): Promise<boolean> {
    try {
      return !(await this.#answersFrom(farthestId))
    } catch (error) {
      if (error instanceof HubSpotError) return false
      throw error
    }
  }

  async #answersFrom(after: bigint): Promise<boolean> {
    try {
      await this.#ask(String(after), 1, idOnly, false)
      return true
    } catch (error) {
      if (isFailure(error)) return false
      throw error
    }
  }

  /** The records of a page with their properties; ids that have disappeared since are left out. */
  async complete({ complete, ...page }: ListedPage<R>): Promise<CompletePage<R>> {
    if (complete) return page
    // The batch read may return what the list lacked of a record.
    const ids = new Set([...page.records, ...page.unread].map(({ id }) => id).filter(fitsBigint))
    const lost = page.unread.filter(({ id }) => !ids.has(id))
    if (ids.size === 0) return page
    const answer = await readBatch(this.#hubspot, this.#request, this.#format, [...ids])
    const { records, unread } = answer
    return { records, unread: [...unread, ...lost], nameless: page.nameless }
  }

  #isUrlRefused(error: unknown): boolean {
    if (!(error instanceof HubSpotError) || this.#list === '') return false
    if (error.status === 414) return true
    return !this.#urlAccepted && longUrlStatuses.includes(error.status ?? 0)
  }

  #shrinkBelow(size: number): void {
    this.#size = Math.min(this.#size, Math.floor(size / 2))
    this.#goodPages = 0
  }

  #countGoodPage(): void {
    if (this.#size === pageRecords) return
    this.#goodPages++
    if (this.#goodPages < pagesBeforeGrowing) return
    this.#size = Math.min(pageRecords, this.#size * 2)
    this.#goodPages = 0
  }
}

/** HubSpot kept failing with a server error or an error in a 200. */
function isFailure(error: unknown): error is HubSpotError {
  if (!(error instanceof HubSpotError)) return false
  return error.code === 'HUBSPOT_FAILED' && ((error.status ?? 0) >= 500 || error.status === 200)
}

function isNumber(cursor: string): boolean {
  return /^\d{1,18}$/.test(cursor)
}

/** Records that call themselves archived in a list of live records are read by id before they are used. */
function withoutArchived<R extends { readonly id: string }>(answer: Page<R>): Page<R> {
  const archived = answer.records.filter(callsItselfArchived)
  if (archived.length === 0) return answer
  const unread = archived.map(({ id }) => ({ id, reason: 'unanswered' as const }))
  return {
    ...answer,
    records: answer.records.filter((record) => !callsItselfArchived(record)),
    unread: [...answer.unread, ...unread],
  }
}

/** The error for a list whose cursor does not advance. */
export function stuckCursor(path: string): HubgenError {
  return new HubgenError(
    'CURSOR_STUCK',
    'HubSpot sent a page cursor that it had sent before, so the list would never end',
    { at: `GET ${path}`, fix: 'run the command again; nothing that was read is lost' },
  )
}

/** Cursors are ids today, so they must grow. Any other cursor must at least change. */
export function advances(after: string | null, next: string): boolean {
  if (after === null) return true
  const numbers = /^\d+$/.test(after) && /^\d+$/.test(next)
  return numbers ? BigInt(next) > BigInt(after) : next !== after
}
