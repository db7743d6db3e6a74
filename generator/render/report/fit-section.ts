import type { Analysis, AnalyzedProperty } from '../../model/analysis.ts'
import { type Fit, predictFit, TABLE_COLUMNS } from '../../model/fit.ts'
import { overflowProperties } from '../../model/overflow.ts'
import { ROW_BYTES } from '../../model/row-width.ts'
import { alignRows, wrapWords } from '../text/align-text.ts'
import type { SummarySection } from './summary-sections.ts'

const WIDTH = 98
const NAME_COLUMNS = 12

/** The table's use of Postgres's limits, and the properties that have no column because of them. */
export function fitSection(analysis: Analysis): SummarySection {
  const fit = predictFit(analysis)
  const rows: (readonly [string, string])[] = [
    ['columns', `${number(fit.columns)} of ${number(TABLE_COLUMNS)}`],
    ['widest row', `about ${number(fit.rowBytes)} of ${number(ROW_BYTES)} bytes`],
    ['', foreseen(analysis, fit)],
    ['indexes', String(fit.indexes)],
    ...fit.sameButForCase.map((names) => ['quote these', names.join(', ')] as const),
  ]
  const lines = alignRows(rows, [NAME_COLUMNS, WIDTH - NAME_COLUMNS - 2])
  const tooWide = fit.rowBytes > ROW_BYTES ? wrapWords(TOO_WIDE, WIDTH) : []
  return {
    heading: 'Use of Postgres limits',
    lines: [...lines, ...tooWide, ...describeOverflow(overflowProperties(analysis))],
  }
}

const TOO_WIDE =
  'Postgres refuses a row that is wider, and its record goes to the quarantine. Exclude properties in hubgen.config.ts.'

/** The basis of the predicted width. */
function foreseen({ sampledRecords, fullestRecord }: Analysis, fit: Fit): string {
  const filled = `with ${number(fit.filledColumns)} property columns filled`
  if (fit.basis === 'assumed') return `${filled}: about half, because no records were sampled`
  if (fullestRecord === undefined) return `${filled}, as sampled`
  return `${filled}: those of the fullest of ${number(sampledRecords ?? 0)} sampled records plus a quarter`
}

/** By reason; analysis.json also has the reason of each property. */
function describeOverflow(overflow: readonly AnalyzedProperty[]): readonly string[] {
  if (overflow.length === 0) return []
  const byReason = Map.groupBy(overflow, ({ column }) => column.overflow ?? '')
  return [
    `${number(overflow.length)} properties share the column \`overflow\``,
    ...[...byReason].flatMap(([reason, properties]) => [
      `  ${number(properties.length)}: ${reason}`,
      ...wrapWords(properties.map(({ name }) => name).join(', '), WIDTH - 4).map(indent),
    ]),
  ]
}

function indent(line: string): string {
  return `    ${line}`
}

function number(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',')
}
