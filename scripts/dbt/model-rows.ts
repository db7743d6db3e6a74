import { plainDecimal, storable } from '../../test/support/expected-value.ts'

/** How a value of HubSpot and a column of a model are compared. */
export type Kind = 'id' | 'number' | 'text' | 'time' | 'day' | 'boolean' | 'texts'

/** A row that a model is expected to have; `texts` are compared without their order. */
export type ModelRow = Readonly<Record<string, string | readonly string[] | null>>

/** The rows of one model for records that HubSpot lists. */
export interface ExpectedModel {
  readonly model: string
  /** The column with the record's id. */
  readonly key: string
  readonly columns: Readonly<Record<string, Kind>>
  readonly rows: readonly ModelRow[]
  /** Live records: rows of others are judged by `deleted`. */
  readonly liveIds: readonly string[]
  /** The column of deleted records, and the value that it has in their rows. */
  readonly deleted?: readonly [column: string, value: boolean]
  /** Every deleted record has a row. */
  readonly keepsDeleted?: boolean
  /** No record that was merged away has one. */
  readonly withoutMerged?: boolean
}

/** HubSpot has no empty values. */
export function textOf(value: string | null | undefined): string | null {
  return value === undefined || value === null || value === '' ? null : storable(value)
}

export function numberOf(value: string | null | undefined): string | null {
  return textOf(value) === null ? null : (plainDecimal(value ?? '') ?? null)
}

/** ISO, from ISO or from milliseconds since 1970. */
export function timeOf(value: string | null | undefined): string | null {
  if (value === undefined || value === null || value === '') return null
  const ms = /^-?\d+$/.test(value) ? Number(value) : Date.parse(value)
  return Number.isNaN(ms) ? null : new Date(ms).toISOString()
}

/** The result for one model. */
export interface ComparedModel {
  readonly model: string
  readonly rows: number
  /** Up to two rows for each side, and what else is wrong. */
  readonly differences: readonly string[]
}
