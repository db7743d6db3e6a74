import type { Context } from '../context.ts'
import { type Answer, renderedAnswer } from '../http/answer.ts'
import { BodyWriter } from '../http/body-writer.ts'
import {
  batchInputs,
  bodyObject,
  type Call,
  flagOption,
  parameter,
  requiredText,
  stringList,
  textField,
} from '../http/call.ts'
import { v3AndDated } from '../http/paths.ts'
import { invalidRequest, noSuchPage } from '../http/refusal.ts'
import type { Route } from '../http/router.ts'
import { findByUniqueValue } from '../records/find-by-unique-value.ts'
import { writeRecord, writeRecords } from '../records/write-record.ts'
import { compareIds } from '../search/search-value.ts'
import type { ObjectType, StoredRecord } from '../store.ts'

const mostInputs = 100
const mostInputsWithHistory = 50

export const recordBatchRoutes: readonly Route[] = [
  {
    name: 'batch_read',
    method: 'POST',
    pattern: 'crm/objects/:objectType/batch/read',
    versions: v3AndDated,
    answer: readRecordsInBatch,
  },
]

/**
 * Results are in id order, not in the order of the inputs, since HubSpot guarantees none. Merged ids are
 * not resolved.
 */
function readRecordsInBatch(call: Call, context: Context): Answer {
  const { access, definitions, store } = context
  const type = definitions.objectType(parameter(call, 'objectType'))
  access.requireRecords(type)
  if (type.missing?.includes('batch_read')) throw noSuchPage()
  const body = bodyObject(call)
  const historyNames = stringList(body, 'propertiesWithHistory')
  const most = historyNames.length > 0 ? mostInputsWithHistory : mostInputs
  const ids = batchInputs(body, most).map((input) => requiredText(input, 'id'))
  refuseDuplicates(ids)

  const archived = flagOption(call, 'archived')
  const idProperty = textField(body, 'idProperty')
  const find =
    idProperty === undefined || idProperty === 'hs_object_id'
      ? (id: string) => store.record(type.typeId, id)
      : findByUniqueValue(store, type, definitions.property(type.typeId, idProperty), idProperty)
  const found: StoredRecord[] = []
  const missing: string[] = []
  for (const id of ids) {
    const record = find(id)
    if (record === undefined || record.archived !== archived) missing.push(id)
    else found.push(record)
  }

  const history = definitions.readable(type, historyNames)
  const selection = definitions.select(type, [...stringList(body, 'properties'), ...historyNames])
  found.sort((left, right) => compareIds(left.id, right.id))
  return batchAnswer(context, missingRecords(type, missing), (writer) => {
    writeRecords(writer, found, (record) =>
      writeRecord(writer, context, type, record, selection, { history }),
    )
  })
}

function refuseDuplicates(ids: readonly string[]): void {
  const duplicates = [...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))]
  if (duplicates.length === 0) return
  throw invalidRequest(
    `Duplicate IDs found in batch input: [${duplicates.join(', ')}]. IDs must be unique`,
    { context: { ids: duplicates } },
  )
}

function missingRecords(type: ObjectType, ids: readonly string[]): readonly object[] {
  if (ids.length === 0) return []
  const name = type.singularName.toUpperCase()
  return [
    {
      status: 'error',
      category: 'OBJECT_NOT_FOUND',
      message: `Could not get some ${name} objects, they may be deleted or not exist. Check that ids are valid.`,
      context: { ids },
    },
  ]
}

/** The frame of every batch answer: 200, or 207 if there is at least one error. */
export function batchAnswer(
  context: Context,
  errors: readonly object[],
  writeResults: (writer: BodyWriter) => void,
): Answer {
  const now = new Date(context.clock.nowMs()).toISOString()
  const writer = new BodyWriter()
  writer.ascii(`{"completedAt":"${now}","status":"COMPLETE","startedAt":"${now}","results":[`)
  writeResults(writer)
  writer.ascii(']')
  if (errors.length > 0) {
    writer.json(`,"errors":${JSON.stringify(errors)},"numErrors":${errors.length}`)
  }
  writer.ascii('}')
  return renderedAnswer(writer.finish(), errors.length === 0 ? 200 : 207)
}
