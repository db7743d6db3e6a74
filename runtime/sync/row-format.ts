import { type Page, type RecordFormat, restOfPage } from '../hubspot/page.ts'
import { readRecords } from '../hubspot/record.ts'
import {
  type ConvertedRecord,
  compareAnswered,
  convertRecord,
  type RowColumn,
} from '../values/row.ts'
import { createPageScanner } from '../values/scan-page.ts'

/**
 * Reads records as rows: with the scanner if the page allows it, otherwise by parsing, checking and
 * converting each record.
 */
export function rowFormat(columns: readonly RowColumn[]): RecordFormat<ConvertedRecord> {
  const scan = createPageScanner(columns)
  return {
    scan(body): Page<ConvertedRecord> | undefined {
      const scanned = scan(body)
      if (scanned === undefined) return undefined
      const records = compareAnswered(scanned.records)
      return { records, unread: [], nameless: 0, ...restOfPage(scanned) }
    },
    read(body, at) {
      const page = readRecords(body, at)
      const records = page.records.map((record) => convertRecord({ columns }, record))
      return { ...page, records: compareAnswered(records) }
    },
  }
}
