import { type Drift, severityOf, sourceOf } from '../../model/drift.ts'
import { wrapWords } from '../../render/text/align-text.ts'
import { countDrift, groupDrift, plainWords } from './drift-words.ts'

/** The width of a terminal that nobody made wider. */
const TABLE_COLUMNS = 80
const INDENT = '  '
const GAP = '  '
const SEVERITY_COLUMNS = 'schema'.length
const SOURCE_COLUMNS = 'database'.length
const WORDS_START = INDENT.length + SEVERITY_COLUMNS + GAP.length + SOURCE_COLUMNS + GAP.length

/**
 * Drift for a terminal, no line wider than 80 columns: the entity with its counts, then a row for each,
 * how grave it is, what disagrees with the analysis, and the words.
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
