import {
  type ClassCount,
  type CopyReport,
  classWords,
  type TableReport,
} from '../../../runtime/compare/copy-report.ts'
import { countOf, formatCount } from '../../../runtime/words/numbers-as-text.ts'
import { markdownCode } from '../../render/text/escape-markdown.ts'

/** The same report as Markdown, with every column and name. */
export function renderCopiesMarkdown(report: CopyReport): string {
  const { schema, tables, onlyHere, onlyThere, different, sampled } = report
  const values =
    sampled === null ? 'of all rows' : `of up to ${formatCount(sampled)} rows per table`
  const lines = [
    `# hubgen and ${markdownCode(schema)}`,
    '',
    `**${different === 0 ? 'No real difference' : countOf(different, 'real difference')}** in ${countOf(tables.length, 'table')}. Compared: every row by key, the values ${values}.`,
    '',
    '| Table | Rows here | Rows there | In both | Rows compared by value | Columns |',
    '|---|--:|--:|--:|--:|--:|',
    ...tables.map(summaryRow),
    ...tables.flatMap(tableSection),
    ...nameSection('Tables only here', onlyHere),
    ...nameSection('Tables only there', onlyThere),
  ]
  return `${lines.join('\n')}\n`
}

function summaryRow({ table, rows, comparedRows, comparedColumns }: TableReport): string {
  const cells = [rows.here, rows.there, rows.both, comparedRows, comparedColumns].map(formatCount)
  return `| ${markdownCode(table)} | ${cells.join(' | ')} |`
}

function tableSection(report: TableReport): readonly string[] {
  const { table, rows, notCompared, columns } = report
  const types = columns.flatMap(({ column, types: both }) =>
    both === null ? [] : [`- ${markdownCode(column)}: ${both.here} here, ${both.there} there`],
  )
  const differences = [
    ...rows.onlyHere.map((one) => differenceRow('rows only here', one)),
    ...rows.onlyThere.map((one) => differenceRow('rows only there', one)),
    ...columns.flatMap(({ column, calculated, differences: found }) =>
      found.map((one) =>
        differenceRow(`${markdownCode(column)}${calculated ? ' (calculated)' : ''}`, one),
      ),
    ),
  ]
  const parts = [
    ...(notCompared === null ? [] : [`Rows were counted, not compared: ${notCompared}.`, '']),
    ...(differences.length === 0
      ? []
      : ['| Where | Difference | Count | Examples |', '|---|---|--:|---|', ...differences, '']),
    ...(types.length === 0 ? [] : ['Columns of another type:', '', ...types, '']),
    ...nameList('Columns only here', report.columnsOnlyHere),
    ...nameList('Columns only there', report.columnsOnlyThere),
  ]
  return parts.length === 0 ? [] : ['', `## ${markdownCode(table)}`, '', ...trimmed(parts)]
}

function differenceRow(where: string, { class: kind, count, examples }: ClassCount): string {
  const words = kind === 'different' ? `**${classWords[kind]}**` : classWords[kind]
  return `| ${where} | ${words} | ${formatCount(count)} | ${examples.map(markdownCode).join(', ')} |`
}

function nameList(title: string, names: readonly string[]): readonly string[] {
  return names.length === 0 ? [] : [`${title}: ${names.map(markdownCode).join(', ')}`, '']
}

function nameSection(title: string, names: readonly string[]): readonly string[] {
  return names.length === 0 ? [] : ['', `## ${title}`, '', names.map(markdownCode).join(', ')]
}

function trimmed(lines: readonly string[]): readonly string[] {
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines
}
