import type { Entity } from '../../entity.ts'
import { HubgenError } from '../../errors.ts'
import type { HubSpot } from '../../hubspot/client/client.ts'
import { prefetch } from '../../hubspot/concurrency/prefetch.ts'
import { CursorTrail } from '../../hubspot/cursor-trail.ts'
import type { RecordFormat } from '../../hubspot/page.ts'
import { readRecords } from '../../hubspot/record.ts'
import { advances, pageRecords, RecordPages } from '../../hubspot/record-pages.ts'
import type { Database } from '../../postgres/connection/database.ts'
import { everyId, type IdSpan, liveRows, splitIds } from '../../postgres/load/live-rows.ts'

/** An entity, its source in HubSpot and the database of its table. */
export interface Copy {
  readonly entity: Entity
  readonly hubspot: HubSpot
  readonly database: Database
}

/**
 * How HubSpot's list and the table differ for one id. `missing`: in HubSpot but not live in the table.
 * `extra`: live in the table but not in HubSpot. `stale`: live in both with another modified stamp.
 * `value`: same stamp, another value.
 */
export interface Suspect {
  readonly id: string
  readonly kind: 'missing' | 'extra' | 'stale' | 'value'
}

/** The facts about a record without its values. */
export interface ListedRecord {
  readonly id: string
  /** Unknown if all values were read. */
  readonly createdAtMs?: number
  readonly updatedAtMs: number
  readonly archived?: boolean
}

/** Reads records as ids and stamps. */
export const stampsOnly: RecordFormat<ListedRecord> = {
  read(body, at) {
    const answer = readRecords(body, at)
    const records = answer.records.map(({ id, createdAt, updatedAt, archived }) => ({
      id,
      archived,
      createdAtMs: Date.parse(createdAt),
      updatedAtMs: Date.parse(updatedAt),
    }))
    return { ...answer, records }
  },
}
/** A property that every record has; without a list HubSpot sends a default selection. */
export const noValues: readonly string[] = ['hs_object_id']

/** How a page of the list is parsed, and which of its records have other values in the table. */
export interface PageComparison<R extends ListedRecord = ListedRecord> {
  readonly properties: readonly string[]
  readonly format: RecordFormat<R>
  /** Called with the records whose stamps equal those of the table. */
  differing(records: readonly R[]): Promise<ReadonlySet<string>>
}

/** Compares only ids and stamps, a few kilobytes per answer. */
const idsAndStamps: PageComparison = {
  properties: noValues,
  format: stampsOnly,
  differing: async () => new Set(),
}

/** Enough to hide the latency of calls; the limiter sets their pace. */
const readers = 8
/** Rows of a span that one reader reads; small, so that little is read again after an interruption. */
const spanRows = 5_000

export interface Comparing {
  readonly signal: AbortSignal
  /** Called with the findings of a span, one call at a time; the reading waits for it. */
  onSuspects(suspects: readonly Suspect[], span: IdSpan): Promise<void>
  /** Called after each page with the number of its records. */
  onPage?(records: number): void
  /** All spans before this id are done and their findings were passed on. */
  onDoneUntil?(id: bigint): Promise<void>
}

/** Splits all ids from this one on into spans, by the number of rows in the table. */
export async function spansFrom(copy: Copy, from: bigint): Promise<readonly IdSpan[]> {
  const cuts = await splitIds(copy.database, copy.entity, { ...everyId, from }, spanRows)
  const bounds = [from, ...cuts, everyId.until]
  return bounds.slice(1).map((until, index) => ({ from: bounds[index] ?? from, until }))
}

/**
 * Compares ids and modified stamps in these spans, which must ascend. Both sides are streamed in id order,
 * so memory holds only a few pages per reader, whatever the size.
 */
export function compareSpans(
  copy: Copy,
  spans: readonly IdSpan[],
  comparing: Comparing,
): Promise<void> {
  return comparePages(copy, spans, comparing, idsAndStamps)
}

/** Like `compareSpans`, with a further comparison of each page. */
export async function comparePages<R extends ListedRecord>(
  copy: Copy,
  spans: readonly IdSpan[],
  comparing: Comparing,
  comparison: PageComparison<R>,
): Promise<void> {
  const done = new Set<number>()
  let next = 0
  let finished = 0
  let handing: Promise<void> = Promise.resolve()
  const inTurn = (work: () => Promise<void>) => {
    handing = handing.then(work)
    return handing
  }
  const readOne = async (place: number, span: IdSpan) => {
    let suspects: Suspect[] = []
    const handOver = async () => {
      const found = suspects
      suspects = []
      if (found.length > 0) await inTurn(() => comparing.onSuspects(found, span))
    }
    for await (const suspect of compareSpan(copy, span, comparing, comparison)) {
      suspects.push(suspect)
      if (suspects.length === pageRecords) await handOver()
    }
    await handOver()
    done.add(place)
    while (done.has(finished)) finished++
    const until = spans[finished - 1]?.until
    if (until !== undefined) await inTurn(async () => comparing.onDoneUntil?.(until))
  }
  let failed = false
  const read = async () => {
    for (let place = next++; place < spans.length && !failed; place = next++) {
      comparing.signal.throwIfAborted()
      const span = spans[place]
      if (span !== undefined) await readOne(place, span)
    }
  }
  const reading = Array.from({ length: Math.min(readers, spans.length) }, () =>
    read().catch((error: unknown) => {
      failed = true
      throw error
    }),
  )
  // If one reader fails, waits until all have ended before rejecting.
  const ends = await Promise.allSettled(reading)
  for (const end of ends) if (end.status === 'rejected') throw end.reason
}

async function* compareSpan<R extends ListedRecord>(
  { entity, hubspot, database }: Copy,
  span: IdSpan,
  { onPage, signal }: Comparing,
  comparison: PageComparison<R>,
): AsyncGenerator<Suspect> {
  const rows = liveRows(database, entity, span)
  let row = await rows.next()
  const pages = listSpan(hubspot, entity.objectType, span, comparison)
  for await (const { ids, records, late } of prefetch(pages)) {
    signal.throwIfAborted()
    for (const id of late) yield { id, kind: 'missing' }
    const same: R[] = []
    for (const id of ids) {
      while (row.done !== true && compareIds(row.value.id, id) < 0) {
        yield { id: row.value.id, kind: 'extra' }
        row = await rows.next()
      }
      if (row.done === true || row.value.id !== id) {
        yield { id, kind: 'missing' }
        continue
      }
      const stored = row.value.updatedAtMs
      const record = records.get(id)
      if (stored !== null && stored !== record?.updatedAtMs) yield { id, kind: 'stale' }
      else if (stored !== null && record !== undefined) same.push(record)
      row = await rows.next()
    }
    for (const id of await comparison.differing(same)) yield { id, kind: 'value' }
    onPage?.(ids.length)
  }
  for (; row.done !== true; row = await rows.next()) yield { id: row.value.id, kind: 'extra' }
}

interface SpanOfList<R> {
  /** Ascending. */
  readonly ids: readonly string[]
  /** By id. A record that could not be read is missing, which counts as a difference to look into. */
  readonly records: ReadonlyMap<string, R>
  /** Records that should have come earlier: out of order, or listed twice. */
  readonly late: readonly string[]
}

/** HubSpot's records in this span, ascending. The `after` cursor is an inclusive lower bound of ids. */
async function* listSpan<R extends ListedRecord>(
  hubspot: HubSpot,
  objectType: string,
  { from, until }: IdSpan,
  { properties, format }: PageComparison<R>,
): AsyncGenerator<SpanOfList<R>> {
  const pages = new RecordPages(hubspot, { objectType, properties }, format)
  let after: string | null = from > 0n ? String(from) : null
  let last = from - 1n
  let before = new Set<bigint>()
  const trail = new CursorTrail()
  for (;;) {
    const page = await pages.list(after, pageRecords)
    const { next } = page
    const listed = new Set([...page.records, ...page.unread].map(({ id }) => BigInt(id)))
    const ids = [...listed].sort(compareNumbers)
    const within = ids.filter((id) => id > last && id < until)
    const late = ids.filter((id) => id >= from && id <= last && !before.has(id))
    const { records } = await pages.complete(page)
    yield {
      ids: within.map(String),
      records: new Map(records.map((record) => [record.id, record])),
      late: late.map(String),
    }
    const highest = ids.at(-1) ?? last
    if (highest > last) last = highest
    if (next === null || last >= until) return
    if (!(advances(after, next) && trail.follow(next)))
      throw notAscending(hubspot.paths.objects(objectType))
    if (/^\d+$/.test(next) && BigInt(next) >= until) return
    before = listed
    after = next
  }
}

function compareNumbers(left: bigint, right: bigint): number {
  return left < right ? -1 : Number(left > right)
}

function notAscending(path: string): HubgenError {
  return new HubgenError(
    'LIST_UNORDERED',
    "HubSpot's list does not ascend by id from its cursor on",
    {
      at: `GET ${path}`,
      fix: 'run the command again; if the error persists, report it together with the API version in use',
    },
  )
}

/** Compares numbers of any length, given as digits without leading zeros. */
function compareIds(left: string, right: string): number {
  if (left.length !== right.length) return left.length - right.length
  return left < right ? -1 : Number(left > right)
}
