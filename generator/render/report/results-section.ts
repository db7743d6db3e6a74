import { markdownCode, markdownText } from '../text/escape-markdown.ts'
import { renderTemplate } from '../text/template.ts'
import { type ChecklistFacts, listChecklist } from './production-checklist.ts'

/** The results of an entity, as `hubgen report` reads them from the database. */
export interface Results extends ChecklistFacts {
  readonly at: Date
  /** Null if there is no table. */
  readonly rows: {
    readonly live: number
    readonly deleted: number
    readonly estimated: boolean
  } | null
  readonly batchRows: number
  /** The newest successful full run; null if there is none. */
  readonly full: ResultRun | null
  /** Medians of some runs; null if there is none. */
  readonly incremental: {
    readonly runs: number
    readonly seconds: number
    readonly calls: number
  } | null
  readonly api: {
    readonly callsToday: number
    readonly daily: { readonly permitted: number; readonly remaining: number | null } | null
  }
  /** Sorted; the most incomplete column first. */
  readonly completeness: readonly {
    readonly column: string
    readonly percent: number
    /** Null if hubgen.config.ts sets none. */
    readonly threshold: number | null
  }[]
  /** Of the newest `hubgen check`: `completeness`, and the column or whatever else it is about. */
  readonly failedChecks: readonly { readonly checkName: string; readonly subject: string }[]
  readonly freshness: readonly { readonly part: string; readonly asOf: Date }[]
  /** Newest first. */
  readonly runs: readonly ResultRun[]
}

interface ResultRun {
  readonly startedAt: Date
  readonly mode: string
  readonly outcome: string
  readonly read: number
  readonly inserted: number
  readonly updated: number
  readonly deleted: number
  readonly calls: number
  readonly seconds: number | null
}

interface Figure {
  readonly name: string
  readonly value: string
}

const UNMEASURED_BEGIN = '<!-- hubgen report: nothing measured yet -->'
const MEASURED_BEGIN = '<!-- hubgen report: measured -->'
const END = '<!-- hubgen report: end -->'
const NOT_YET = 'not measured yet'
/** The others are counted. */
const NAMED_CHECKS = 5

/** The section with its marks; null renders the text for an entity that was never measured. */
export function renderResults(entity: string, results: Results | null): string {
  const text = renderTemplate('results.md', {
    entity,
    measuredAt:
      results === null ? 'Nothing was measured yet.' : `Measured on ${formatTime(results.at)}.`,
    performance: performanceOf(results),
    tests: testsOf(results),
    completeness: (results?.completeness ?? []).map(({ column, percent, threshold }) => ({
      name: markdownCode(column),
      value: formatPercent(percent),
      threshold: threshold === null ? 'none' : formatPercent(threshold),
    })),
    freshness: (results?.freshness ?? []).map(({ part, asOf }) => ({
      name: markdownCode(part),
      value: formatTime(asOf),
    })),
    runs: (results?.runs ?? []).map(runCells),
    checklist: listChecklist(entity, results),
  })
  return `${results === null ? UNMEASURED_BEGIN : MEASURED_BEGIN}\n\n${text}\n${END}\n`
}

/**
 * The document with another section of results, with or without marks of earlier measurements; null if it has no
 * such section.
 */
export function replaceResults(document: string, section: string): string | null {
  const place = findResults(document)
  if (place === null) return null
  return document.slice(0, place.begin) + section + document.slice(place.end)
}

/** The measured section of a document; null if it has none. */
export function measuredResults(document: string): string | null {
  const place = findResults(document)
  return place?.measured === true ? document.slice(place.begin, place.end) : null
}

/** Text from HubSpot is never a whole line, so it cannot pass for a mark. */
function findResults(document: string) {
  const lines = document.split(/(?<=\n)/)
  const isMark = (mark: string) => (line: string) => line.trimEnd() === mark
  const first = lines.findIndex(
    (line) => isMark(UNMEASURED_BEGIN)(line) || isMark(MEASURED_BEGIN)(line),
  )
  const last = lines.findIndex(isMark(END))
  if (first === -1 || last < first) return null
  const lengthOf = (count: number) => lines.slice(0, count).join('').length
  return {
    begin: lengthOf(first),
    end: lengthOf(last + 1),
    measured: isMark(MEASURED_BEGIN)(lines[first] ?? ''),
  }
}

function performanceOf(results: Results | null): readonly Figure[] {
  const { full = null, incremental = null, api, batchRows } = results ?? {}
  return [
    { name: 'Last full sync', value: describeFull(full) },
    {
      name: 'API calls of the last full sync',
      value:
        full === null
          ? NOT_YET
          : `${count(full.calls)}, ${perCall(full.read, full.calls)} records per call`,
    },
    {
      name: 'Incremental sync',
      value:
        incremental === null
          ? NOT_YET
          : `${seconds(incremental.seconds)} and ${plural(Math.round(incremental.calls), 'API call')}, the median of ${plural(incremental.runs, 'run')}`,
    },
    {
      name: 'Batch size',
      value:
        batchRows === undefined ? NOT_YET : `at most ${count(batchRows)} records per transaction`,
    },
    { name: 'API calls today', value: api === undefined ? NOT_YET : describeApi(api) },
  ]
}

function describeFull(full: ResultRun | null): string {
  if (full === null) return NOT_YET
  const { read, startedAt } = full
  const rate =
    full.seconds === null || full.seconds === 0
      ? ''
      : ` in ${seconds(full.seconds)}, ${count(Math.round(read / full.seconds))} records/s`
  return `${plural(read, 'record')}${rate}, on ${formatTime(startedAt)}`
}

function describeApi({ callsToday, daily }: Results['api']): string {
  const own = `${count(callsToday)} by hubgen for this entity`
  if (daily === null) return own
  const left = daily.remaining === null ? '' : `${count(daily.remaining)} of `
  return `${own}; the portal has ${left}${count(daily.permitted)}${left === '' ? ' per day' : ' left'}`
}

function testsOf(results: Results | null): readonly Figure[] {
  const { rows = null, audit = null, checks = null, drift = null, quarantine } = results ?? {}
  const kept = quarantine === undefined ? null : quarantine.values + quarantine.records
  return [
    { name: 'State according to `hubgen status`', value: describeState(results) },
    {
      name: 'Rows',
      value:
        rows === null
          ? NOT_YET
          : `${rows.estimated ? 'about ' : ''}${count(rows.live)} live, ${count(rows.deleted)} deleted`,
    },
    {
      name: 'Comparison with HubSpot by value and link',
      value: audit === null ? NOT_YET : describeAudit(audit),
    },
    {
      name: 'Quality checks (`hubgen check`)',
      value: checks === null ? NOT_YET : describeChecks(checks, results?.failedChecks ?? []),
    },
    {
      name: 'Values and records in the quarantine',
      value: kept === null ? NOT_YET : count(kept),
    },
    {
      name: 'Drift (`hubgen diff --database`)',
      value:
        drift === null
          ? NOT_YET
          : `${count(drift.grave)} in columns and files, ${count(drift.lesser)} in labels, on ${formatTime(drift.lookedAt)}`,
    },
  ]
}

function describeChecks(
  { passed, failed, unjudged, checkedAt }: NonNullable<Results['checks']>,
  failedChecks: Results['failedChecks'],
): string {
  const counts = `${count(passed)} passed, ${count(failed)} failed, ${count(unjudged)} not judged`
  const named = failedChecks
    .slice(0, NAMED_CHECKS)
    .map(({ checkName, subject }) => `${markdownText(checkName)} of ${markdownCode(subject)}`)
  const more = failedChecks.length - named.length
  const failures = [...named, ...(more > 0 ? [`${count(more)} more`] : [])].join(', ')
  return `${counts}, on ${formatTime(checkedAt)}${failures === '' ? '' : `; failed: ${failures}`}`
}

function describeState(results: Results | null): string {
  if (results === null) return NOT_YET
  const { state, problems } = results
  if (problems.length === 0) return `${state}, no problem`
  return `${state}; see ${problems.map((command) => markdownCode(`npx hubgen ${command}`)).join(', ')}`
}

function describeAudit({
  at,
  records,
  differing,
  unexplained,
}: NonNullable<Results['audit']>): string {
  const of = `${plural(records, 'record')} on ${formatTime(at)}`
  if (differing === 0 && unexplained.length === 0) return `${of}, all equal`
  const reason =
    unexplained.length === 0
      ? 'changes in HubSpot explain it'
      : `unexplained in ${unexplained.map(({ subject }) => markdownCode(subject)).join(', ')}`
  return `${of}, ${count(differing)} differed; ${reason}`
}

function runCells(run: ResultRun) {
  return {
    started: formatTime(run.startedAt),
    mode: markdownText(run.mode),
    outcome: markdownText(run.outcome),
    read: count(run.read),
    inserted: count(run.inserted),
    updated: count(run.updated),
    deleted: count(run.deleted),
    calls: count(run.calls),
    seconds: run.seconds === null ? '' : run.seconds.toFixed(1),
  }
}

/** To the minute: `2026-11-29 14:02 UTC`. */
function formatTime(time: Date): string {
  return `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

function seconds(value: number): string {
  return value < 120 ? `${value.toFixed(1)} s` : `${count(Math.round(value / 60))} min`
}

function count(value: number): string {
  return value.toLocaleString('en-US')
}

function plural(value: number, thing: string): string {
  return `${count(value)} ${thing}${value === 1 ? '' : 's'}`
}

function perCall(records: number, calls: number): string {
  return calls === 0 ? '0' : (records / calls).toFixed(1)
}

/** Rounded; 100 % only if every record has a value. */
function formatPercent(percent: number): string {
  const rounded = percent.toFixed(1).replace(/\.0$/, '')
  return rounded === '100' && percent < 100 ? '>99.9 %' : `${rounded} %`
}
