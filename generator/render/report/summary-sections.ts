import type { Analysis, AnalyzedProperty } from '../../model/analysis.ts'
import { holdsLists } from '../../model/apply-evidence.ts'
import { plainColumnName } from '../../model/column-name.ts'
import { isDeclaredType } from '../../model/column-type.ts'
import { compareText } from '../../model/compare-text.ts'
import { findRelationships } from '../../model/relationships.ts'
import { groupLabel } from '../entity/describe-property.ts'
import { alignRows, fitWords, REPORT_COLUMNS, wrapWords } from '../text/align-text.ts'
import { visibleText } from '../text/escape-text.ts'

/** A heading and its lines. */
export interface SummarySection {
  readonly heading: string
  readonly lines: readonly string[]
}

/** Sections are indented by two columns. */
const WIDTH = REPORT_COLUMNS - 2
const NAME_COLUMNS = 44

/** Counts by HubSpot's type, most frequent first, and the chosen column types: `STRING: 113`. */
export function typeSection(analysis: Analysis): SummarySection {
  const rows = countBy(analysis.properties, ({ type }) => type).map(([type, properties]) => {
    const columns = countBy(properties, ({ column }) => column.type)
    return [
      `${type.toUpperCase()}: ${properties.length}`,
      columns.map(([name, { length }]) => `${name} ${length}`).join(', '),
    ]
  })
  return { heading: 'Properties by HubSpot type', lines: alignRows(rows, [32, WIDTH - 34]) }
}

export function groupSection(analysis: Analysis): SummarySection {
  const groups = countBy(analysis.properties, ({ group }) => group)
  const titles = alignRows(
    groups.map(([name, { length }]) => [length, groupTitle(name, groupLabel(analysis, name))]),
    [5, WIDTH - 7],
  )
  const lines = groups.flatMap(([, properties], index) => [
    titles[index] ?? '',
    `      ${fitWords(examples(properties), WIDTH - 6)}`,
  ])
  return { heading: 'Properties by group, with examples', lines }
}

/** Pipelines, owners and other records that the entity refers to. */
export function relationshipSection(analysis: Analysis): SummarySection {
  const columns = findRelationships(analysis).map(({ kind, property, target }) => [
    property.name,
    `→ ${target === null ? kind : target.entity}`,
  ])
  const pipelines = analysis.pipelines.flatMap(({ id, label, stages }) => [
    `pipeline ${fitWords([`"${visibleText(label)}" (${visibleText(id)}), stages: ${stages.length}`], WIDTH - 9)}`,
    `  ${fitWords(
      stages.map((stage) => visibleText(stage.label)),
      WIDTH - 2,
    )}`,
  ])
  const associations = analysis.associations.map(({ entity, types }) => [
    entity,
    types.length,
    types.map(({ label }) => label ?? 'unlabelled').join(', '),
  ])
  return {
    heading: 'Relationships',
    lines: [
      ...alignRows(columns, [NAME_COLUMNS, WIDTH - NAME_COLUMNS - 2]),
      ...pipelines,
      ...(associations.length > 0 ? ['associations, with the number of their types'] : []),
      ...alignRows(associations, [30, 3, WIDTH - 39]).map((line) => `  ${line}`),
    ],
  }
}

export function renamedSection(analysis: Analysis): SummarySection {
  const renamed = analysis.properties.filter(
    ({ name, column }) => column.name !== `property_${name}`,
  )
  const lines = renamed.flatMap(({ name, column }) => [
    ...wrapWords(name, WIDTH),
    `  → ${visibleText(column.name)}${column.name === plainColumnName(name) ? '' : ' (kept or configured)'}`,
  ])
  return { heading: `Long or changed column names: ${renamed.length}`, lines }
}

/** Columns whose type differs from the one that HubSpot's type alone implies, by reason. */
export function retypedSection(analysis: Analysis): SummarySection {
  const retyped = analysis.properties.filter(
    ({ type, column }) => !isDeclaredType(type, column.type),
  )
  const lines = countBy(retyped, ({ column }) => column.reason).flatMap(([reason, properties]) => [
    ...wrapWords(reason, WIDTH),
    ...alignRows(
      properties.map(({ name, type, column }) => [name, `${type} → ${column.type}`]),
      [60, WIDTH - 64],
    ).map((line) => `  ${line}`),
  ])
  return {
    heading: `Columns whose type differs from HubSpot's: ${retyped.length}`,
    lines,
  }
}

/** Enumerations that may hold several values in one, joined by `;`. */
export function severalValuesSection(analysis: Analysis): SummarySection {
  const several = analysis.properties.filter(
    ({ type, fieldType, evidence }) =>
      type === 'enumeration' &&
      (fieldType === 'checkbox' || (evidence !== null && holdsLists(evidence))),
  )
  return {
    heading: `Several values in one, joined by \`;\`: ${several.length}`,
    lines: several.length === 0 ? [] : wrapWords(several.map(({ name }) => name).join(', '), WIDTH),
  }
}

export function archivedSection(analysis: Analysis): SummarySection {
  const archived = analysis.properties.filter((one) => one.archived && one.excluded !== true)
  return {
    heading: `Archived or removed in HubSpot, column kept: ${archived.length}`,
    lines:
      archived.length === 0 ? [] : wrapWords(archived.map(({ name }) => name).join(', '), WIDTH),
  }
}

export function excludedSection(analysis: Analysis): SummarySection {
  const names = analysis.properties.filter((one) => one.excluded === true).map(({ name }) => name)
  return {
    heading: `Left out by hubgen.config.ts, column kept: ${names.length}`,
    lines: names.length === 0 ? [] : wrapWords(names.join(', '), WIDTH),
  }
}

export function skippedSection(analysis: Analysis): SummarySection {
  const byReason = new Map<string, string[]>()
  for (const { name, reason } of analysis.skipped) {
    byReason.set(reason, [...(byReason.get(reason) ?? []), name === '' ? '(no name)' : name])
  }
  const lines = [...byReason].flatMap(([reason, names]) => [
    ...wrapWords(reason, WIDTH),
    ...wrapWords(names.join(', '), WIDTH - 2).map((line) => `  ${line}`),
  ])
  return { heading: `Skipped, without a column: ${analysis.skipped.length}`, lines }
}

/** The largest group first; equal ones by name. */
function countBy(
  properties: readonly AnalyzedProperty[],
  keyOf: (property: AnalyzedProperty) => string,
): [string, AnalyzedProperty[]][] {
  const groups = Map.groupBy(properties, keyOf)
  return [...groups].sort(
    ([a, left], [b, right]) => right.length - left.length || compareText(a, b),
  )
}

/**
 * The properties that a person would look for first: well filled, visible in HubSpot, not HubSpot's
 * bookkeeping.
 */
function examples(properties: readonly AnalyzedProperty[]): string[] {
  const rank = ({ name, hidden, archived }: AnalyzedProperty) =>
    Number(name.startsWith('hs_')) + 2 * Number(hidden) + 4 * Number(archived)
  const filled = ({ evidence }: AnalyzedProperty) => evidence?.filled ?? 0
  return [...properties]
    .sort((a, b) => filled(b) - filled(a) || rank(a) - rank(b) || compareText(a.name, b.name))
    .slice(0, 6)
    .map(({ name }) => visibleText(name))
}

function groupTitle(name: string, label: string): string {
  if (name === '') return '(no group)'
  return label === name ? name : `${name}, "${label}"`
}
