import { styleText } from 'node:util'
import { countOf } from '../../../runtime/words/numbers-as-text.ts'
import { visibleText } from '../../render/text/escape-text.ts'
import type { Check, Finding, FindingState, Section } from './finding.ts'

const words: Readonly<Record<FindingState, string>> = {
  ok: 'ok',
  warning: 'warn',
  failed: 'FAIL',
  skipped: 'skip',
}
const colours = { ok: 'green', warning: 'yellow', failed: 'red', skipped: 'dim' } as const
/** Two spaces, the longest state, two spaces. */
const indent = ' '.repeat(8)

/**
 * The lines of one section. Findings that several entities share, and the reason for several skipped checks,
 * appear once. Empty if nothing was found.
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

/** Groups equal findings, in the order of their first occurrence. */
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

/**
 * The fix without the entity's name, so that `hubgen sync deals` and `hubgen sync tickets` compare as equal.
 */
function nameless({ fix, entity }: Finding): string | null {
  return entity === null ? fix : (fix?.replaceAll(` ${entity}\``, '\0`') ?? null)
}

function describeGroup({ first, entities, checks }: Group): readonly string[] {
  const { state, found, at, entity } = first
  const names = [...entities].join(', ')
  const what = state === 'skipped' ? [...checks].map((check) => checkWords[check]).join(', ') : ''
  const subject = [names, what].filter((part) => part !== '').join(': ')
  const line = visibleText(subject === '' ? found : `${subject}: ${found}`)
  const fix =
    entity === null ? first.fix : nameless(first)?.replaceAll('\0', ` ${[...entities].join(' ')}`)
  return [
    `  ${styleText(colours[state], words[state].padEnd(4))}  ${line}`,
    ...(at === null ? [] : [`${indent}at   ${visibleText(at)}`]),
    ...(fix == null ? [] : [`${indent}fix: ${visibleText(fix)}`]),
  ]
}

/** Counts of the findings by state. */
export interface Summary extends Readonly<Record<FindingState, number>> {
  /** API calls that doctor made. */
  readonly calls: number
  /** The next command to type. */
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

/**
 * The fix of the first failure, otherwise of the first warning that is a command; after a manual fix, doctor
 * again.
 */
function nextCommand(findings: readonly Finding[]): string {
  const failed = findings.find(({ state }) => state === 'failed')
  if (failed !== undefined) return commandIn(failed) ?? 'hubgen doctor'
  if (findings.some(({ check }) => check === 'portals_file')) return 'hubgen doctor --portals all'
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
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
  ]
  const manual = /^hubgen doctor(?! --portals)/.test(next)
    ? ', once the first problem is fixed'
    : ''
  return [
    `${counts.join(', ')}; ${countOf(calls, 'API call')}, nothing was changed`,
    `next: ${styleText('cyan', next)}${manual}`,
  ]
}

/** Names of the checks, for the list of skipped ones. */
const checkWords: Readonly<Record<Check, string>> = {
  node: 'Node version',
  disk: 'disk space',
  logs: 'log folder',
  environment: '.env',
  hubspot_settings: 'HubSpot settings',
  proxy: 'proxy',
  certificates: 'certificates',
  database_settings: 'database settings',
  config: 'configuration',
  alerts: 'alerts',
  portals_file: 'portals',
  portal_secrets: 'secrets',
  portal_databases: 'databases',
  queue: 'queue',
  queue_schedules: 'schedules',
  queue_workers: 'workers',
  queue_portals: 'portals that need a person',
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
  users: 'users, roles and teams',
  database: 'database',
  server: 'Postgres version',
  encryption: 'TLS',
  pooler: 'pooler',
  database_clock: 'clock',
  rights: 'rights',
  migrations: 'migrations',
  state_tables: "hubgen's own tables",
  table: 'columns',
  companion_tables: 'indexes, labels, views',
  table_portal: 'portal of the rows',
  compat_views: 'views for other tools',
  copy: 'last sync, age of the copy',
}
