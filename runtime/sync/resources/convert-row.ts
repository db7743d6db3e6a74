import { createHash } from 'node:crypto'
import type { PlannedTable, ResourcePlan } from '../../postgres/load/resource-plan.ts'
import { type PointerPlace, readElements, readPointer } from '../../resources/read-pointer.ts'
import type { ChildTable } from '../../resources/resource.ts'
import {
  ConversionNotes,
  type ConvertedRecord,
  convertValue,
  nothing,
  type RowColumn,
} from '../../values/row.ts'
import { endOfRow, readRow, startOfRow } from '../../values/row-json.ts'
import { stripUnstorable } from '../../values/strip-unstorable.ts'

/** Postgres indexes no longer keys: of 8,191 bytes of an index entry, it needs a third. HubSpot's have fewer than 100. */
const longestKeyBytes = 1_000

/** The columns of the parent row, as text; empty if there is no parent. */
export type ParentColumns = Readonly<Record<string, string | null>>

export interface RowSource {
  readonly item: unknown
  readonly parent: ParentColumns
  /** The key of the parent under which the row counts as found; "" if it counts for all. */
  readonly foundUnder: string
  /** Of its chain: among rows of one key, that of an earlier chain counts. */
  readonly step: number
  /** Stands for the time at which HubSpot had the row; ISO 8601. */
  readonly readAt: string
}

export interface ConvertedRow {
  /** Null for a row without a usable key, which cannot be stored. */
  readonly row: ConvertedRecord | null
  /** The number of rows of child tables without a usable key. */
  readonly nameless: number
}

/** Converts a row of an answer, with the rows of its child tables. Never throws, whatever it contains. */
export function convertRow(plan: ResourcePlan, source: RowSource): ConvertedRow {
  const { own, children, resource } = plan
  const { parent, item, foundUnder, readAt, step } = source
  const notes = new ConversionNotes()
  const members = membersOf(own, { item, position: 0, parent }, notes)
  const hashed = resource.keyHash
  if (hashed !== undefined && !members.has(hashed.column)) {
    const column = own.columns.find((one) => one.column === hashed.column)
    const text = JSON.stringify(hashed.of.map((name) => valueText(members, name) ?? null))
    if (column !== undefined)
      add(members, column, createHash('sha256').update(text).digest('hex'), notes)
  }
  const key = resource.key.map((name) => valueText(members, name))
  if (!isUsable(key)) return { row: null, nameless: 0 }
  const id = key.join('/')
  const parts = textsOf(members)
  let nameless = 0
  for (const child of children) {
    const rows = childRows(child, item, members, notes)
    nameless += rows.nameless
    if (rows.json.length > 0) parts.push(`,"${child.member}":[${rows.json.join(',')}]`)
  }
  const under = foundUnder === '' ? '' : `,"p":${JSON.stringify(foundUnder)}`
  const json = `${startOfRow(id)}${under}${parts.join('')}${endOfRow(readAt, false)}`
  const { rejects, altered, sanitized } = notes
  return {
    row: {
      ...{ id, updatedAt: readAt, updatedAtMs: -step, archived: false, json: Buffer.from(json) },
      ...{ rejects, altered, sanitized, unanswered: nothing, answeredForOthers: nothing },
    },
    nameless,
  }
}

/** The text of a column of a converted row; undefined if it is null. */
export function columnText(
  { own }: ResourcePlan,
  { json }: ConvertedRecord,
  name: string,
): string | undefined {
  const key = own.columns.find(({ column }) => column === name)?.key
  const value = key === undefined ? undefined : readRow(json)[key]
  return value === undefined ? undefined : String(value)
}

function isUsable(key: readonly (string | undefined)[]): boolean {
  return !key.includes(undefined) && Buffer.byteLength(key.join('/')) <= longestKeyBytes
}

interface Member {
  readonly key: string
  /** `,"c3":"text"` */
  readonly text: string
}

/** By column. */
type Members = Map<string, Member>

function membersOf(
  { columns, pointers: own }: PlannedTable,
  place: PointerPlace,
  notes: ConversionNotes,
  constants: Readonly<Record<string, string>> = {},
  pointers: ReadonlyMap<string, string> = own,
): Members {
  const members: Members = new Map()
  for (const column of columns) {
    const pointer = pointers.get(column.column)
    const raw =
      constants[column.column] ??
      (pointer === undefined ? undefined : textOf(readPointer(pointer, place), notes))
    if (raw !== undefined) add(members, column, raw, notes)
  }
  return members
}

function add(members: Members, column: RowColumn, raw: string, notes: ConversionNotes): void {
  const text = convertValue(column, raw, notes)
  if (text !== '') members.set(column.column, { key: column.key, text })
}

/** The value of a column as text; undefined if it is null. Reads it back, so only a few are to be asked for. */
function valueText(members: Members, column: string): string | undefined {
  const member = members.get(column)
  if (member === undefined) return undefined
  const { key, text } = member
  return String((JSON.parse(`{${text.slice(1)}}`) as Readonly<Record<string, unknown>>)[key])
}

function textsOf(members: Members): string[] {
  return Array.from(members.values(), ({ text }) => text)
}

function childRows(
  child: PlannedTable,
  item: unknown,
  members: Members,
  notes: ConversionNotes,
): { readonly json: readonly string[]; readonly nameless: number } {
  const rows = new Map<string, string>()
  let nameless = 0
  let parent: ParentColumns | undefined
  for (const entry of child.table.entries) {
    if (!isWanted(entry, item)) continue
    const pointers = new Map(
      Object.entries(entry.columns).map(([name, [pointer]]) => [name, pointer]),
    )
    readElements(entry.each, item).forEach((element, position) => {
      parent ??= Object.fromEntries(
        Array.from(members.keys(), (name) => [name, valueText(members, name) ?? null]),
      )
      const found = membersOf(
        child,
        { item: element, position, parent },
        notes,
        entry.set,
        pointers,
      )
      const key = child.table.key.map((name) => valueText(found, name))
      if (!isUsable(key)) nameless += 1
      else rows.set(JSON.stringify(key), `{${textsOf(found).join('').slice(1)}}`)
    })
  }
  return { json: [...rows.values()], nameless }
}

function isWanted({ when = {} }: ChildTable, item: unknown): boolean {
  return Object.entries(when).every(([pointer, values]) => {
    const place = { item, position: 0, parent: {} }
    const found = textOf(readPointer(pointer, place), new ConversionNotes())
    return found !== undefined && values.includes(found)
  })
}

/** A value as HubSpot sent it; an object or array as JSON, without characters that Postgres cannot store. */
function textOf(value: unknown, notes: ConversionNotes): string | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string') return value
  if (typeof value !== 'object') return String(value)
  return JSON.stringify(value, (_, part: unknown) => {
    if (typeof part !== 'string') return part
    const { text, removed } = stripUnstorable(part)
    notes.sanitized += removed
    return text
  })
}
