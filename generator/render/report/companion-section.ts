import type { Analysis } from '../../model/analysis.ts'
import { companions } from '../../model/companions.ts'
import { findForeignAssociations } from '../../model/linked-entities.ts'
import { schemaOf } from '../../model/schema-name.ts'
import { alignRows, REPORT_COLUMNS } from '../text/align-text.ts'
import type { SummarySection } from './summary-sections.ts'

/** Postgres limits a name to 63 bytes; few names with their schema are longer than this. */
const TABLE_COLUMNS = 50

/** The companion tables, and the tables of other entities that hold links of this one. */
export function companionSection(analysis: Analysis): SummarySection {
  const rows = [
    ...companions(analysis).map(({ table, summary }) => [table, summary]),
    ...findForeignAssociations(analysis).map(({ table, owner }) => [
      table,
      `links to ${owner.entity}, generated with it`,
    ]),
  ].map(([table = '', what = '']) => [`${schemaOf(analysis)}.${table}`, what])
  return {
    heading: 'Companion tables',
    lines: alignRows(rows, [TABLE_COLUMNS, REPORT_COLUMNS - 4 - TABLE_COLUMNS]),
  }
}
