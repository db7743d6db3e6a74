import { styleText } from 'node:util'
import { unlistedSubject } from '../../../runtime/monitoring/checks/find-doubts.ts'
import type { CheckName, CheckResult } from '../../../runtime/monitoring/checks/judge-checks.ts'
import { stampedPart } from '../../../runtime/monitoring/checks/judge-checks.ts'
import { tableOf } from '../../../runtime/postgres/identifier.ts'
import { sayPart } from '../../../runtime/sync/plain-words.ts'
import { alignColumns } from '../../../runtime/words/align-columns.ts'
import { countOf, formatAge, formatCount } from '../../../runtime/words/numbers-as-text.ts'
import type { CheckReport } from '../../project/check-entity.ts'
import { sqlIdentifier, sqlTable } from '../../render/text/escape-sql.ts'
import { visibleText } from '../../render/text/escape-text.ts'

const UNKNOWN = '–'

const HEADER = ['verdict', 'check', 'value', 'bound']

interface Line {
  /** Verdict, check, value, bound. */
  readonly cells: readonly string[]
  /** The subject of the check. */
  readonly subject: string
}

/** The checks of an entity for a terminal: failed ones first, passed ones summarized. */
export function describeReport(report: CheckReport): string[] {
  const { entity, results, properties } = report
  const { measured, empty } = properties
  const lines = [
    ...results.filter(({ passed }) => passed === false).map(lineOf),
    ...foldResults(results.filter(({ passed }) => passed === true)),
    ...foldResults(results.filter(({ passed }) => passed === null)),
  ]
  const none = empty === 0 ? '' : `, ${formatCount(empty)} of them without any value`
  return [
    styleText('bold', `${visibleText(entity)}: ${summarize(results)}`),
    ...alignLines(lines),
    `${countOf(measured, 'property')} measured${none}`,
  ]
}

function summarize(results: readonly CheckResult[]): string {
  const failed = results.filter(({ passed }) => passed === false).length
  const judged = results.filter(({ passed }) => passed !== null).length
  const others = results.length - judged
  const unjudged = others === 0 ? '' : `, ${formatCount(others)} not judged`
  return failed === 0
    ? `${countOf(judged, 'check')} passed${unjudged}`
    : `${formatCount(failed)} of ${countOf(judged, 'check')} failed${unjudged}`
}

function alignLines(lines: readonly Line[]): string[] {
  const [header = '', ...aligned] = alignColumns(
    [HEADER, ...lines.map(({ cells }) => cells)].map((cells) => [...cells, '|']),
    (column) => column === 2 || column === 3,
  ).map((line) => line.slice(0, -1))
  return [
    `${header}of`,
    ...lines.map(
      ({ cells, subject }, index) => colour(aligned[index] ?? '', cells[0]) + visibleText(subject),
    ),
  ]
}

/** Runs after alignment, because colour codes have no width. */
function colour(line: string, verdict: string | undefined): string {
  if (verdict === 'FAILED') return line.replace(verdict, styleText('red', verdict))
  return verdict === 'ok' ? line.replace(verdict, styleText('green', verdict)) : line
}

/** Checks with many similar results: the passed ones are summarized in one line. */
const folded: ReadonlySet<CheckName> = new Set(['integrity', 'links', 'merges', 'freshness'])

function foldResults(results: readonly CheckResult[]): Line[] {
  const byCheck = Map.groupBy(results, ({ checkName }) => checkName)
  return [...byCheck].flatMap(([checkName, ofCheck]) => {
    const [first, ...others] = ofCheck
    if (first === undefined || others.length === 0 || !folded.has(checkName)) {
      return ofCheck.map(lineOf)
    }
    const shown =
      ofCheck.find(({ subject }) => subject === stampedPart) ??
      ofCheck.reduce((worst, one) => ((one.value ?? 0) > (worst.value ?? 0) ? one : worst))
    if (checkName !== 'freshness') {
      return [{ cells: cellsOf(shown), subject: countOf(ofCheck.length, 'check') }]
    }
    const more = countOf(others.length, 'other part')
    return [{ cells: cellsOf(shown), subject: `${subjectOf(shown)} and ${more}` }]
  })
}

function lineOf(result: CheckResult): Line {
  return { cells: cellsOf(result), subject: subjectOf(result) + explain(result) }
}

function subjectOf({ checkName, subject }: CheckResult): string {
  return visibleText(checkName === 'freshness' ? sayPart(subject) : subject)
}

function explain({ checkName, value, records, failing }: CheckResult): string {
  if (checkName === 'freshness') return value === null ? ' (never completed)' : ''
  if (checkName === 'answers') return ' (HubSpot does not answer it)'
  if (records === null || failing === null || failing === 0) return ''
  return ` (${formatCount(failing)} of ${formatCount(records)})`
}

function cellsOf({ checkName, value, bound, passed }: CheckResult): string[] {
  const verdict = passed === null ? UNKNOWN : passed ? 'ok' : 'FAILED'
  const sign = checkName === 'completeness' ? '≥' : '≤'
  const format = checkName === 'freshness' ? formatAge : formatPercent
  return [
    verdict,
    checkName,
    value === null ? UNKNOWN : format(value),
    bound === null ? UNKNOWN : `${sign} ${format(bound)}`,
  ]
}

/** Rounded; shows 0 % and 100 % only for the exact values. */
function formatPercent(percent: number): string {
  const rounded = percent.toFixed(1)
  if (rounded === '0.0' && percent > 0) return '<0.1%'
  if (rounded === '100.0' && percent < 100) return '>99.9%'
  return `${rounded.replace(/\.0$/, '')}%`
}

/** The overall result, and the command for the first failed check. */
export function describeNextStep(reports: readonly CheckReport[]): string[] {
  const failed = reports.filter(({ results }) => results.some(({ passed }) => passed === false))
  const [report] = failed
  const failure = report?.results.find(({ passed }) => passed === false)
  if (report === undefined || failure === undefined) return ['no check failed']
  const entities = failed.map(({ entity }) => visibleText(entity)).join(', ')
  return [`checks failed: ${entities}`, `next: ${styleText('cyan', nextStep(report, failure))}`]
}

function nextStep({ entity, table }: CheckReport, failure: CheckResult): string {
  const { checkName, subject, exampleId } = failure
  if (checkName === 'freshness' || subject === unlistedSubject) {
    return `hubgen sync ${visibleText(entity)}`
  }
  if (checkName === 'answers') return `hubgen explore ${visibleText(entity)}`
  if (checkName === 'fit') return `hubgen quarantine ${visibleText(entity)}`
  if (checkName === 'audit') return `hubgen verify ${visibleText(entity)} --values all`
  if (exampleId === null) return 'hubgen database'
  const { schema, name } = tableOf({ table: table })
  // The subject of these checks begins with table and column: `deal_contact: deal_id is deleted`.
  const isCompanion = checkName === 'links' || checkName === 'merges'
  const [, other = name, column = 'id'] = (isCompanion && /^(\S+): (\S+) /.exec(subject)) || []
  return `SELECT * FROM ${sqlTable(schema, other)} WHERE ${sqlIdentifier(column)} = ${exampleId};`
}
