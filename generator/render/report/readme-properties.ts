import type { Analysis, AnalyzedProperty, ColumnType } from '../../model/analysis.ts'
import { compareText } from '../../model/compare-text.ts'
import { groupLabel, propertyLabel } from '../entity/describe-property.ts'
import { markdownCode, markdownSentence, markdownText } from '../text/escape-markdown.ts'

/** One line of the table of types: HubSpot's type, and the column types chosen for it. */
export interface TypeView {
  readonly type: string
  readonly count: number
  readonly columnTypes: string
}

export interface GroupView {
  readonly label: string
  readonly name: string
  readonly count: number
  readonly properties: readonly PropertyView[]
}

interface PropertyView {
  readonly name: string
  readonly label: string
  readonly column: string
  readonly type: string
}

export interface SkippedView {
  readonly name: string
  readonly label: string
  readonly reason: string
}

/** Most frequent HubSpot type first. */
export function listTypes(properties: readonly AnalyzedProperty[]): readonly TypeView[] {
  const byType = Map.groupBy(properties, ({ type }) => type)
  return [...byType]
    .sort(
      ([left, some], [right, others]) => others.length - some.length || compareText(left, right),
    )
    .map(([type, members]) => ({
      type: markdownCode(type),
      count: members.length,
      columnTypes: countColumnTypes(members),
    }))
}

/** Groups by name; properties by name within. */
export function listGroups(analysis: Analysis): readonly GroupView[] {
  const byGroup = Map.groupBy(analysis.properties, ({ group }) => group)
  return [...byGroup]
    .sort(([left], [right]) => compareText(left, right))
    .map(([name, members]) => ({
      label: name === '' ? 'Without a group' : markdownText(groupLabel(analysis, name)),
      name: name === '' ? '' : ` (${markdownCode(name)})`,
      count: members.length,
      properties: members.map(viewProperty),
    }))
}

export function listSkipped(analysis: Analysis): readonly SkippedView[] {
  return analysis.skipped.map(({ name, label, reason }) => ({
    name: markdownCode(name),
    label: markdownText(label),
    reason: markdownSentence(reason),
  }))
}

function describeEnd(property: AnalyzedProperty): string {
  if (!property.archived) return ''
  if (property.excluded) return ' (left out)'
  return property.purged ? ' (deleted)' : ' (archived)'
}

function viewProperty(property: AnalyzedProperty): PropertyView {
  return {
    name: markdownCode(property.name),
    label: markdownText(propertyLabel(property)) + describeEnd(property),
    column: markdownCode(property.column.name),
    type: property.column.type,
  }
}

function countColumnTypes(properties: readonly AnalyzedProperty[]): string {
  const byColumnType = Map.groupBy(properties, ({ column }) => column.type)
  const counted = [...byColumnType]
    .map(([type, { length }]): [ColumnType, number] => [type, length])
    .sort(([left, some], [right, others]) => others - some || compareText(left, right))
  if (counted.length === 1) return `\`${counted[0]?.[0]}\``
  return counted.map(([type, count]) => `\`${type}\` ${count}`).join(', ')
}
