import { createHash } from 'node:crypto'
import type { Analysis, AnalyzedProperty, PropertyOption } from './analysis.ts'
import { byteLength, cutToBytes, IDENTIFIER_BYTES } from './column-name.ts'
import { SYSTEM_COLUMN_COUNT, TABLE_COLUMNS } from './fit.ts'
import { overflowProperties } from './overflow.ts'
import { findPlaceKind } from './relationships.ts'
import { tableColumns } from './table-columns.ts'

const HASH_DIGITS = 8
const SUFFIX = '_labelled'

/**
 * The labels of an enumeration's values in HubSpot's order: its options, and for a pipeline or stage property
 * those of the portal. If a value occurs twice, its first label counts.
 */
export function labelsOf(
  analysis: Analysis,
  property: AnalyzedProperty,
): readonly PropertyOption[] {
  const kind = findPlaceKind(analysis, property)
  const pipelines = kind === 'pipeline' ? analysis.pipelines : []
  const stages = kind === 'stage' ? analysis.pipelines.flatMap((one) => one.stages) : []
  const places = [...pipelines, ...stages].map(({ id, label }) => ({ value: id, label }))
  return [...places, ...property.options]
}

/** Tables of the portal that hold the names of ids. */
export type NameTable = 'owner' | 'team'

/** Restricted to properties with ids: `hs_synced_deal_owner_name_and_email` holds names. */
const OWNER_IDS = /(?:^|_)owner_ids?(?:_|$)/
const TEAM_IDS = /(?:^|_)team(?:_ids?|s)(?:_|$)/
const SEVERAL_IDS = /(?:_ids|teams)(?:_|$)/

/** The table with the names of a column's ids; null if they are not ids of owners or teams. */
export function nameTableOf(property: AnalyzedProperty): NameTable | null {
  const { name, externalOptions, referencedObjectType, column } = property
  if (column.type !== 'bigint' && column.type !== 'text') return null
  if (name === 'hubspot_owner_id' || referencedObjectType === 'OWNER') return 'owner'
  if (name === 'hubspot_team_id') return 'team'
  if (!externalOptions) return null
  return OWNER_IDS.test(name) ? 'owner' : TEAM_IDS.test(name) ? 'team' : null
}

/**
 * Whether a value may hold several options, joined by `;`: checkboxes, and HubSpot's lists of owners and
 * teams, although these are declared as one choice.
 */
export function holdsSeveral(property: AnalyzedProperty): boolean {
  if (property.column.type !== 'text') return false
  if (property.type === 'enumeration' && property.fieldType === 'checkbox') return true
  return nameTableOf(property) !== null && SEVERAL_IDS.test(property.name)
}

/** The name of a table's labelled view, without schema; at most 63 bytes, Postgres's limit. */
export function labelledViewName(table: string): string {
  const whole = `${table}${SUFFIX}`
  if (byteLength(whole) <= IDENTIFIER_BYTES) return whole
  const hash = createHash('sha256').update(table, 'utf8').digest('hex').slice(0, HASH_DIGITS)
  const room = IDENTIFIER_BYTES - byteLength(SUFFIX) - HASH_DIGITS - 1
  return `${cutToBytes(table, room)}_${hash}${SUFFIX}`
}

/** The properties in the overflow column that become columns of the labelled view: those that fit. */
export function overflowInView(analysis: Analysis): readonly AnalyzedProperty[] {
  const overflow = overflowProperties(analysis)
  const room = TABLE_COLUMNS - SYSTEM_COLUMN_COUNT - tableColumns(analysis).length
  return overflow.length <= room ? overflow : overflow.slice(0, room - 1)
}
