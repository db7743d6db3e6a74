import { HubgenError } from '../errors.ts'
import { createBoundedQueue } from './bounded-queue.ts'
import type { HubSpot } from './client.ts'
import { HubSpotError } from './hubspot-error.ts'
import type { IdRange } from './id-ranges.ts'
import { IdRanges } from './id-ranges.ts'
import type { ListedPage, RecordFormat, RecordsRequest } from './record-pages.ts'
import { advances, pageRecords, RecordPages, stuckCursor } from './record-pages.ts'
import type { Extent } from './survey.ts'
import { cursorsAreIds, probeLastId } from './survey.ts'

export interface SideBySideOptions<R extends { readonly id: string }> {
  readonly format: RecordFormat<R>
  /** Where the records end, when it is known; asked beside the reading. */
  readonly extent: Promise<Extent | null>
  /** The most readers; 1 reads with one cursor. */
  readonly readers?: number
}

/** Enough for the largest limit, 25 calls a second, at 640 ms a call; more would only hold memory. */
const mostReaders = 16
/** Up to that many pages one cursor is as good, and it asks nothing that is not a record. */
const pagesBeforeSurvey = 3
/**
 * Pages that are read and wait, so that reading goes on while a batch takes long; those that readers
 * hold in their hands come on top. About a megabyte each for a wide entity.
 */
const queuedPages = 8
/** With fewer calls in line for the limit there may be none when its turn comes: one reader more. */
const leastWaiting = 2
/** With more in line, a reader whose range is read is one too many. */
const mostWaiting = 4

/**
 * Every record exactly once, a page at a time, in no order: ranges of ids are read side by side, as many
 * as the limit and the caller can use, once it is certain that the list's cursor is an id; otherwise by
 * one cursor. Records that appear behind the last one while it reads are read as well; records that
 * vanish, or appear below a place that was read, may be missed. Leaving early ends it.
 */
export async function* readSideBySide<R extends { readonly id: string }>(
  hubspot: HubSpot,
  request: RecordsRequest,
  options: SideBySideOptions<R>,
): AsyncGenerator<readonly R[]> {
  const readers = new Readers(hubspot, request, options)
  readers.begin()
  yield* readers.queue.items()
}

class Readers<R extends { readonly id: string }> {
  readonly queue = createBoundedQueue<readonly R[]>(queuedPages)
  readonly #hubspot: HubSpot
  readonly #request: RecordsRequest
  readonly #extent: Promise<Extent | null>
  readonly #most: number
  readonly #pages: RecordPages<R>
  /** Known when the survey found that ranges can be read. */
  #lastId: bigint | null = null
  #ranges: IdRanges | null = null
  #total = Number.POSITIVE_INFINITY
  #read = 0
  #working = 0

  constructor(hubspot: HubSpot, request: RecordsRequest, options: SideBySideOptions<R>) {
    this.#hubspot = hubspot
    this.#request = request
    this.#extent = options.extent
    this.#most = options.readers ?? mostReaders
    this.#pages = new RecordPages(hubspot, request, options.format)
  }

  begin(): void {
    this.#start(() => this.#readByCursor())
  }

  /** The queue ends with the last reader, or with the first failure. */
  #start(work: () => Promise<void>): void {
    this.#working++
    work()
      .catch((error: unknown) => this.queue.fail(error))
      .finally(() => {
        this.#working--
        if (this.#working === 0) this.queue.end()
      })
  }

  /** From the start; as soon as ranges can be read, the rest is the first of them. */
  async #readByCursor(): Promise<void> {
    let after: string | null = null
    for (let pages = 1; !this.queue.closed; pages++) {
      const page = await this.#pages.list(after, pageRecords)
      const { next } = page
      if (next !== null && !advances(after, next)) throw stuckCursor(this.#path())
      await this.#handOn(page)
      if (next === null) return
      after = next
      if (pages === pagesBeforeSurvey && this.#most > 1) void this.#survey(page)
      if (this.#lastId !== null) {
        const rest = { position: BigInt(next), end: null, spacing: spacingOf(page.records) }
        this.#ranges = new IdRanges(rest, this.#lastId)
        return this.#readRanges(this.#ranges, rest)
      }
    }
  }

  /** Runs beside the reading, which goes on by one cursor when nothing comes of it. */
  async #survey(page: ListedPage<R>): Promise<void> {
    try {
      if (!(await cursorsAreIds(this.#hubspot, this.#request, page))) return
      const extent = await this.#extent
      if (extent !== null) this.#total = extent.total
      this.#lastId = extent?.lastId ?? (await probeLastId(this.#hubspot, this.#request, page))
    } catch (error) {
      if (!(error instanceof HubSpotError)) this.queue.fail(error)
    }
  }

  async #readRanges(ranges: IdRanges, first: IdRange): Promise<void> {
    let range: IdRange | null = first
    while (range !== null && !this.queue.closed) {
      await this.#readRange(ranges, range)
      const needed = this.#hubspot.waiting <= mostWaiting
      range = needed ? ranges.split(this.#recordsLeft()) : null
    }
  }

  async #readRange(ranges: IdRanges, range: IdRange): Promise<void> {
    for (let more = true; more && !this.queue.closed; ) {
      const page = await this.#pages.list(String(range.position), pageRecords)
      this.#checkOrder(page.records, range.position)
      // The end may have come nearer meanwhile. From here to the next position nothing is awaited:
      // nobody may give away what is in hand.
      const { end } = range
      const mine = end === null ? page.records : page.records.filter(({ id }) => BigInt(id) < end)
      const next = page.next === null ? null : BigInt(page.next)
      more = next !== null && (end === null || next < end)
      if (next === null || !more) ranges.close(range)
      else if (next <= range.position) throw stuckCursor(this.#path())
      else range.position = next
      range.spacing = spacingOf(page.records) ?? range.spacing
      await this.#handOn({ ...page, records: mine })
    }
  }

  async #handOn(page: ListedPage<R>): Promise<void> {
    const records = await this.#pages.complete(page)
    this.#read += page.records.length
    if (this.queue.empty && this.#hubspot.waiting < leastWaiting) this.#addReader()
    if (records.length > 0) await this.queue.put(records)
  }

  #addReader(): void {
    const ranges = this.#ranges
    if (ranges === null || this.#working >= this.#most || this.queue.closed) return
    const range = ranges.split(this.#recordsLeft())
    if (range !== null) this.#start(() => this.#readRanges(ranges, range))
  }

  /** Infinite where the search does not say, or has said too little. */
  #recordsLeft(): number {
    const left = this.#total - this.#read
    return left < 0 ? Number.POSITIVE_INFINITY : left
  }

  #checkOrder(records: readonly { readonly id: string }[], position: bigint): void {
    let lowest = position
    for (const { id } of records) {
      if (BigInt(id) < lowest) throw unordered(this.#path())
      lowest = BigInt(id) + 1n
    }
  }

  #path(): string {
    return this.#hubspot.paths.objects(this.#request.objectType)
  }
}

/** Ids from one record to the next; null where a page is too short to tell. */
function spacingOf(records: readonly { readonly id: string }[]): number | null {
  const first = records[0]
  const last = records.at(-1)
  if (first === undefined || last === undefined || first === last) return null
  return Number(BigInt(last.id) - BigInt(first.id)) / (records.length - 1)
}

function unordered(path: string): HubgenError {
  return new HubgenError(
    'LIST_UNORDERED',
    'HubSpot listed a record out of order, so reading side by side could miss some',
    {
      at: `GET ${path}`,
      fix: 'sync this entity with the option `readers: 1`, and please report it',
    },
  )
}
