import { styleText } from 'node:util'
import { differentIn } from '../../../runtime/compare/compare-copies.ts'
import {
  type ClassCount,
  type ColumnReport,
  type CopyReport,
  classWords,
  type TableReport,
} from '../../../runtime/compare/copy-report.ts'
import { countOf, formatCount } from '../../../runtime/words/numbers-as-text.ts'
import { visibleText } from '../../render/text/escape-text.ts'

const namedTables = 8

/** The report for a terminal: a line per table, its differences below it, and the result. */
export function describeCopies(report: CopyReport): string {
  const lines = [
    ...report.tables.flatMap(describeTable),
    ...describeNames('only here', report.onlyHere),
    ...describeNames('only there', report.onlyThere),
    describeResult(report),
  ]
  return `${lines.join('\n')}\n`
}

function describeTable(table: TableReport): readonly string[] {
  const { rows, notCompared, comparedRows, comparedColumns } = table
  const mark = differentIn(table) === 0 ? styleText('green', '✓') : styleText('red', '✗')
  const values =
    comparedRows === 0
      ? ''
      : `, ${countOf(comparedColumns, 'column')} compared in ${countOf(comparedRows, 'row')}`
  const counted =
    notCompared === null
      ? `${countOf(rows.both, 'row')} in both${values}`
      : `${countOf(rows.here, 'row')} here, ${formatCount(rows.there)} there: ${notCompared}`
  return [
    `${notCompared === null ? mark : styleText('yellow', '?')} ${visibleText(table.table)}: ${counted}`,
    ...rows.onlyHere.map((one) => `    only here: ${describeClass(one)}`),
    ...rows.onlyThere.map((one) => `    only there: ${describeClass(one)}`),
    ...table.columns.flatMap(describeColumn),
    ...indented(describeNames('columns only here', table.columnsOnlyHere)),
    ...indented(describeNames('columns only there', table.columnsOnlyThere)),
  ]
}

function describeColumn({
  column,
  types,
  calculated,
  differences,
}: ColumnReport): readonly string[] {
  const name = visibleText(column)
  const type = types === null ? [] : [`    ${name}: ${types.here} here, ${types.there} there`]
  const computed = calculated ? ' (calculated by HubSpot)' : ''
  return [...type, ...differences.map((one) => `    ${name}${computed}: ${describeClass(one)}`)]
}

function describeClass({ class: kind, count, examples }: ClassCount): string {
  const text = `${formatCount(count)} ${classWords[kind]}, e.g. ${examples.map(visibleText).join(', ')}`
  return kind === 'different' ? styleText('red', text) : text
}

function describeNames(what: string, names: readonly string[]): readonly string[] {
  if (names.length === 0) return []
  const named = names.slice(0, namedTables).map(visibleText)
  const more = names.length - named.length
  return [`${what}: ${named.join(', ')}${more > 0 ? ` and ${formatCount(more)} more` : ''}`]
}

function indented(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `    ${line}`)
}

function describeResult({ schema, tables, different, sampled }: CopyReport): string {
  const name = visibleText(schema)
  if (tables.length === 0) {
    return `${styleText('yellow', '?')} schema ${name} has no table that hubgen knows`
  }
  if (different > 0) {
    return `${styleText('red', '✗')} ${name}: ${countOf(different, 'real difference')} in ${countOf(tables.length, 'table')}`
  }
  const values =
    sampled === null ? 'every value' : `the values of up to ${formatCount(sampled)} rows per table`
  return `${styleText('green', '✓')} ${name}: no real difference in ${countOf(tables.length, 'table')}; compared every row by key and ${values}`
}
