import type { HubSpot } from './client/client.ts'
import { prefetch } from './concurrency/prefetch.ts'
import { CursorTrail } from './cursor-trail.ts'
import type { RecordFormat } from './page.ts'
import type { HubSpotRecord } from './record.ts'
import type { CompletePage, ListedPage, RecordsRequest } from './record-pages.ts'
import { advances, pageRecords, RecordPages, stuckCursor, wholeRecords } from './record-pages.ts'

/**
 * Records ascending by id, one page at a time, with one cursor and one page read ahead. Records that
 * disappear during the reading are left out.
 */
export async function* listRecords(
  hubspot: HubSpot,
  request: RecordsRequest,
): AsyncGenerator<readonly HubSpotRecord[]> {
  for await (const { records } of listInFormat(hubspot, request, wholeRecords)) {
    if (records.length > 0) yield records
  }
}

/** The same records in another format, and those that could not be read. */
export async function* listInFormat<R extends { readonly id: string }>(
  hubspot: HubSpot,
  request: RecordsRequest,
  format: RecordFormat<R>,
): AsyncGenerator<CompletePage<R>> {
  const pages = new RecordPages(hubspot, request, format)
  const path = hubspot.paths.objects(request.objectType)
  const listed = listPages(pages, path, request.limit)
  // The next page is listed while the values of the current one are read.
  yield* prefetch(completePages(pages, pages.byBatches ? prefetch(listed) : listed))
}

async function* listPages<R extends { readonly id: string }>(
  pages: RecordPages<R>,
  path: string,
  limit = Number.POSITIVE_INFINITY,
): AsyncGenerator<ListedPage<R>> {
  let after: string | null = null
  const trail = new CursorTrail()
  for (let wanted = limit; wanted > 0; ) {
    const page: ListedPage<R> = await pages.list(after, Math.min(pageRecords, wanted))
    const records = page.records.slice(0, wanted)
    wanted -= records.length
    yield { ...page, records }
    if (page.next === null) return
    if (!(advances(after, page.next) && trail.follow(page.next))) throw stuckCursor(path)
    after = page.next
  }
}

async function* completePages<R extends { readonly id: string }>(
  pages: RecordPages<R>,
  listed: AsyncIterable<ListedPage<R>>,
): AsyncGenerator<CompletePage<R>> {
  for await (const page of listed) yield pages.complete(page)
}
