import { readRecords } from '../hubspot/record.ts'
import type { RecordFormat } from '../hubspot/record-pages.ts'
import { type ConvertedRecord, convertRecord, type RowColumn } from '../values/row.ts'
import { createPageScanner, ScannedPage } from '../values/scan-page.ts'

/** Records as rows: scanned where that can be, else parsed, checked and converted one by one. */
export function rowFormat(columns: readonly RowColumn[]): RecordFormat<ConvertedRecord> {
  return {
    scan: createPageScanner(columns),
    read: (body, at) =>
      body instanceof ScannedPage
        ? body.records
        : readRecords(body, at).map((record) => convertRecord({ columns }, record)),
  }
}
