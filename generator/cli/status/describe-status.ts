import { styleText } from 'node:util'
import type {
  CopyState,
  CopyStatus,
  EntityStatus,
  RunningRun,
} from '../../../runtime/monitoring/copy-status.ts'
import { findRounds, type Round } from '../../../runtime/monitoring/find-rounds.ts'
import { describeState } from '../../../runtime/monitoring/verdict/describe-state.ts'
import type { Verdict } from '../../../runtime/monitoring/verdict/describe-verdict.ts'
import type { Cause } from '../../../runtime/monitoring/verdict/find-causes.ts'
import { sayPass } from '../../../runtime/sync/plain-words.ts'
import { alignColumns } from '../../../runtime/words/align-columns.ts'
import { describeInterval } from '../../../runtime/words/describe-interval.ts'
import { listSome } from '../../../runtime/words/name-some.ts'
import {
  countOf,
  formatAge,
  formatCount,
  formatDuration,
} from '../../../runtime/words/numbers-as-text.ts'
import { visibleText } from '../../render/text/escape-text.ts'

const BAR_COLUMNS = 20
/** Number of causes described in full; the table shows the others. */
const SHOWN_CAUSES = 5
const INDENT = '  '
const UNKNOWN = '-'

const HEADER = ['entity', 'state', 'rows', 'synced', 'fresh', 'quarantine', 'drift', 'checks']
const STATE_COLUMN = 1

/** Names beyond those of the status. */
interface NotShown {
  /** In the configuration, but not generated. */
  readonly missing: readonly string[]
  /** Generated, but not part of `--all`. */
  readonly unlisted: readonly string[]
}

/** The state of the copy for a terminal, in lines. */
export function describeStatus(
  status: CopyStatus,
  { causes }: Verdict,
  { missing, unlisted }: NotShown = { missing: [], unlisted: [] },
): string[] {
  const isUntouched = status.totals.states.never === status.entities.length
  return [
    ...describeTable(status),
    '',
    visibleText(describeApi(status)),
    ...findRounds(status).map((round) => visibleText(describeRound(round, status))),
    ...describeMissing(missing),
    ...describeUnlisted(unlisted),
    ...(causes.length === 0 && missing.length > 0
      ? [describeNext(`explore ${missing.join(' ')}`)]
      : describeCauses(causes, isUntouched)),
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
      `${sayPass(pass)}: ${formatCount(read)}${of} read`,
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

/** `next round: in 4 min (every 15 min, on etl-1)`. */
function describeRound(round: Round, { at, entities }: CopyStatus): string {
  const { isActive, missed, nextAt, source, everySeconds, machine, quietUntil } = round
  const wait = (nextAt.getTime() - at.getTime()) / 1000
  const due = wait > 0 ? `in ${formatAge(wait)}` : 'due now'
  const when = isActive ? 'active' : missed > 0 ? `${countOf(missed, 'round')} missed` : due
  const every = describeInterval(everySeconds, source === 'runs' ? 'about' : 'exact')
  const where = machine === null ? '' : `, on ${machine}`
  const of = round.entities.length === entities.length ? '' : ` of ${listSome(round.entities)}`
  const traceIn = quietUntil === null ? 0 : (quietUntil.getTime() - at.getTime()) / 1000
  const quiet =
    traceIn > 0 && !isActive
      ? `; rounds without news write nothing here, for ${formatAge(traceIn)} at most`
      : ''
  return `next round${of}: ${when} (${every}${where})${quiet}`
}

function describeCauses(causes: readonly Cause[], isUntouched: boolean): string[] {
  const [worst] = causes
  if (worst === undefined) return ['all is well']
  const never = causes.filter(({ kind }) => kind === 'never')
  const others = causes.filter(({ kind }) => kind !== 'never')
  const shown = others.slice(0, SHOWN_CAUSES)
  const more = others.length - shown.length
  const nothing = isUntouched ? 'nothing was synced yet' : 'never synced'
  return [
    ...shown.map(({ entities, sentence }) =>
      visibleText(`${listSome(entities)}: ${visibleText(sentence)}`),
    ),
    ...(more > 0 ? [`and ${countOf(more, 'more problem')}`] : []),
    ...never.map(({ entities }) => visibleText(`${nothing}: ${entities.join(', ')}`)),
    describeNext(worst.command),
  ]
}

function describeMissing(missing: readonly string[]): string[] {
  if (missing.length === 0) return []
  return [visibleText(`in hubgen.config.ts, but not generated: ${missing.join(', ')}`)]
}

function describeUnlisted(unlisted: readonly string[]): string[] {
  if (unlisted.length === 0) return []
  const names = visibleText(unlisted.join(', '))
  return [
    `not part of --all: ${names}; their tables stay as they are, and \`hubgen sync\` reads them by name`,
  ]
}

function describeNext(command: string): string {
  return `next: ${styleText('cyan', `hubgen ${command}`)}`
}

function ageBetween(from: Date, until: Date): string {
  return formatAge((until.getTime() - from.getTime()) / 1000)
}
