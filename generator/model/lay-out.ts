/*
 * A table that would be too wide is laid out before it exists (`model/fit.ts`, `model/lay-out.ts`): Postgres
 * limits a table to 1,600 columns and a row to 8,160 bytes, and the second limit is reached sooner. The
 * widest row is predicted from the sample, or by assuming every second column filled, with Postgres's own
 * arithmetic (a test compares it with a server). Indexed and joined properties get columns, then the most
 * often filled ones; the others become text under keys of one `jsonb` column, `overflow`, which the labelled
 * view converts back to typed columns. A property never moves.
 */

import type { Analysis, AnalyzedProperty } from './analysis.ts'
import {
  countColumns,
  foreseeFilled,
  predictRowBytes,
  SYSTEM_COLUMN_COUNT,
  TABLE_COLUMNS,
} from './fit.ts'
import { planIndexes } from './indexes.ts'
import { hasOverflow, hasOwnColumn } from './overflow.ts'
import { findRelationships } from './relationships.ts'
import { propertyValue, ROW_BYTES, rowBytes } from './row-width.ts'
import { tableColumns } from './table-columns.ts'

/** Leaves room for later columns and for rows that are fuller than predicted. */
const FIRST_COLUMNS = 1_000
const FIRST_ROW_BYTES = 6_120

/** Properties that the generated reports read, in addition to indexed ones and references. */
const READ_BY_REPORTS: ReadonlySet<string> = new Set(['amount', 'hs_object_id'])

/**
 * Decides which properties have a column and which share the overflow column. A property stays where an
 * earlier analysis has it. The others get columns if the table fits; otherwise only those that are indexed or
 * refer to other tables and, while the table is new, the most often filled ones.
 */
export function layOut(analysis: Analysis, earlier: Analysis | null): Analysis {
  const before = new Set((earlier?.properties ?? []).map(({ name }) => name))
  if (!hasOverflow(analysis) && fits(analysis)) return analysis
  const isNew = ({ name }: AnalyzedProperty) => !before.has(name)
  const chosen = choose(analysis, isNew, earlier === null ? rankByUse(analysis) : [])
  return {
    ...analysis,
    properties: analysis.properties.map((property) =>
      isNew(property) && !chosen.has(property.name) ? moveOut(property, earlier) : property,
    ),
  }
}

function fits(analysis: Analysis): boolean {
  const filled = foreseeFilled(analysis)
  return countColumns(analysis) <= TABLE_COLUMNS && predictRowBytes(analysis, filled) <= ROW_BYTES
}

/** Names of the new properties that get a column: the needed ones first, then those of `ranked` that fit. */
function choose(
  analysis: Analysis,
  isNew: (property: AnalyzedProperty) => boolean,
  ranked: readonly AnalyzedProperty[],
): ReadonlySet<string> {
  const settled = analysis.properties.filter((one) => hasOwnColumn(one) && !isNew(one))
  const room =
    TABLE_COLUMNS - SYSTEM_COLUMN_COUNT - 1 - tableColumns({ properties: settled }).length
  const needed = neededProperties(analysis)
  const chosen = analysis.properties
    .filter((one) => isNew(one) && needed.has(one.name))
    .slice(0, Math.max(0, room))
  const filled = foreseeFilled(analysis)
  let bytes = rowBytes([...settled, ...chosen].map(propertyValue), TABLE_COLUMNS)
  for (const property of ranked) {
    if (chosen.length >= FIRST_COLUMNS) break
    const value = propertyValue(property)
    const added = filled.has(property) ? value.bytes + value.alignment - 1 : 0
    if (needed.has(property.name) || bytes + added > FIRST_ROW_BYTES) continue
    chosen.push(property)
    bytes += added
  }
  return new Set(chosen.map(({ name }) => name))
}

/** Properties whose column an index, a join or a report relies on. */
function neededProperties(analysis: Analysis): ReadonlySet<string> {
  const { keyProperty, createdProperty, modifiedProperty } = analysis
  const roomy = { ...analysis, properties: analysis.properties.map(withOwnColumn) }
  return new Set([
    ...[keyProperty, createdProperty, modifiedProperty].filter((name) => name !== null),
    ...planIndexes(roomy).flatMap(({ property }) => property?.name ?? []),
    ...findRelationships(roomy).map(({ property }) => property.name),
    ...READ_BY_REPORTS,
  ])
}

function withOwnColumn(property: AnalyzedProperty): AnalyzedProperty {
  const { overflow: _, ...column } = property.column
  return { ...property, column }
}

/**
 * The most often filled first; without a sample, the properties that HubSpot shows before the hidden ones.
 */
function rankByUse({ properties }: Analysis): readonly AnalyzedProperty[] {
  const rank = ({ evidence, archived, hidden, calculated }: AnalyzedProperty): number => {
    if (archived) return -3
    if (evidence !== null) return evidence.filled
    return -Number(hidden) - Number(calculated)
  }
  return properties.toSorted((left, right) => rank(right) - rank(left))
}

/** Moves a property to the overflow column, with the reason; `earlier` is null in the first exploration. */
function moveOut(property: AnalyzedProperty, earlier: Analysis | null): AnalyzedProperty {
  const overflow =
    earlier !== null
      ? 'It came when the table was laid out already.'
      : property.evidence === null
        ? 'The table has no room for every property; nothing was sampled that ranks it higher.'
        : 'The table has no room for every property, and others are filled more often.'
  return { ...property, column: { ...property.column, overflow } }
}
