import { styleText } from 'node:util'
import {
  listQuarantine,
  type QuarantineExample,
  type QuarantineGroup,
} from '../../../runtime/postgres/load/quarantine.ts'
import { findResource } from '../../../runtime/resources/resources.ts'
import { sayReason } from '../../../runtime/sync/plain-words.ts'
import { print } from '../../../runtime/terminal/print.ts'
import { countOf, formatCount } from '../../../runtime/words/numbers-as-text.ts'
import { spellOutInvisible, visibleJson, visibleText } from '../../render/text/escape-text.ts'
import { openSettingsDatabase } from '../open-database.ts'

export interface QuarantineView {
  /** Null: every entity with something in the quarantine. */
  readonly entities: readonly string[] | null
  readonly property: string | undefined
  /** Number of values to show per group. */
  readonly values: number
  readonly format: 'json' | 'text'
}

/** Number of record ids to show per group. */
const namedRecords = 3
/** Longer values are cut. */
const shownCharacters = 200

/** Prints the contents of the quarantine and the next commands. */
export async function printQuarantine(view: QuarantineView): Promise<void> {
  const { entities, property, values, format } = view
  const say = (line: string) => {
    if (format === 'text') print(line)
  }
  await using database = await openSettingsDatabase(say)
  const query = {
    property,
    examples: Math.max(values, namedRecords),
    values: values > 0 ? ('shown' as const) : ('hidden' as const),
  }
  const found = new Map<string, QuarantineGroup[]>()
  for (const entity of entities ?? [undefined]) {
    for (const group of await listQuarantine(database, { entity, ...query })) {
      found.set(group.entity, [...(found.get(group.entity) ?? []), group])
    }
  }
  const listed = (entities ?? [...found.keys()]).map((entity) => ({
    entity,
    groups: found.get(entity) ?? [],
  }))
  if (format === 'json') {
    for (const each of listed) process.stdout.write(`${visibleJson(plain(each, view))}\n`)
    return
  }
  if (listed.length === 0) say('\nNothing is in the quarantine.')
  for (const each of listed) say(`\n${describe(each, view).join('\n')}`)
  const filled = listed.filter(({ groups }) => groups.length > 0)
  if (filled.length > 0) say(`\n${nextSteps(filled)}`)
}

interface Listed {
  readonly entity: string
  readonly groups: readonly QuarantineGroup[]
}

function plain({ entity, groups }: Listed, { values }: QuarantineView): object {
  return {
    event: 'quarantine',
    entity,
    values: countIn(groups, 'values'),
    records: countIn(groups, 'records'),
    groups: groups.map(({ entity: _, kept: __, examples, ...group }) => ({
      ...group,
      recordIds: examples.map(({ recordId }) => recordId),
      ...(values > 0 && { examples: examples.slice(0, values) }),
    })),
  }
}

function countIn(groups: readonly QuarantineGroup[], kind: 'records' | 'values'): number {
  return groups
    .filter(({ property }) => (property === null) === (kind === 'records'))
    .reduce((sum, { count }) => sum + count, 0)
}

function describe({ entity, groups }: Listed, { property, values }: QuarantineView): string[] {
  const of = property === undefined ? '' : ` of \`${visibleText(property)}\``
  if (groups.length === 0) return [`${entity}: nothing${of} is in the quarantine`]
  const counts = [
    [countIn(groups, 'values'), 'value'],
    [countIn(groups, 'records'), 'whole record'],
  ] as const
  const words = counts.filter(([count]) => count > 0).map(([count, thing]) => countOf(count, thing))
  const width = Math.max(...groups.map(({ count }) => formatCount(count).length))
  return [
    styleText('bold', `${entity}: ${words.join(' and ')}${of} did not fit`),
    ...groups.flatMap((group) => groupLines(group, width)),
    ...(values > 0 ? groups.flatMap((group) => exampleLines(group, values)) : []),
  ]
}

/** One fact per line, so that they fit into 80 columns. */
function groupLines(group: QuarantineGroup, countWidth: number): string[] {
  const indent = ' '.repeat(countWidth + 4)
  return [
    `  ${formatCount(group.count).padStart(countWidth)}  ${nameOf(group)}: ${sayReason(group.reason)}`,
    `${indent}first ${minute(group.firstSeen)}, last ${minute(group.lastSeen)}`,
    `${indent}records ${recordsOf(group)}`,
  ]
}

function nameOf({ property }: QuarantineGroup): string {
  return property === null ? '(whole record)' : visibleText(property)
}

/** In UTC. */
function minute(time: Date): string {
  return `${time.toISOString().slice(0, 16).replace('T', ' ')}Z`
}

function recordsOf({ examples, count }: QuarantineGroup): string {
  const named = examples.slice(0, namedRecords).map(({ recordId }) => visibleText(recordId))
  return count > named.length ? `${named.join(', ')}, …` : named.join(', ')
}

function exampleLines(group: QuarantineGroup, values: number): string[] {
  const head = `${nameOf(group)}: ${sayReason(group.reason)}`
  return ['', `  ${head}`, ...group.examples.slice(0, values).map(exampleLine)]
}

function exampleLine({ recordId, rawValue }: QuarantineExample): string {
  const value = spellOutInvisible(JSON.stringify(rawValue ?? ''))
  const cut = value.length > shownCharacters ? `${value.slice(0, shownCharacters - 1)}…` : value
  return `    ${visibleText(recordId)}  ${cut}`
}

/** Records of which there is nothing to try again: HubSpot gave no record, or none that could be read. */
const notGiven = ['unreadable', 'no_time', 'no_properties', 'id_out_of_range']

function nextSteps(filled: readonly Listed[]): string {
  const isKept = ({ property, reason }: QuarantineGroup) =>
    property !== null || !notGiven.includes(reason)
  const isResource = ({ entity }: Listed) => findResource(entity) !== undefined
  const ofResources = filled.filter(isResource)
  const records = filled.filter((listed) => !isResource(listed))
  const lost = records.filter(({ groups }) => groups.some((group) => !isKept(group)))
  const fitting = records.filter(({ groups }) => groups.some(isKept))
  return [
    ...(ofResources.length === 0 ? [] : stepsForRows(namesOf(ofResources), records.length === 0)),
    ...(lost.length === 0 ? [] : stepsForNotGiven(namesOf(lost), fitting.length === 0)),
    ...(fitting.length === 0 ? [] : stepsForMisfits(namesOf(fitting))),
  ].join('\n')
}

/** Rows of resources have types of their own, and no raw values to try again. */
function stepsForRows(names: string, isLast: boolean): readonly string[] {
  const command = `hubgen sync ${names} --full`
  return [
    'Sync continues without these: the column is null, or the row is missing. Fix the values in HubSpot.',
    `${isLast ? 'next: ' : ''}${isLast ? styleText('bold', command) : `\`${command}\``} then reads all rows again`,
  ]
}

function namesOf(listed: readonly Listed[]): string {
  return listed.map(({ entity }) => entity).join(' ')
}

function stepsForNotGiven(names: string, isLast: boolean): readonly string[] {
  const command = `hubgen sync ${names}`
  return [
    'Records that are unreadable, or lack a time or properties, or have too long an id, are not in the table: check them in HubSpot.',
    `${isLast ? 'next: ' : ''}${isLast ? styleText('bold', command) : `\`${command}\``} asks HubSpot for them again, as every sync does`,
  ]
}

function stepsForMisfits(names: string): readonly string[] {
  return [
    'Sync continues without these: the column is null, or the record has no row.',
    'Fix the values in HubSpot, and the next sync reads them; or set another type (`types` in hubgen.config.ts), then run',
    `  hubgen explore ${names} && hubgen generate ${names} && hubgen migrate`,
    `next: ${styleText('bold', `hubgen replay ${names}`)} tries all of them again, without HubSpot`,
  ]
}
