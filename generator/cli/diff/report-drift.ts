import { styleText } from 'node:util'
import type { RefusedEntity } from '../../explore/find-entities.ts'
import { type Drift, remedyOf } from '../../model/drift.ts'
import { renderDriftMarkdown } from '../../project/drift/drift-markdown.ts'
import { renderDriftTable } from '../../project/drift/drift-table.ts'
import { countDrift, driftRecord, groupDrift } from '../../project/drift/drift-words.ts'
import type { DriftReport } from '../../project/find-drift.ts'
import { visibleText } from '../../render/text/escape-text.ts'

export type DriftFormat = 'table' | 'json' | 'markdown'

/** The compared entities and the differences. */
export interface DriftFindings {
  readonly drifts: readonly Drift[]
  readonly entities: readonly string[]
  /** The saved answer that was compared instead of HubSpot; null if HubSpot was asked. */
  readonly from: string | null
  /** Description of the compared database; null if none was compared. */
  readonly database: string | null
  readonly unseen: readonly RefusedEntity[]
  readonly unreadable: DriftReport['unreadable']
  readonly notes: readonly string[]
  /** With `--commit`: the commit's short name; null if there was nothing to commit. */
  readonly commit?: string | null
}

/** The complete output of the command, except for the next commands. */
export function describeFindings(findings: DriftFindings, format: DriftFormat): string {
  if (format === 'json') return `${JSON.stringify(findingsRecord(findings), null, 2)}\n`
  if (format === 'markdown') return renderDriftMarkdown(findings.drifts, findings.unseen)
  return describeTable(findings).join('\n')
}

function findingsRecord(findings: DriftFindings): object {
  const { drifts, entities, from, database, unseen, unreadable, notes, commit } = findings
  const drift = groupDrift(drifts).flatMap(([, members]) => members.map(driftRecord))
  return {
    compared: { entities, ...(from !== null && { from }), database },
    drift,
    unseen,
    unreadable,
    notes,
    commit,
  }
}

function describeTable(findings: DriftFindings): readonly string[] {
  const { drifts, entities, from, database, unseen, notes } = findings
  const compared = [
    from === null ? 'HubSpot' : 'the saved answer',
    'the analyses',
    'the generated files',
  ]
  if (database !== null) compared.push(`the tables in ${database}`)
  const subject = entities.length === 1 ? (entities[0] ?? '') : `${entities.length} entities`
  const sum =
    drifts.length === 0
      ? entities.length === 0
        ? 'only resources were explored: `hubgen generate --all --check` compares their files'
        : `no drift: for ${subject}, ${compared.slice(0, -1).join(', ')} and ${compared.at(-1)} agree`
      : `${countDrift(drifts)} in ${subject}`
  return [
    ...renderDriftTable(drifts),
    ...unseen.map(({ entity, reason }) => visibleText(`could not look at ${entity}: ${reason}`)),
    ...notes.map(visibleText),
    ...(drifts.length === 0 ? [] : ['']),
    visibleText(sum),
  ]
}

/** In the order of their use: each needs the result of the one before. */
const REMEDIES = [
  ['explore', 'named'],
  ['generate', 'named'],
  ['migrate', 'alone'],
  ['sync', 'named'],
] as const

/** The commands that resolve the drift, in order; drift that only a person can resolve has none. */
export function settlingCommands(
  drifts: readonly Drift[],
  names: readonly string[],
  directory: string,
  from?: string,
): readonly string[] {
  // Object types that HubSpot no longer has cannot be explored.
  const gone = drifts.filter(({ kind }) => kind === 'object_type_missing')
  const lost = new Set(gone.map(({ entity }) => entity))
  const live = names.filter((name) => !lost.has(name))
  const remedies = new Set(drifts.map(remedyOf))
  const which = live.length > 3 && lost.size === 0 ? '--all' : live.join(' ')
  const option = directory === 'generated' ? '' : ` -d ${directory}`
  const commands: string[] = []
  const first = REMEDIES.findIndex(([remedy]) => remedies.has(remedy))
  const isSynced = remedies.has('sync')
  for (const [remedy, follows] of first === -1 ? [] : REMEDIES.slice(first)) {
    if (remedy === 'sync' && !isSynced) continue
    const file = remedy === 'explore' && from !== undefined ? ` --from ${from}` : ''
    commands.push(`hubgen ${remedy}${follows === 'named' ? ` ${which}` : ''}${file}${option}`)
  }
  return commands
}

/** `next: a && b`, one command per line. */
export function describeNext(commands: readonly string[]): string {
  return commands
    .map((command, index) => `${index === 0 ? 'next:' : '     '} ${styleText('cyan', command)}`)
    .join('\n')
}
