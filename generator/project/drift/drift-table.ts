import { type Drift, severityOf, sourceOf } from '../../model/drift.ts'
import { wrapWords } from '../../render/text/align-text.ts'
import { countDrift, groupDrift, plainWords } from './drift-words.ts'

/** The default width of a terminal. */
const TABLE_COLUMNS = 80
const INDENT = '  '
const GAP = '  '
const SEVERITY_COLUMNS = 'schema'.length
const SOURCE_COLUMNS = 'database'.length
const WORDS_START = INDENT.length + SEVERITY_COLUMNS + GAP.length + SOURCE_COLUMNS + GAP.length

/**
 * Drift for a terminal, in lines of at most 80 columns: the entity with its counts, then one row per drift
 * with its severity, its source and its description.
 */
export function renderDriftTable(drifts: readonly Drift[]): readonly string[] {
  return groupDrift(drifts).flatMap(([entity, members]) => [
    `${entity}: ${countDrift(members)}`,
    ...members.flatMap(renderRow),
  ])
}

function renderRow(drift: Drift): readonly string[] {
  const [first = '', ...rest] = wrapWords(plainWords(drift.words), TABLE_COLUMNS - WORDS_START)
  const severity = severityOf(drift).padEnd(SEVERITY_COLUMNS)
  const source = sourceOf(drift).padEnd(SOURCE_COLUMNS)
  return [
    `${INDENT}${severity}${GAP}${source}${GAP}${first}`,
    ...rest.map((line) => ' '.repeat(WORDS_START) + line),
  ]
}
