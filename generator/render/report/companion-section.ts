import type { Analysis } from '../../model/analysis.ts'
import { companions } from '../../model/companions.ts'
import { findForeignAssociations } from '../../model/linked-entities.ts'
import { schemaOf } from '../../model/schema-name.ts'
import { alignRows, REPORT_COLUMNS } from '../text/align-text.ts'
import type { SummarySection } from './summary-sections.ts'

/** A name of Postgres is at most 63 bytes long; few are longer than this with their schema. */
const TABLE_COLUMNS = 50

/** The entity's companion tables, and the links that other entities keep. */
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
