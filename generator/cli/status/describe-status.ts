import { styleText } from 'node:util'
import type {
  CopyState,
  CopyStatus,
  EntityStatus,
  RunningRun,
  UnansweredSince,
} from '../../../runtime/monitoring/copy-status.ts'
import { describeDoubt, isDoubt } from '../../../runtime/monitoring/describe-doubt.ts'
import { isBraked, type Problem } from '../../../runtime/monitoring/find-problems.ts'
import { alignColumns } from '../../../runtime/words/align-columns.ts'
import { nameSome } from '../../../runtime/words/name-some.ts'
import {
  countOf,
  formatAge,
  formatCount,
  formatDuration,
} from '../../../runtime/words/numbers-as-text.ts'
import { wrapWords } from '../../render/text/align-text.ts'
import { visibleText } from '../../render/text/escape-text.ts'

/** A terminal that nobody made wider. */
const TERMINAL_COLUMNS = 80
/** However wide the figures are, so much of a name is shown. */
const LEAST_NAME_COLUMNS = 8
const BAR_COLUMNS = 20
/** N problems are told in full; the table has the others. */
const TOLD_PROBLEMS = 5
const INDENT = '  '
const UNKNOWN = '-'

const HEADER = ['entity', 'state', 'rows', 'synced', 'fresh', 'quarantine', 'drift', 'checks']
const STATE_COLUMN = 1

/** The state of the copy for a terminal, no line wider than 80 columns. */
export function describeStatus(status: CopyStatus, problems: readonly Problem[]): string[] {
  return [
    ...describeTable(status),
    '',
    ...wrapWords(describeApi(status), TERMINAL_COLUMNS),
    ...describeProblems(status, problems),
  ]
}

/** A line an entity; below it how far its run is. */
function describeTable({ entities, at }: CopyStatus): string[] {
  const cells = [HEADER, ...entities.map((entity) => cellsOf(entity, at))]
  const [header = '', ...lines] = alignColumns(fitNames(cells), (column) => column > STATE_COLUMN)
  return [
    styleText('bold', header),
    ...entities.flatMap(({ state, running }, index) => [
      colourState(lines[index] ?? '', state),
      ...(running === null ? [] : wrapRunning(running, at)),
    ]),
  ]
}

function cellsOf(status: EntityStatus, at: Date): string[] {
  const { entity, state, rows, lastSuccess, freshness, quarantine, drift, checks } = status
  const shown = rows === null ? UNKNOWN : formatCount(rows.live)
  return [
    visibleText(entity),
    state,
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

/** Names have what the figures leave. */
function fitNames(lines: readonly (readonly string[])[]): string[][] {
  const figures = alignColumns(
    lines.map(([_, ...rest]) => rest),
    () => true,
  )
  const widest = Math.max(...figures.map(({ length }) => length))
  const columns = Math.max(LEAST_NAME_COLUMNS, TERMINAL_COLUMNS - 2 - widest)
  return lines.map(([name = '', ...rest]) => [
    name.length > columns ? `${name.slice(0, columns - 1)}…` : name,
    ...rest,
  ])
}

const stateColours = {
  never: 'yellow',
  running: 'cyan',
  ok: 'green',
  stale: 'yellow',
  failed: 'red',
  interrupted: 'red',
} as const satisfies Record<CopyState, string>

/** The line is aligned already: colours have no width. */
function colourState(line: string, state: CopyState): string {
  return line.replace(` ${state} `, ` ${styleText(stateColours[state], state)} `)
}

function wrapRunning(running: RunningRun, at: Date): string[] {
  return describeRunning(running, at).flatMap((text) =>
    wrapWords(text, TERMINAL_COLUMNS - INDENT.length).map((line) => INDENT + line),
  )
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
    if (waiting !== null) lines.push(`waits: ${waiting}`)
  }
  if (cancelRequestedAt !== null) lines.push('somebody asked for it to end')
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
  const { permitted, remaining, toldAt } = daily
  if (remaining === null) return `${own}; the limit is ${formatCount(permitted)} a day`
  const told = `reported by HubSpot ${ageBetween(toldAt, at)} ago`
  return `${own}; ${formatCount(remaining)} of ${formatCount(permitted)} left, ${told}`
}

function describeProblems(status: CopyStatus, problems: readonly Problem[]): string[] {
  const [worst] = problems
  if (worst === undefined) return ['all is well']
  const never = problems.filter(({ kind }) => kind === 'never')
  const others = problems.filter(isTold)
  const told = others.slice(0, TOLD_PROBLEMS)
  const more = others.length - told.length
  const all = never.length > 1 && never.length === status.entities.length
  const command = all && worst.kind === 'never' ? `sync ${nameAll(never)}` : worst.command
  return [
    ...told.flatMap((problem) => wrapWords(describeProblem(status, problem), TERMINAL_COLUMNS)),
    ...(more > 0 ? [`and ${countOf(more, 'more problem')}`] : []),
    ...(never.length > 0
      ? wrapWords(`nothing was synced yet: ${never.map(entityOf).join(', ')}`, TERMINAL_COLUMNS)
      : []),
    `next: ${styleText('cyan', `hubgen ${command}`)}`,
  ]
}

function nameAll(problems: readonly Problem[]): string {
  return problems.length > 3 ? '--all' : problems.map(entityOf).join(' ')
}

function entityOf({ entity }: Problem): string {
  return entity
}

/** What was never synced is told together. */
type Told = Problem & { readonly kind: Exclude<Problem['kind'], 'never'> }

function isTold(problem: Problem): problem is Told {
  return problem.kind !== 'never'
}

function describeProblem(status: CopyStatus, { kind, entity }: Told): string {
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
        `${entity}: the last sync failed: ${lastSync?.error ?? 'it gave no reason'}` +
        (isBraked(lastSync) ? '. Look at them in HubSpot before you allow it' : '')
      )
    case 'interrupted':
      return `${entity}: the last sync ended before it was done; the next one goes on from there`
    case 'not_answered':
      return `${entity}: ${describeUnanswered(unanswered, status.at)}`
    case 'stale':
      return `${entity}: the copy is too old: it is as HubSpot was ${formatAge(freshness?.ageSeconds ?? 0)} ago`
    case 'grave_drift':
      return `${entity}: ${countOf(drift?.grave ?? 0, 'difference')} in columns or files, by the last diff`
    case 'failed_checks':
      return `${entity}: ${countOf(checks?.failed ?? 0, 'check')} failed`
  }
}

/** `HubSpot does not answer `amount` since 3 h; what the table has of it is as it was then`. */
function describeUnanswered(unanswered: readonly UnansweredSince[], at: Date): string {
  const names = nameSome(unanswered.map(({ property }) => visibleText(property)))
  const first = new Date(Math.min(...unanswered.map(({ since }) => since.getTime())))
  return `HubSpot does not answer ${names}, for ${ageBetween(first, at)}: old values stand in the table`
}

function ageBetween(from: Date, until: Date): string {
  return formatAge((until.getTime() - from.getTime()) / 1000)
}
