import type { Context } from '../context.ts'
import type { BodyWriter } from '../http/body-writer.ts'
import type { ObjectType, StoredRecord } from '../store.ts'
import type { Selection } from './definitions.ts'

/** What a record shows besides its values; `associations` is ready-made JSON. */
export interface RecordExtras {
  /** Names whose history is asked for. */
  readonly history?: readonly string[]
  readonly associations?: string
}

/** One record as JSON, from the cache where it is kept. */
export function writeRecord(
  writer: BodyWriter,
  context: Context,
  type: ObjectType,
  record: StoredRecord,
  selection: Selection,
  extras: RecordExtras = {},
): void {
  const shelf = hasExtras(extras) ? undefined : context.kept.shelf(type.typeId, selection)
  const kept = shelf?.get(record.id)
  if (kept !== undefined) {
    writer.bytes(kept)
    return
  }
  const start = writer.position()
  renderRecord(writer, context, type, record, selection, extras)
  if (shelf !== undefined) context.kept.keep(shelf, record.id, writer.since(start))
}

function hasExtras({ history = [], associations }: RecordExtras): boolean {
  return history.length > 0 || associations !== undefined
}

/**
 * Put together by hand: a page of a hundred records with hundreds of properties
 * costs a third of what building objects and stringifying them does.
 */
function renderRecord(
  writer: BodyWriter,
  context: Context,
  type: ObjectType,
  record: StoredRecord,
  selection: Selection,
  extras: RecordExtras,
): void {
  const { portalId, uiDomain } = context.store.portal
  writer.ascii(`{"id":"${record.id}","properties":{`)
  writeValues(writer, record, selection)
  writer.ascii('}')
  if (extras.history !== undefined && extras.history.length > 0) {
    const history = extras.history.map((name) => [
      name,
      context.store.history(type.typeId, record.id, name),
    ])
    writer.json(`,"propertiesWithHistory":${JSON.stringify(Object.fromEntries(history))}`)
  }
  writer.ascii(`,"createdAt":"${record.createdAt}","updatedAt":"${record.updatedAt}"`)
  writer.ascii(`,"archived":${record.archived}`)
  if (record.archivedAt !== undefined) writer.ascii(`,"archivedAt":"${record.archivedAt}"`)
  if (extras.associations !== undefined) writer.json(`,"associations":${extras.associations}`)
  const path = `contacts/${portalId}/record/${type.typeId}/${record.id}`
  writer.ascii(`,"url":"https://${uiDomain}/${path}"}`)
}

/** Most properties are unset: a run of them is one slice of a text that is there already. */
function writeValues(writer: BodyWriter, record: StoredRecord, selection: Selection): void {
  const { properties, allUnset } = selection
  let unsetFrom = -1
  for (const { name, key, unsetAt } of properties) {
    const value = record.value(name)
    if (value === undefined) {
      if (unsetFrom < 0) unsetFrom = unsetAt
      continue
    }
    if (unsetFrom >= 0) writer.ascii(allUnset.slice(unsetFrom, unsetAt))
    unsetFrom = -1
    writer.member(key, value)
  }
  if (unsetFrom >= 0) writer.ascii(allUnset.slice(unsetFrom))
}

/** Records with commas between them. */
export function writeRecords(
  writer: BodyWriter,
  records: readonly StoredRecord[],
  write: (record: StoredRecord) => void,
): void {
  for (const [index, record] of records.entries()) {
    if (index > 0) writer.ascii(',')
    write(record)
  }
}
