import { styleText } from 'node:util'
import type {
  CopyState,
  CopyStatus,
  EntityStatus,
  RunningRun,
  UnansweredSince,
} from '../../../runtime/monitoring/copy-status.ts'
import { describeDoubt, isDoubt } from '../../../runtime/monitoring/describe-doubt.ts'
import { describeState } from '../../../runtime/monitoring/describe-state.ts'
import { isBraked, type Problem } from '../../../runtime/monitoring/find-problems.ts'
import { alignColumns } from '../../../runtime/words/align-columns.ts'
import { nameUnanswered } from '../../../runtime/words/name-unanswered.ts'
import {
  countOf,
  formatAge,
  formatCount,
  formatDuration,
} from '../../../runtime/words/numbers-as-text.ts'
import { visibleText } from '../../render/text/escape-text.ts'

const BAR_COLUMNS = 20
/** Number of problems described in full; the table shows the others. */
const SHOWN_PROBLEMS = 5
const INDENT = '  '
const UNKNOWN = '-'

const HEADER = ['entity', 'state', 'rows', 'synced', 'fresh', 'quarantine', 'drift', 'checks']
const STATE_COLUMN = 1

/** The state of the copy for a terminal, in lines. */
export function describeStatus(
  status: CopyStatus,
  problems: readonly Problem[],
  missing: readonly string[] = [],
): string[] {
  return [
    ...describeTable(status),
    '',
    visibleText(describeApi(status)),
    ...describeMissing(missing),
    ...(problems.length === 0 && missing.length > 0
      ? [describeNext(`explore ${missing.join(' ')}`)]
      : describeProblems(status, problems)),
  ]
}

/** One line per entity, followed by the progress of its run. */
function describeTable({ entities, at }: CopyStatus): string[] {
  const cells = [HEADER, ...entities.map((entity) => cellsOf(entity, at))]
  const [header = '', ...lines] = alignNames(cells)
  return [
    styleText('bold', header),
    ...entities.flatMap(({ state, running }, index) => [
      colourState(lines[index] ?? '', state),
      ...(running === null ? [] : indentRunning(running, at)),
    ]),
  ]
}

/** A longer name moves only its own line. */
const MOST_ALIGNED = 20

function alignNames(lines: readonly (readonly string[])[]): string[] {
  const longest = Math.max(...lines.map(([name = '']) => name.length))
  const columns = Math.min(longest, MOST_ALIGNED)
  const rest = alignColumns(
    lines.map(([, ...cells]) => cells),
    (column) => column >= STATE_COLUMN,
  )
  return lines.map(([name = ''], index) => `${name.padEnd(columns)}  ${rest[index] ?? ''}`)
}

function cellsOf(status: EntityStatus, at: Date): string[] {
  const { entity, state, rows, lastSuccess, freshness, quarantine, drift, checks } = status
  const shown = rows === null ? UNKNOWN : formatCount(rows.live)
  return [
    visibleText(entity),
    describeState(state),
    rows?.estimated === true ? `~${shown}` : shown,
    lastSuccess === null
      ? UNKNOWN
      : ageBetween(lastSuccess.finishedAt ?? lastSuccess.startedAt, at),
    freshness?.ageSeconds == null ? UNKNOWN : formatAge(freshness.ageSeconds),
    formatCount(quarantine.values + quarantine.records),
    drift === null ? UNKNOWN : formatCount(drift.grave + drift.lesser),
    checks === null ? UNKNOWN : checks.failed === 0 ? 'ok' : `${formatCount(checks.failed)} bad`,
  ]
}

const stateColours = {
  never: 'yellow',
  running: 'cyan',
  ok: 'green',
  stale: 'yellow',
  failed: 'red',
  interrupted: 'red',
} as const satisfies Record<CopyState, string>

/** Runs after alignment, because colour codes have no width. */
function colourState(line: string, state: CopyState): string {
  const word = describeState(state)
  return line.replace(` ${word} `, ` ${styleText(stateColours[state], word)} `)
}

function indentRunning(running: RunningRun, at: Date): string[] {
  return describeRunning(running, at).map((text) => INDENT + visibleText(text))
}

function describeRunning(running: RunningRun, at: Date): string[] {
  const { id, mode, holder, startedAt, cancelRequestedAt, progress } = running
  const lines = [`run ${id} (${mode}) of ${holder}, for ${ageBetween(startedAt, at)}`]
  if (progress !== null) {
    const { pass, read, total, recordsPerSecond: pace, secondsLeft, waiting } = progress
    const share = total === null || total === 0 ? null : Math.min(1, read / total)
    const of = total === null ? '' : `/${formatCount(total)}`
    const figures = [
      ...(share === null ? [] : [`${bar(share)} ${Math.floor(share * 100)}%`]),
      `${pass}: ${formatCount(read)}${of} read`,
      ...(pace === null ? [] : [`${formatCount(pace)}/s`]),
      ...(secondsLeft === null ? [] : [`${formatDuration(secondsLeft)} left`]),
    ]
    lines.push(figures.join(', '))
    if (waiting !== null) lines.push(`waiting: ${waiting}`)
  }
  if (cancelRequestedAt !== null) lines.push('cancellation was requested')
  return lines
}

function bar(share: number): string {
  const full = Math.round(share * BAR_COLUMNS)
  return '█'.repeat(full) + '░'.repeat(BAR_COLUMNS - full)
}

function describeApi({ api, at }: CopyStatus): string {
  const { callsToday, timeZone, daily } = api
  const own = `API today (${timeZone}): ${countOf(callsToday, 'call')} by hubgen`
  if (daily === null) return own
  const { permitted, remaining, reportedAt } = daily
  if (remaining === null) return `${own}; the limit is ${formatCount(permitted)} a day`
  const source = `reported by HubSpot ${ageBetween(reportedAt, at)} ago`
  return `${own}; ${formatCount(remaining)} of ${formatCount(permitted)} left, ${source}`
}

function describeProblems(status: CopyStatus, problems: readonly Problem[]): string[] {
  const [worst] = problems
  if (worst === undefined) return ['all is well']
  const never = problems.filter(({ kind }) => kind === 'never')
  const others = problems.filter(isShown)
  const shown = others.slice(0, SHOWN_PROBLEMS)
  const more = others.length - shown.length
  const all = never.length > 1 && never.length === status.entities.length
  const command = all && worst.kind === 'never' ? `sync ${nameAll(never)}` : worst.command
  return [
    ...shown.map((problem) => visibleText(describeProblem(status, problem))),
    ...(more > 0 ? [`and ${countOf(more, 'more problem')}`] : []),
    ...(never.length > 0
      ? [visibleText(`nothing was synced yet: ${never.map(entityOf).join(', ')}`)]
      : []),
    describeNext(command),
  ]
}

function describeMissing(missing: readonly string[]): string[] {
  if (missing.length === 0) return []
  return [visibleText(`in hubgen.config.ts, but not generated: ${missing.join(', ')}`)]
}

function describeNext(command: string): string {
  return `next: ${styleText('cyan', `hubgen ${command}`)}`
}

function nameAll(problems: readonly Problem[]): string {
  return problems.length > 3 ? '--all' : problems.map(entityOf).join(' ')
}

function entityOf({ entity }: Problem): string {
  return entity
}

/** Entities that were never synced are listed together, not one by one. */
type ShownProblem = Problem & { readonly kind: Exclude<Problem['kind'], 'never'> }

function isShown(problem: Problem): problem is ShownProblem {
  return problem.kind !== 'never'
}

function describeProblem(status: CopyStatus, { kind, entity }: ShownProblem): string {
  const found = status.entities.find((one) => one.entity === entity)
  const { lastSync = null, freshness = null, checks = null, unanswered = [] } = found ?? {}
  const drift = found === undefined ? status.sharedDrift : found.drift
  if (isDoubt(kind)) {
    const doubt = found === undefined ? '' : describeDoubt(kind, found, status.at)
    return `${entity}: ${visibleText(doubt)}`
  }
  switch (kind) {
    case 'failed':
      return (
        `${entity}: the last sync failed: ${lastSync?.error ?? 'no reason was recorded'}` +
        (isBraked(lastSync) ? '. Check them in HubSpot before you allow the deletes' : '')
      )
    case 'interrupted':
      return `${entity}: the last sync was interrupted; the next one resumes it`
    case 'not_answered':
      return `${entity}: ${describeUnanswered(unanswered, status.at)}`
    case 'stale':
      return `${entity}: the copy is too old: it shows HubSpot as it was ${formatAge(freshness?.ageSeconds ?? 0)} ago`
    case 'grave_drift':
      return `${entity}: ${countOf(drift?.grave ?? 0, 'difference')} in columns or files, according to the last diff`
    case 'failed_checks':
      return `${entity}: ${countOf(checks?.failed ?? 0, 'check')} failed`
  }
}

/** `HubSpot has not answered `amount` for 3 h: the table keeps old values`. */
function describeUnanswered(unanswered: readonly UnansweredSince[], at: Date): string {
  const names = nameUnanswered(
    unanswered.map(({ property, part }) => ({ property: visibleText(property), part })),
  )
  const first = new Date(Math.min(...unanswered.map(({ since }) => since.getTime())))
  return `HubSpot has not answered ${names} for ${ageBetween(first, at)}: the table keeps old values`
}

function ageBetween(from: Date, until: Date): string {
  return formatAge((until.getTime() - from.getTime()) / 1000)
}
