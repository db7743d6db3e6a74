import { type Drift, severityOf, sourceOf } from '../../model/drift.ts'
import { visibleText } from '../../render/text/escape-text.ts'
import { countDrift, groupDrift, plainWords } from './drift-words.ts'

const INDENT = '  '
const GAP = '  '
const SEVERITY_COLUMNS = 'schema'.length
const SOURCE_COLUMNS = 'database'.length

/**
 * Drift for a terminal: the entity with its counts, then one line per drift with its severity, its source and
 * its description.
 */
export function renderDriftTable(drifts: readonly Drift[]): readonly string[] {
  return groupDrift(drifts).flatMap(([entity, members]) => [
    `${entity}: ${countDrift(members)}`,
    ...members.map(renderRow),
  ])
}

function renderRow(drift: Drift): string {
  const severity = severityOf(drift).padEnd(SEVERITY_COLUMNS)
  const source = sourceOf(drift).padEnd(SOURCE_COLUMNS)
  return `${INDENT}${severity}${GAP}${source}${GAP}${visibleText(plainWords(drift.words))}`
}
