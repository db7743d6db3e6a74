import { styleText } from 'node:util'
import { countOf } from '../../../runtime/words/numbers-as-text.ts'
import { wrapWords } from '../../render/text/align-text.ts'
import type { Check, Finding, FindingState, Section } from './finding.ts'

/** A terminal that nobody made wider. */
const terminalColumns = 80
const words: Readonly<Record<FindingState, string>> = {
  ok: 'ok',
  warning: 'warn',
  failed: 'FAIL',
  skipped: 'skip',
}
const colours = { ok: 'green', warning: 'yellow', failed: 'red', skipped: 'dim' } as const
/** Two blanks, the longest word, two blanks. */
const indent = ' '.repeat(8)

/**
 * One part of the report; what is the same for several entities is said once, and so is why several checks
 * were left out. Empty where nothing was found.
 */
export function describeSection({ title, findings }: Section): readonly string[] {
  if (findings.length === 0) return []
  return [styleText('bold', title), ...gather(findings).flatMap(describeGroup), '']
}

interface Group {
  readonly first: Finding
  readonly entities: Set<string>
  readonly checks: Set<Check>
}

/** In the order of the first of each. */
function gather(findings: readonly Finding[]): readonly Group[] {
  const groups = new Map<string, Group>()
  for (const finding of findings) {
    const { entity, check, ...same } = finding
    const fix = nameless(finding)
    const key = JSON.stringify({ ...same, fix, ...(finding.state !== 'skipped' && { check }) })
    const group = groups.get(key) ?? { first: finding, entities: new Set(), checks: new Set() }
    groups.set(key, group)
    if (entity !== null) group.entities.add(entity)
    group.checks.add(check)
  }
  return [...groups.values()]
}

/** `hubgen sync deals` and `hubgen sync tickets` are the same remedy. */
function nameless({ fix, entity }: Finding): string | null {
  return entity === null ? fix : (fix?.replaceAll(` ${entity}\``, '\0`') ?? null)
}

function describeGroup({ first, entities, checks }: Group): readonly string[] {
  const { state, found, at, entity } = first
  const names = [...entities].join(', ')
  const what = state === 'skipped' ? [...checks].map((check) => checkWords[check]).join(', ') : ''
  const subject = [names, what].filter((part) => part !== '').join(': ')
  const [line = '', ...more] = wrapped(subject === '' ? found : `${subject}: ${found}`, indent)
  const fix =
    entity === null ? first.fix : nameless(first)?.replaceAll('\0', ` ${[...entities].join(' ')}`)
  return [
    `  ${styleText(colours[state], words[state].padEnd(4))}  ${line.slice(indent.length)}`,
    ...more,
    ...(at === null ? [] : labelled('at   ', at)),
    ...(fix == null ? [] : labelled('fix: ', fix)),
  ]
}

function labelled(label: string, text: string): readonly string[] {
  const [first = '', ...more] = wrapped(text, indent + ' '.repeat(label.length))
  return [`${indent}${label}${first.trimStart()}`, ...more]
}

function wrapped(text: string, margin: string): string[] {
  return wrapWords(text, terminalColumns - margin.length).map((line) => margin + line)
}

/** How it all came out. */
export interface Summary extends Readonly<Record<FindingState, number>> {
  /** API calls that were made for it. */
  readonly calls: number
  /** What to type next. */
  readonly next: string
}

export function sumUp(findings: readonly Finding[], calls: number): Summary {
  const count = (state: FindingState) => findings.filter((one) => one.state === state).length
  return {
    ok: count('ok'),
    warning: count('warning'),
    failed: count('failed'),
    skipped: count('skipped'),
    calls,
    next: nextCommand(findings),
  }
}

/** Where something failed, its remedy; else the first one that is a command. Mending by hand ends in looking again. */
function nextCommand(findings: readonly Finding[]): string {
  const failed = findings.find(({ state }) => state === 'failed')
  if (failed !== undefined) return commandIn(failed) ?? 'hubgen doctor'
  const warnings = findings.filter(({ state }) => state === 'warning')
  if (warnings.length === 0) return 'hubgen status'
  return warnings.flatMap((one) => commandIn(one) ?? [])[0] ?? 'hubgen doctor'
}

function commandIn({ fix }: Finding): string | undefined {
  return /^(?:run )?`(hubgen [^`]+)`/.exec(fix ?? '')?.[1]
}

export function describeSummary(summary: Summary): readonly string[] {
  const { ok, warning, failed, skipped, calls, next } = summary
  const counts = [
    `${ok} ok`,
    ...(warning > 0 ? [countOf(warning, 'warning')] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(skipped > 0 ? [`${skipped} not looked at`] : []),
  ]
  const mend = next.startsWith('hubgen doctor') ? 'mend the first of them, then ' : ''
  return [
    `${counts.join(', ')}; ${countOf(calls, 'API call')}, nothing was changed`,
    `next: ${mend}${styleText('cyan', next)}`,
  ]
}

/** What the checks are about, for a list of those that were left out. */
const checkWords: Readonly<Record<Check, string>> = {
  node: 'version of Node',
  disk: 'space on disk',
  logs: 'folder of logs',
  environment: '.env',
  hubspot_settings: 'settings of HubSpot',
  database_settings: 'settings of the database',
  config: 'configuration',
  token: 'token',
  daily_limit: 'daily limit',
  hubspot_clock: 'clock',
  package: 'module type',
  generated: 'entities',
  files: 'files',
  modules: 'modules',
  portal: 'portal',
  records: 'scope, records',
  companion_records: 'links, pipelines',
  owners: 'owners',
  database: 'database',
  server: 'version of Postgres',
  encryption: 'TLS',
  pooler: 'pooler',
  database_clock: 'clock',
  rights: 'rights',
  migrations: 'migrations',
  state_tables: "hubgen's own tables",
  table: 'columns',
  companion_tables: 'indexes, labels, views',
  table_portal: 'portal of the rows',
  copy: 'last sync, age of the copy',
}
