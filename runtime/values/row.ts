import type { Entity, PropertyCodec } from '../entity.ts'
import { type Codec, Reject, type RejectReason } from './codec.ts'
import { endOfRow, memberOf, readRow, startOfRow } from './row-json.ts'
import { isStorable, stripUnstorable } from './strip-unstorable.ts'

/** The parts of a HubSpot record that loading needs. */
export interface SourceRecord {
  readonly id: string
  readonly properties: Readonly<Record<string, string | null>>
  /** ISO 8601. */
  readonly updatedAt: string
  readonly archived: boolean
  /**
   * Properties that HubSpot's answer lacked. If absent, these are the properties without a key in
   * `properties`; otherwise a property without a key is null.
   */
  readonly unanswered?: readonly string[]
}

/** A record ready for Postgres, and what happened to its values. */
export interface ConvertedRecord {
  readonly id: string
  /** HubSpot's, ISO 8601. */
  readonly updatedAt: string
  /** The same in ms; NaN if it is not a time. */
  readonly updatedAtMs: number
  readonly archived: boolean
  /** The row as `row-json.ts` describes it. Nulls are left out, which nearly halves the cost of loading. */
  readonly json: Buffer
  readonly rejects: readonly ValueReject[]
  /** Values whose stored form differs from HubSpot's. */
  readonly altered: readonly AlteredValue[]
  /** Number of removed characters that Postgres cannot store: NUL, lone surrogates. */
  readonly sanitized: number
  /**
   * Requested properties that the answer lacks for this record, in plan order: HubSpot has archived or
   * retired them, or this key may not read them. Their columns keep their values.
   */
  readonly unanswered: readonly string[]
  /** Those of them that other records of the same answer have, so that HubSpot does answer them. */
  readonly answeredForOthers: readonly string[]
}

/** A value that did not fit its column; the column becomes null. */
export interface ValueReject {
  readonly property: string
  /** As HubSpot sent it, without characters that Postgres cannot store. */
  readonly rawValue: string
  readonly reason: RejectReason
}

/**
 * A value as HubSpot sent it (without unstorable characters), if its column stores it in another form or
 * not at all.
 */
export interface AlteredValue {
  readonly property: string
  readonly rawValue: string
}

/** A property column and its short JSON key: long keys would add 15 to 40 % to the loading time. */
export interface RowColumn {
  readonly column: string
  readonly property: string
  readonly codec: Codec
  /** As in `PropertyCodec`. */
  readonly since?: string | undefined
  /** `c0`, `c1`, … */
  readonly key: string
  /**
   * Whether this is the property's current type. The last column of a property is current. In columns of
   * its earlier types, a value that does not fit becomes null without a reject.
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
  return entries.map(([column, { property, codec, since }], index) => ({
    column,
    property,
    codec,
    ...(since !== undefined && { since }),
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
    // Anything that is not text counts as null, including inherited members: a property may be called
    // `constructor`.
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

/** The records of one answer; for each, adds which of its missing properties other records have. */
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

/** Shared by all records without any. */
export const nothing: readonly never[] = []

/** Names of these columns' properties that an answer lacks, each once. */
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

/** Collects what happened to the values of one record. */
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

/** A value as a further member of the row's JSON; "" if the column stays null. */
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
 * Reconstructs the record from its row: the mapped properties that were set, as HubSpot sent them except
 * for characters that Postgres cannot store, and the names of unanswered properties. Converting it again
 * gives the same row, or one with fewer rejects.
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
