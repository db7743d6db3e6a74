/*
 * Ranges of ids are read in parallel, because a single cursor reaches only a third of the limit at
 * HubSpot's latency. HubSpot documents that the list's `after` is the id of the next record, but not that
 * any number is a lower bound. Two calls verify this after the third page; if it does not hold, a single
 * cursor is used. A reader that is done splits the largest remaining range, estimated from the density of
 * its records. A range ends exactly where the next one begins, so no record is read twice and none is
 * missed. The number of readers is adjusted so that one or two calls always wait for the limit. `sync …
 * <limit>` uses a single cursor, in id order.
 */

import { HubgenError } from '../errors.ts'
import type { HubSpot } from './client/client.ts'
import { HubSpotError } from './client/hubspot-error.ts'
import { createBoundedQueue } from './concurrency/bounded-queue.ts'
import { CursorTrail } from './cursor-trail.ts'
import type { IdRange } from './id-ranges.ts'
import { IdRanges } from './id-ranges.ts'
import { allIds, type IdSpan } from './id-spans.ts'
import type { RecordFormat } from './page.ts'
import type { CompletePage, ListedPage, RecordsRequest } from './record-pages.ts'
import { advances, pageRecords, RecordPages, stuckCursor } from './record-pages.ts'
import type { Extent } from './survey.ts'
import { cursorsAreIds, probeLastId } from './survey.ts'

/** Where an interrupted reading resumes. */
export interface ReadingPosition {
  /** Spans that were not read yet, ascending. */
  readonly left: readonly IdSpan[]
  /** The last known id, from any page of that reading; without it there is at most one span. */
  readonly lastId: bigint | null
  /** Number of records read. */
  readonly read: number
}

/** Records that were read together. */
export interface SpanPage<R> extends CompletePage<R> {
  /**
   * Once these records are read, everything in the span is. Null if the list's cursor is not a number; such
   * a reading cannot be resumed.
   */
  readonly covered: IdSpan | null
  /** The last known id; null until it is certain that the list's cursor is an id. */
  readonly lastId: bigint | null
}

export interface SideBySideOptions<R extends { readonly id: string }> {
  readonly format: RecordFormat<R>
  /** Number of records and last id, if known; determined in the background. */
  readonly extent: Promise<Extent | null>
  /** Maximum number of readers; 1 reads with a single cursor. */
  readonly readers?: number
  /** Starts at the first id by default. */
  readonly resume?: ReadingPosition | undefined
}

/** Enough for the largest limit, 25 calls per second, at 640 ms per call; more would only use memory. */
const mostReaders = 16
/** For fewer pages than this, another reader is not worth the page that is split at the start of its range. */
const leastPagesOfReader = 20
/** Up to this many pages a single cursor is as fast, and it needs no extra calls. */
const pagesBeforeSurvey = 3
/**
 * Pages that are read and waiting, so that reading continues during a slow batch, in addition to those that
 * readers hold. About a megabyte each for a wide entity.
 */
const queuedPages = 8
/** With fewer calls waiting for the limit, some of its capacity may go unused: a reader is added. */
const leastWaiting = 2
/** With more calls waiting, a reader that finishes its range is not needed any more. */
const mostWaiting = 4

/**
 * Returns every record exactly once, one page at a time, in no particular order. Reads ranges of ids in
 * parallel, as many as the limit and the caller can use, once it is certain that the list's cursor is an
 * id; otherwise uses a single cursor. Records added after the last id during the reading are included;
 * records that disappear, or appear below a position already read, may be missed. Leaving early stops the
 * reading; what the returned pages do not cover is left for another reading.
 */
export async function* readSideBySide<R extends { readonly id: string }>(
  hubspot: HubSpot,
  request: RecordsRequest,
  options: SideBySideOptions<R>,
): AsyncGenerator<SpanPage<R>> {
  const readers = new Readers(hubspot, request, options)
  readers.begin(options.resume)
  yield* readers.queue.items()
}

class Readers<R extends { readonly id: string }> {
  readonly queue = createBoundedQueue<SpanPage<R>>(queuedPages)
  readonly #hubspot: HubSpot
  readonly #request: RecordsRequest
  readonly #extent: Promise<Extent | null>
  readonly #most: number
  readonly #pages: RecordPages<R>
  /** The last id; set when the survey found that ranges can be read. */
  #surveyed: bigint | null = null
  /** The last id; set once ranges are read. */
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

  begin(resume: ReadingPosition | undefined): void {
    const { left = [allIds], lastId = null, read = 0 } = resume ?? {}
    const [first] = left
    this.#read = read
    if (lastId === null || first === undefined) {
      this.#start(() => this.#readByCursor(first))
      return
    }
    const ranges = left.map(({ from, to }) => ({
      position: from,
      end: to,
      spacing: null,
      probableEnd: null,
    }))
    const shared = this.#share(ranges, lastId)
    this.#start(() => this.#readRanges(shared))
    this.#extent.then(
      (extent) => {
        this.#total = extent?.total ?? this.#total
      },
      () => {},
    )
  }

  #share(ranges: readonly IdRange[], lastId: bigint): IdRanges {
    this.#lastId = lastId
    this.#ranges = new IdRanges(ranges, lastId)
    return this.#ranges
  }

  /** The queue ends with the last reader or with the first failure. */
  #start(work: () => Promise<void>): void {
    this.#working++
    work()
      .catch((error: unknown) => this.queue.fail(error))
      .finally(() => {
        this.#working--
        if (this.#working === 0) this.queue.end()
      })
  }

  /**
   * Reads a span from its start with one cursor; as soon as ranges can be read, the rest becomes the first
   * range.
   */
  async #readByCursor(span: IdSpan | undefined): Promise<void> {
    if (span === undefined) return
    let after = span.from === 0n ? null : String(span.from)
    const trail = new CursorTrail()
    for (let pages = 1; !this.queue.closed; pages++) {
      const page = await this.#pages.list(after, pageRecords)
      const { next } = page
      if (next !== null && !(advances(after, next) && trail.follow(next))) {
        throw stuckCursor(this.#path())
      }
      await this.#handOn(page, spanOf(after, next))
      if (next === null) return
      after = next
      if (pages === pagesBeforeSurvey && this.#most > 1) void this.#survey(page)
      if (this.#surveyed !== null && isNumber(next)) {
        const rest = {
          position: BigInt(next),
          end: null,
          spacing: spacingOf(page.records),
          probableEnd: null,
        }
        return this.#readRanges(this.#share([rest], this.#surveyed))
      }
    }
  }

  /** Runs in the background; the reading continues with one cursor if this fails. */
  async #survey(page: ListedPage<R>): Promise<void> {
    try {
      if (!(await cursorsAreIds(this.#hubspot, this.#request, page))) return
      const extent = await this.#extent
      if (extent !== null) this.#total = extent.total
      this.#surveyed = extent?.lastId ?? (await probeLastId(this.#hubspot, this.#request, page))
    } catch (error) {
      if (!(error instanceof HubSpotError)) this.queue.fail(error)
    }
  }

  async #readRanges(ranges: IdRanges, first = ranges.take()): Promise<void> {
    let range = first
    while (range !== null && !this.queue.closed) {
      await this.#readRange(ranges, range)
      const needed = this.#hubspot.waiting <= mostWaiting
      range = ranges.take() ?? (needed ? ranges.split(this.#recordsLeft()) : null)
    }
  }

  async #readRange(ranges: IdRanges, range: IdRange): Promise<void> {
    for (let more = true; more && !this.queue.closed; ) {
      const page = await this.#pages.list(String(range.position), pageRecords)
      this.#checkOrder(page.records, range.position)
      // The end may have moved since. There must be no `await` between here and the new position, so that
      // no other reader takes ids of this page.
      const { position: from, end } = range
      const isMine = ({ id }: { readonly id: string }) => end === null || BigInt(id) < end
      const mine = { records: page.records.filter(isMine), unread: page.unread.filter(isMine) }
      // Ids were found to be cursors, so a non-numeric cursor is an error.
      if (page.next !== null && !isNumber(page.next)) throw stuckCursor(this.#path())
      const next = page.next === null ? null : BigInt(page.next)
      more = next !== null && (end === null || next < end)
      if (next === null || !more) ranges.close(range, mine.records.length + mine.unread.length)
      else if (next <= range.position) throw stuckCursor(this.#path())
      else range.position = next
      range.spacing = spacingOf(page.records) ?? range.spacing
      const to = next === null || !more ? end : next
      await this.#handOn({ ...page, ...mine }, { from, to })
    }
  }

  async #handOn(page: ListedPage<R>, covered: IdSpan | null): Promise<void> {
    const { records, unread, nameless } = await this.#pages.complete(page)
    this.#read += page.records.length
    if (this.queue.empty && this.#hubspot.waiting < leastWaiting) this.#addReader()
    await this.queue.put({ records, unread, nameless, covered, lastId: this.#lastId })
  }

  #addReader(): void {
    const ranges = this.#ranges
    if (ranges === null || this.#working >= this.#enough() || this.queue.closed) return
    const range = ranges.take() ?? ranges.split(this.#recordsLeft())
    if (range !== null) this.#start(() => this.#readRanges(ranges, range))
  }

  #enough(): number {
    const total = this.#read + this.#recordsLeft()
    return Math.min(this.#most, Math.ceil(total / (leastPagesOfReader * pageRecords)))
  }

  /** Infinite if the search does not say, or reported too few. */
  #recordsLeft(): number {
    const left = this.#total - this.#read
    return left < 0 ? Number.POSITIVE_INFINITY : left
  }

  /**
   * A repeated record before this position is harmless, but a page with only such records is out of order
   * and cannot be read by ranges.
   */
  #checkOrder(records: readonly { readonly id: string }[], position: bigint): void {
    if (records.length === 0 || records.some(({ id }) => BigInt(id) >= position)) return
    throw unordered(this.#path())
  }

  #path(): string {
    return this.#hubspot.paths.objects(this.#request.objectType)
  }
}

/** The span that a page of a single cursor covers, if its cursors are numbers. */
function spanOf(after: string | null, next: string | null): IdSpan | null {
  const isKnown = (cursor: string | null) => cursor === null || isNumber(cursor)
  if (!isKnown(after) || !isKnown(next)) return null
  return { from: BigInt(after ?? 0), to: next === null ? null : BigInt(next) }
}

/** Average distance between ids; null if a page is too short. */
function spacingOf(records: readonly { readonly id: string }[]): number | null {
  const first = records[0]
  const last = records.at(-1)
  if (first === undefined || last === undefined) return null
  const width = BigInt(last.id) - BigInt(first.id)
  return width > 0n ? Number(width) / (records.length - 1) : null
}

function unordered(path: string): HubgenError {
  return new HubgenError(
    'LIST_UNORDERED',
    'HubSpot listed a record out of order, so parallel readers could miss some',
    {
      at: `GET ${path}`,
      fix: 'sync this entity with the option `readers: 1`, and please report it',
    },
  )
}

function isNumber(cursor: string): boolean {
  return /^\d{1,19}$/.test(cursor)
}
