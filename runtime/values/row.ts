import type { Entity, PropertyCodec } from '../entity.ts'
import { type Codec, Reject, type RejectReason } from './codec.ts'
import { endOfRow, memberOf, readRow, startOfRow } from './row-json.ts'
import { isStorable, stripUnstorable } from './strip-unstorable.ts'

/** What loading needs of a record as HubSpot returns it. */
export interface SourceRecord {
  readonly id: string
  readonly properties: Readonly<Record<string, string | null>>
  /** ISO 8601. */
  readonly updatedAt: string
  readonly archived: boolean
  /**
   * Properties that HubSpot's answer lacked. Where this is not given, they are those that `properties` has no
   * key for; where it is, a property without a key is null.
   */
  readonly unanswered?: readonly string[]
}

/** One record ready for Postgres, and what happened to its values on the way. */
export interface ConvertedRecord {
  readonly id: string
  /** HubSpot's, ISO 8601. */
  readonly updatedAt: string
  /** The same in ms; NaN when it is no time. */
  readonly updatedAtMs: number
  readonly archived: boolean
  /** The row as `row-json.ts` describes it. Nulls are left out: that nearly halves the cost of loading. */
  readonly json: Buffer
  readonly rejects: readonly ValueReject[]
  /** Values that Postgres is given in another form than HubSpot's. */
  readonly altered: readonly AlteredValue[]
  /** Characters that Postgres cannot store (NUL, lone surrogates) and that were removed. */
  readonly sanitized: number
  /**
   * Wanted properties that the answer lacks for this record, in the order of the plan: HubSpot archived or
   * retired them, or this key may not read them. It says nothing about them, so their columns stay as they are.
   */
  readonly unanswered: readonly string[]
  /** Of these, the ones that other records of the same answer have: HubSpot does answer them. */
  readonly answeredForOthers: readonly string[]
}

/** A value that did not fit its column; the column becomes null. */
export interface ValueReject {
  readonly property: string
  /** Storable, otherwise as HubSpot sent it. */
  readonly rawValue: string
  readonly reason: RejectReason
}

/** A value as HubSpot sent it (storable), where its column holds it in another form or not at all. */
export interface AlteredValue {
  readonly property: string
  readonly rawValue: string
}

/** One property column and its short JSON key: long keys cost 15 to 40 % of the load. */
export interface RowColumn {
  readonly column: string
  readonly property: string
  readonly codec: Codec
  /** `c0`, `c1`, … */
  readonly key: string
  /**
   * Whether the property has this type now. Of several columns of a property the last has it; in the others,
   * which it had earlier, a value that does not fit is null and nothing more.
   */
  readonly current: boolean
}

/** The property columns of an entity in the order of its property map. */
export function planColumns(entity: Pick<Entity, 'properties'>): readonly RowColumn[] {
  return rowColumns(entity.properties, 'c')
}

/** Columns in the order of their properties, with keys that begin with this letter. */
export function rowColumns(
  properties: Readonly<Record<string, PropertyCodec>>,
  letter: string,
): readonly RowColumn[] {
  const entries = Object.entries(properties)
  const last = new Map(entries.map(([column, { property }]) => [property, column]))
  return entries.map(([column, { property, codec }], index) => ({
    column,
    property,
    codec,
    key: `${letter}${index}`,
    current: last.get(property) === column,
  }))
}

/** Converts the mapped properties of a record. Never throws, whatever the values are. */
export function convertRecord(
  plan: { readonly columns: readonly RowColumn[] },
  record: SourceRecord,
): ConvertedRecord {
  const { id, updatedAt, archived, properties } = record
  const notes = new ConversionNotes()
  let json = startOfRow(id)
  for (const column of plan.columns) {
    const raw = properties[column.property]
    // No text is null, or what every object has: a property may be called `constructor`.
    if (typeof raw === 'string') json += convertValue(column, raw, notes)
  }
  json += endOfRow(updatedAt, archived)
  const updatedAtMs = Date.parse(updatedAt)
  const { rejects, altered, sanitized } = notes
  const unanswered = unansweredOf(plan.columns, record)
  return {
    ...{ id, updatedAt, updatedAtMs, archived, json: Buffer.from(json) },
    ...{ rejects, altered, sanitized, unanswered, answeredForOthers: nothing },
  }
}

/** The records of one answer, each with what others of them have and it lacks. */
export function compareAnswered(records: readonly ConvertedRecord[]): readonly ConvertedRecord[] {
  const [first] = records
  if (first === undefined) return records
  if (records.every(({ unanswered }) => unanswered === first.unanswered)) return records
  const lacking = new Map<string, number>()
  for (const { unanswered } of records) {
    for (const name of unanswered) lacking.set(name, (lacking.get(name) ?? 0) + 1)
  }
  return records.map((record) => {
    const answeredForOthers = record.unanswered.filter(
      (name) => (lacking.get(name) ?? 0) < records.length,
    )
    return answeredForOthers.length === 0 ? record : { ...record, answeredForOthers }
  })
}

/** Shared by all records that have none. */
export const nothing: readonly never[] = []

/** The names of these columns' properties, each once, that an answer does not have. */
export function missingNames(
  columns: readonly RowColumn[],
  isAnswered: (property: string) => boolean,
): readonly string[] {
  const missing = new Set<string>()
  for (const { property } of columns) if (!isAnswered(property)) missing.add(property)
  return missing.size === 0 ? nothing : [...missing]
}

function unansweredOf(
  columns: readonly RowColumn[],
  { properties, unanswered }: SourceRecord,
): readonly string[] {
  if (unanswered === undefined)
    return missingNames(columns, (name) => Object.hasOwn(properties, name))
  return missingNames(columns, (name) => !unanswered.includes(name))
}

/** What happened to the values of one record. */
export class ConversionNotes {
  rejects: readonly ValueReject[] = nothing
  altered: readonly AlteredValue[] = nothing
  sanitized = 0

  reject(reject: ValueReject): void {
    this.rejects = [...this.rejects, reject]
  }

  alter(value: AlteredValue): void {
    this.altered = [...this.altered, value]
  }
}

/** One value as a further member of the row's JSON; "" where the column stays null. */
export function convertValue(
  { property, codec, key, current }: RowColumn,
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
  if (value instanceof Reject) {
    if (current) notes.reject({ property, rawValue: storable, reason: value.reason })
    return ''
  }
  if (String(value) !== storable) notes.alter({ property, rawValue: storable })
  if (value === null) return ''
  return memberOf(key, codec, value)
}

/**
 * The record that a row was made of: the mapped properties that were set, as HubSpot sent them except for
 * characters that Postgres cannot store, and the names of those that HubSpot did not answer. Made into a row
 * again (where it has no such names, with none), it is the same row, or a better one.
 */
export function recordOf(
  plan: { readonly columns: readonly RowColumn[] },
  { id, updatedAt, archived, json, rejects, altered, unanswered }: ConvertedRecord,
): SourceRecord {
  const row = readRow(json)
  const properties: Record<string, string> = {}
  for (const { property, key } of plan.columns) {
    const value = row[key]
    if (value !== undefined) properties[property] = String(value)
  }
  for (const { property, rawValue } of [...altered, ...rejects]) properties[property] = rawValue
  return { id, properties, updatedAt, archived, ...(unanswered.length > 0 && { unanswered }) }
}
