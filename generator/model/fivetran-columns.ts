import { createHash } from 'node:crypto'
import type { AnalyzedProperty } from './analysis.ts'
import { byteLength, cutToBytes, IDENTIFIER_BYTES } from './column-name.ts'
import { compareText } from './compare-text.ts'

const PREFIX = 'property_'
const FIRST_DIGITS = 8

/** The facts that decide which of several properties keeps a name. */
type NamedProperty = Pick<AnalyzedProperty, 'name' | 'hubspotDefined' | 'createdAt'>

/**
 * Fivetran's column name of each property, by HubSpot's name. If several properties have the same one,
 * HubSpot's own property keeps it, then the oldest, then the one with exactly that name; the others end in a hash of their name. So a property
 * that is created later never takes the column of an earlier one.
 */
export function fivetranColumns(properties: readonly NamedProperty[]): ReadonlyMap<string, string> {
  const columns = new Map<string, string>()
  const taken = new Set<string>()
  for (const { name } of properties.toSorted(byAge)) {
    const column = freeName(name, taken)
    columns.set(name, column)
    taken.add(column)
  }
  return columns
}

function byAge(left: NamedProperty, right: NamedProperty): number {
  if (left.hubspotDefined !== right.hubspotDefined) return left.hubspotDefined ? -1 : 1
  const [first, second] = [isAltered(left.name), isAltered(right.name)]
  return (
    compareText(left.createdAt ?? '', right.createdAt ?? '') ||
    Number(first) - Number(second) ||
    compareText(left.name, right.name)
  )
}

function isAltered(property: string): boolean {
  return fivetranName(PREFIX + property) !== PREFIX + property
}

function freeName(property: string, taken: ReadonlySet<string>): string {
  const whole = fivetranName(PREFIX + property)
  if (byteLength(whole) <= IDENTIFIER_BYTES && !taken.has(whole)) return whole
  const hash = createHash('sha256').update(property, 'utf8').digest('hex')
  for (let digits = FIRST_DIGITS; ; digits += 1) {
    const ending = `_${hash.slice(0, digits)}`
    const name = `${cutToBytes(whole, IDENTIFIER_BYTES - byteLength(ending))}${ending}`
    if (!taken.has(name)) return name
  }
}

/**
 * Fivetran's rule for names: lower case, words of camel case apart, `_` for every run of other characters,
 * and `_` between letters and digits. `hs_v2_date_entered_1` becomes `hs_v_2_date_entered_1`.
 * @internal Exported for tests.
 */
export function fivetranName(name: string): string {
  return name
    .replace(/(?<=[a-z])(?=[A-Z])/g, '_')
    .replace(/(?<=[A-Z])(?=[A-Z][a-z])/g, '_')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/(?<=[a-z])(?=[0-9])|(?<=[0-9])(?=[a-z])/g, '_')
}
