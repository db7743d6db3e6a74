import type { Analysis, AnalyzedProperty } from '../../model/analysis.ts'
import { companions } from '../../model/companions.ts'
import { findForeignAssociations } from '../../model/linked-entities.ts'
import { schemaOf } from '../../model/schema-name.ts'
import { tableColumns } from '../../model/table-columns.ts'
import { alignRows, REPORT_COLUMNS } from '../text/align-text.ts'
import { visibleText } from '../text/escape-text.ts'
import { renderTemplate } from '../text/template.ts'
import { evidenceSection } from './evidence-section.ts'
import { fitSection } from './fit-section.ts'
import type { SummarySection } from './summary-sections.ts'
import {
  archivedSection,
  excludedSection,
  groupSection,
  relationshipSection,
  renamedSection,
  retypedSection,
  severalValuesSection,
  skippedSection,
  typeSection,
} from './summary-sections.ts'

/**
 * The text of `summary.txt`: the analysis for people, at most 100 columns wide. The same analysis gives the
 * same bytes; text from HubSpot cannot hide or reverse the surrounding text.
 */
export function renderSummary(analysis: Analysis): string {
  const title = `${analysis.entity}: table ${schemaOf(analysis)}.${analysis.table}`
  const sections = [
    fitSection(analysis),
    typeSection(analysis),
    groupSection(analysis),
    relationshipSection(analysis),
    companionSection(analysis),
    renamedSection(analysis),
    retypedSection(analysis),
    severalValuesSection(analysis),
    archivedSection(analysis),
    excludedSection(analysis),
    skippedSection(analysis),
    evidenceSection(analysis),
  ]
  return renderTemplate('summary.txt', {
    title,
    rule: '='.repeat(title.length),
    facts: alignRows(facts(analysis), [18, REPORT_COLUMNS - 20]),
    sections: sections.filter(({ lines }) => lines.length > 0),
  })
}

function facts(analysis: Analysis): (readonly string[])[] {
  const { objectType, portal, properties, skipped } = analysis
  const unsynced = properties.filter((property) => property.archived)
  const excluded = unsynced.filter((property) => property.excluded === true).length
  const purged = unsynced.filter((one) => one.purged === true && one.excluded !== true).length
  const counts = [
    `${tableColumns(analysis).length} columns`,
    `${properties.length - unsynced.length} live properties`,
    `${unsynced.length - excluded - purged} archived`,
    ...(purged === 0 ? [] : [`${purged} deleted in HubSpot`]),
    ...(excluded === 0 ? [] : [`${excluded} left out`]),
    `${skipped.length} skipped`,
  ]
  const kind = objectType.custom ? 'custom object' : 'object type'
  return [
    [kind, `${visibleText(objectType.pluralLabel)}, ${objectType.id}, \`${objectType.name}\``],
    [
      'portal',
      portal === null
        ? 'unknown: explored from a saved answer'
        : `${portal.id}, time zone ${portal.timeZone}, currency ${portal.currency}`,
    ],
    ['counts', counts.join(', ')],
    ['key property', describe(properties, analysis.keyProperty)],
    ['created', describe(properties, analysis.createdProperty)],
    ['modified', describe(properties, analysis.modifiedProperty)],
  ]
}

function describe(properties: readonly AnalyzedProperty[], name: string | null): string {
  if (name === null) return 'none'
  const property = properties.find((one) => one.name === name)
  if (property === undefined) return `${visibleText(name)}, which HubSpot does not define here`
  return `${visibleText(name)}, ${property.column.type}`
}

/** Postgres limits a name to 63 bytes; few names with their schema are longer than this. */
const TABLE_COLUMNS = 50

/** The companion tables, and the tables of other entities that hold links of this one. */
function companionSection(analysis: Analysis): SummarySection {
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
