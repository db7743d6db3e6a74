import type { Analysis } from '../../model/analysis.ts'
import type { CompanionKind } from '../../model/companion-names.ts'
import { companions, companionsOf } from '../../model/companions.ts'
import { findForeignAssociations } from '../../model/linked-entities.ts'
import { findRelationships } from '../../model/relationships.ts'
import { schemaOf } from '../../model/schema-name.ts'
import { mermaidLabel } from '../text/escape-mermaid.ts'

/** GitHub draws no diagram with more than 500 arrows, and people read none with more than a few dozen. */
const MOST_ARROWS = 40

interface Arrow {
  /** A table without its schema. */
  readonly to: string
  readonly kind: 'column' | 'links' | 'companion'
  readonly label: string
}

/** Lines of a Mermaid flowchart: the entity's table, its source in HubSpot, and the tables around it. */
export function drawNeighbours(analysis: Analysis): readonly string[] {
  const arrows = findArrows(analysis)
  const shown = arrows.slice(0, MOST_ARROWS)
  const tables = [...new Set(shown.map(({ to }) => to))].filter((to) => to !== analysis.table)
  const idOf = (table: string) =>
    table === analysis.table ? 'record' : `table${tables.indexOf(table) + 1}`
  const nameOf = (table: string) => mermaidLabel(`${schemaOf(analysis)}.${table}`)
  const more = arrows.length - shown.length
  return [
    'flowchart LR',
    `  hubspot(${mermaidLabel(`HubSpot ${analysis.objectType.pluralLabel}`)}) ==>|"hubgen sync"| record`,
    `  record[${nameOf(analysis.table)}]`,
    ...tables.map((table) => `  ${idOf(table)}[${nameOf(table)}]`),
    ...shown.map(({ to, kind, label }) => {
      const line = kind === 'column' ? '-->' : kind === 'links' ? '<-->' : '---'
      return `  record ${line}|${mermaidLabel(label)}| ${idOf(to)}`
    }),
    ...(more > 0 ? [`  record -.- more(${mermaidLabel(`${more} more`)})`] : []),
  ]
}

const LABELS: Readonly<Record<Exclude<CompanionKind, 'associations'>, string>> = {
  merges: 'merges',
  pipelines: 'pipelines',
  stages: 'stages',
  history: 'former values',
}

function findArrows(analysis: Analysis): readonly Arrow[] {
  return [
    ...companionsOf(analysis, 'associations').map(({ table, to }) => linksTo(to.table, table)),
    ...findForeignAssociations(analysis).map(({ table, owner }) => linksTo(owner.table, table)),
    ...columnArrows(analysis),
    ...companions(analysis).flatMap(({ kind, table: to }): Arrow[] =>
      kind === 'associations' ? [] : [{ to, kind: 'companion', label: LABELS[kind] }],
    ),
  ]
}

function linksTo(to: string, label: string): Arrow {
  return { to, kind: 'links', label }
}

/** One arrow per table that columns refer to, with the first column. */
function columnArrows(analysis: Analysis): readonly Arrow[] {
  const columns = findRelationships(analysis).flatMap(({ kind, property, target }) => {
    const to = target?.table ?? (kind === 'owner' || kind === 'team' ? kind : null)
    return to === null ? [] : [{ to, column: property.column.name }]
  })
  return [...Map.groupBy(columns, ({ to }) => to)].map(([to, [first, ...others]]) => ({
    to,
    kind: 'column',
    label: `${first?.column ?? ''}${others.length === 0 ? '' : ` and ${others.length} more`}`,
  }))
}
