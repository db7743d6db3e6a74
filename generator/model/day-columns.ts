import { createHash } from 'node:crypto'
import type { Analysis, AnalyzedProperty } from './analysis.ts'
import { byteLength, cutToBytes, IDENTIFIER_BYTES } from './column-name.ts'
import { SYSTEM_COLUMN_COUNT, TABLE_COLUMNS } from './fit.ts'
import { overflowInView } from './labels.ts'
import { hasOwnColumn, overflowProperties } from './overflow.ts'
import { tableColumns } from './table-columns.ts'

/** A column of the labelled view with the day of a datetime in the portal's time zone. */
export interface DayColumn {
  readonly property: AnalyzedProperty
  /** At most 63 bytes, unlike other columns of the view. */
  readonly name: string
}

const SUFFIX = '_day'
const HASH_DIGITS = 8

/** Area and place, `America/Argentina/Ushuaia`, or one word, `UTC`; other text is not a zone name. */
const ZONE_NAME = /^[A-Za-z]{2,32}(?:\/[A-Za-z0-9_+-]{1,32}){0,2}$/

/** The portal's time zone if its name is valid, otherwise null. */
export function portalZone({ portal }: Pick<Analysis, 'portal'>): string | null {
  return portal !== null && ZONE_NAME.test(portal.timeZone) ? portal.timeZone : null
}

/**
 * The datetimes that people read as days, by their column: HubSpot shows and filters them by the portal's
 * calendar, while SQL gives the day of the stored instant in UTC. These are the datetimes whose names do not
 * begin with `hs_`, which marks HubSpot's own bookkeeping, and, whatever their names, the time of creation
 * and that of an activity (`hs_timestamp`); never the last-modified stamp. Empty without a valid time zone;
 * limited to the columns that fit into the view.
 */
export function dayColumns(analysis: Analysis): readonly DayColumn[] {
  if (portalZone(analysis) === null) return []
  const shown = overflowInView(analysis)
  const inTable = tableColumns(analysis)
  const rest = shown.length < overflowProperties(analysis).length ? 1 : 0
  const room = TABLE_COLUMNS - SYSTEM_COLUMN_COUNT - inTable.length - shown.length - rest
  const taken = new Set([...inTable, ...shown].map(({ column }) => column.name))
  return analysis.properties
    .filter((property) => hasOwnColumn(property) || shown.includes(property))
    .filter((property) => isReadAsDay(analysis, property))
    .slice(0, room)
    .map((property) => {
      const name = dayName(property.column.name, taken)
      taken.add(name)
      return { property, name }
    })
}

function isReadAsDay(analysis: Analysis, { name, type, column }: AnalyzedProperty): boolean {
  if (type !== 'datetime' || column.type !== 'timestamptz') return false
  if (name === analysis.modifiedProperty) return false
  return !name.startsWith('hs_') || name === analysis.createdProperty || name === 'hs_timestamp'
}

/** Ends in a hash of the column's name if it would be too long or another column has that name. */
function dayName(column: string, taken: ReadonlySet<string>): string {
  const whole = `${column}${SUFFIX}`
  if (byteLength(whole) <= IDENTIFIER_BYTES && !taken.has(whole)) return whole
  const hash = createHash('sha256').update(column, 'utf8').digest('hex')
  for (let digits = HASH_DIGITS; digits < hash.length; digits += HASH_DIGITS) {
    const end = `_${hash.slice(0, digits)}${SUFFIX}`
    const name = `${cutToBytes(column, IDENTIFIER_BYTES - byteLength(end))}${end}`
    if (!taken.has(name)) return name
  }
  throw new Error(`every name for the day of column \`${column}\` is taken`)
}
