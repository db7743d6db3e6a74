import type { Entity, PropertyCodec } from '../entity.ts'
import { type Codec, Reject, type RejectReason } from './codec.ts'
import { isStorable, stripUnstorable } from './strip-unstorable.ts'

/** What loading needs of a record as HubSpot returns it. */
export interface SourceRecord {
  readonly id: string
  readonly properties: Readonly<Record<string, string | null>>
  /** ISO 8601. */
  readonly updatedAt: string
  readonly archived: boolean
}

/** One record ready for Postgres, and what happened to its values on the way. */
export interface ConvertedRecord {
  readonly id: string
  /** HubSpot's, ISO 8601. */
  readonly updatedAt: string
  /** The same in ms; NaN when it is no time. */
  readonly updatedAtMs: number
  /**
   * The row, a JSON object in UTF-8: `i` id, `u` updated_at, `d` true when archived, and the columns
   * under the keys of the plan. Nulls are left out: that nearly halves the cost of loading.
   */
  readonly json: Buffer
  readonly rejects: readonly ValueReject[]
  /** Characters that Postgres cannot store (NUL, lone surrogates) and that were removed. */
  readonly sanitized: number
}

/** A value that did not fit its column; the column becomes null. */
export interface ValueReject {
  readonly property: string
  /** Storable, otherwise as HubSpot sent it. */
  readonly rawValue: string
  readonly reason: RejectReason
}

/** One property column and its short JSON key: long keys cost 15 to 40 % of the load. */
export interface RowColumn {
  readonly column: string
  readonly property: string
  readonly codec: Codec
  /** `c0`, `c1`, … */
  readonly key: string
}

/** The property columns of an entity in the order of its property map. */
export function planColumns(entity: Pick<Entity, 'properties'>): readonly RowColumn[] {
  const properties: Readonly<Record<string, PropertyCodec>> = entity.properties
  return Object.entries(properties).map(([column, { property, codec }], index) => ({
    column,
    property,
    codec,
    key: `c${index}`,
  }))
}

/** Converts the mapped properties of a record. Never throws, whatever the values are. */
export function convertRecord(
  plan: { readonly columns: readonly RowColumn[] },
  record: SourceRecord,
): ConvertedRecord {
  const { id, updatedAt, archived, properties } = record
  const notes = new ConversionNotes()
  let json = `{"i":${JSON.stringify(id)}`
  for (const column of plan.columns) {
    const raw = properties[column.property]
    // No text is null, or what every object has: a property may be called `constructor`.
    if (typeof raw === 'string') json += convertValue(column, raw, notes)
  }
  json += endOfRow(updatedAt, archived)
  const updatedAtMs = Date.parse(updatedAt)
  const { rejects, sanitized } = notes
  return { id, updatedAt, updatedAtMs, json: Buffer.from(json), rejects, sanitized }
}

const nothing: readonly ValueReject[] = []

/** What happened to the values of one record. */
export class ConversionNotes {
  rejects = nothing
  sanitized = 0

  /** A property that got another type fills several columns, and is quarantined once. */
  reject(reject: ValueReject): void {
    if (this.rejects.some(({ property }) => property === reject.property)) return
    this.rejects = [...this.rejects, reject]
  }
}

/** One value as a further member of the row's JSON; "" where the column stays null. */
export function convertValue(
  { property, codec, key }: RowColumn,
  raw: string,
  notes: ConversionNotes,
): string {
  if (raw === '') return ''
  let storable = raw
  if (!isStorable(raw)) {
    const { text, removed } = stripUnstorable(raw)
    storable = text
    notes.sanitized += removed
  }
  const value = codec.decode(storable)
  if (value === null) return ''
  if (value instanceof Reject) {
    notes.reject({ property, rawValue: storable, reason: value.reason })
    return ''
  }
  // Only text can hold what JSON must escape; asking costs more than the rest of the conversion.
  return `,"${key}":${codec.type === 'text' ? JSON.stringify(value) : `"${value}"`}`
}

/** What a row's JSON ends with, behind its columns. */
export function endOfRow(updatedAt: string, archived: boolean): string {
  return `,"u":${JSON.stringify(updatedAt)}${archived ? ',"d":true' : ''}}`
}

/**
 * The record that a row was made of, as far as the row knows it: mapped properties that were set, in the
 * form that Postgres reads, and what was rejected.
 */
export function recordOf(
  plan: { readonly columns: readonly RowColumn[] },
  { id, updatedAt, json, rejects }: ConvertedRecord,
): SourceRecord {
  const row = JSON.parse(json.toString()) as Readonly<Record<string, string | boolean>>
  const properties: Record<string, string> = {}
  for (const { property, key } of plan.columns) {
    const value = row[key]
    if (value !== undefined) properties[property] = String(value)
  }
  for (const { property, rawValue } of rejects) properties[property] = rawValue
  return { id, properties, updatedAt, archived: row['d'] === true }
}
