import { plainDecimal } from '../support/expected-value.ts'

/** Of a value as HubSpot sends it, in the form that Postgres casts to a column's family; null if it is none. */
export function castable(family: string, value: string | null): string | null {
  if (value === null) return null
  if (family === 'number' || family === 'id' || family === 'integer') {
    return plainDecimal(value) ?? null
  }
  if (family !== 'time') return value
  const instant = /^\d+$/.test(value) ? Number(value) : Date.parse(value)
  return Number.isNaN(instant) ? null : new Date(instant).toISOString()
}
