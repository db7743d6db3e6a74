import { type AnswerRecords, type HubSpotRecord, readRecords } from '../hubspot/record.ts'
import type { RecordFormat } from '../hubspot/record-pages.ts'
import {
  type ConvertedRecord,
  compareAnswered,
  convertRecord,
  type RowColumn,
} from '../values/row.ts'
import { createPageScanner, ScannedPage } from '../values/scan-page.ts'

/** Records as rows: scanned where that can be, else parsed, checked and converted one by one. */
export function rowFormat(columns: readonly RowColumn[]): RecordFormat<ConvertedRecord> {
  return {
    scan: createPageScanner(columns),
    read: (body, at) =>
      body instanceof ScannedPage
        ? { records: compareAnswered(body.records), unread: [], nameless: 0 }
        : convertAll(columns, readRecords(body, at)),
  }
}

function convertAll(
  columns: readonly RowColumn[],
  answer: AnswerRecords<HubSpotRecord>,
): AnswerRecords<ConvertedRecord> {
  const records = answer.records.map((record) => convertRecord({ columns }, record))
  return { ...answer, records: compareAnswered(records) }
}
