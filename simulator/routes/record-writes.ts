import type { Context } from '../context.ts'
import { type Answer, noContentAnswer, renderedAnswer } from '../http/answer.ts'
import { BodyWriter } from '../http/body-writer.ts'
import {
  bodyObject,
  type Call,
  invalidBody,
  isObject,
  parameter,
  requiredText,
} from '../http/call.ts'
import { v3AndDated } from '../http/paths.ts'
import { invalidRequest, notFound } from '../http/refusal.ts'
import type { Route } from '../http/router.ts'
import { writeRecord } from '../records/write-record.ts'
import type { ObjectType, StoredRecord } from '../store.ts'

/** Enough to change the portal by hand; no permissions, no validation rules, no batches. */
export const recordWriteRoutes: readonly Route[] = [
  {
    name: 'create',
    method: 'POST',
    pattern: 'crm/objects/:objectType',
    versions: v3AndDated,
    answer: createRecord,
  },
  {
    name: 'update',
    method: 'PATCH',
    pattern: 'crm/objects/:objectType/:objectId',
    versions: v3AndDated,
    answer: updateRecord,
  },
  {
    name: 'archive',
    method: 'DELETE',
    pattern: 'crm/objects/:objectType/:objectId',
    versions: v3AndDated,
    answer: archiveRecord,
  },
  {
    name: 'merge',
    method: 'POST',
    pattern: 'crm/objects/:objectType/merge',
    versions: v3AndDated,
    answer: mergeRecords,
  },
  {
    name: 'gdpr_delete',
    method: 'POST',
    pattern: 'crm/objects/:objectType/gdpr-delete',
    versions: v3AndDated,
    answer: purgeRecord,
  },
]

function createRecord(call: Call, context: Context): Answer {
  const type = writableType(call, context)
  const record = context.store.create(type.typeId, givenValues(call, context, type))
  return shownRecord(context, type, record, 201)
}

function updateRecord(call: Call, context: Context): Answer {
  const type = writableType(call, context)
  const id = parameter(call, 'objectId')
  const { id: currentId } = liveRecord(context, type, id)
  context.store.update(type.typeId, currentId, givenValues(call, context, type))
  return shownRecord(context, type, liveRecord(context, type, currentId), 200)
}

/** Deleting a missing record also answers 204. */
function archiveRecord(call: Call, context: Context): Answer {
  const type = writableType(call, context)
  const record = context.store.record(type.typeId, parameter(call, 'objectId'))
  if (record?.archived === false) context.store.archive(type.typeId, record.id)
  return noContentAnswer
}

function mergeRecords(call: Call, context: Context): Answer {
  const type = writableType(call, context)
  const body = bodyObject(call)
  const primary = liveRecord(context, type, requiredText(body, 'primaryObjectId'))
  const merged = liveRecord(context, type, requiredText(body, 'objectIdToMerge'))
  if (primary.id === merged.id) throw invalidRequest('A record cannot be merged with itself')
  const survivorId = context.store.merge(type.typeId, primary.id, merged.id)
  return shownRecord(context, type, liveRecord(context, type, survivorId), 200)
}

function purgeRecord(call: Call, context: Context): Answer {
  const type = writableType(call, context)
  const id = requiredText(bodyObject(call), 'objectId')
  if (context.store.record(type.typeId, id) !== undefined) context.store.purge(type.typeId, id)
  return noContentAnswer
}

function writableType(call: Call, context: Context): ObjectType {
  const type = context.definitions.objectType(parameter(call, 'objectType'))
  context.access.requireWrites(type)
  return type
}

function liveRecord(context: Context, type: ObjectType, id: string): StoredRecord {
  const currentId = context.store.survivorOf(type.typeId, id) ?? id
  const record = context.store.record(type.typeId, currentId)
  if (record !== undefined && !record.archived) return record
  throw notFound('Object not found.  objectId are usually numeric.', { context: { id: [id] } })
}

/**
 * `properties` of the body as text; null becomes "", which clears a value. Unknown names are refused
 * together.
 */
function givenValues(call: Call, context: Context, type: ObjectType): Record<string, string> {
  const { properties: given = {} } = bodyObject(call)
  if (!isObject(given)) throw invalidBody('`properties` is not an object')
  const unknown = Object.keys(given).filter(
    (name) => context.definitions.property(type.typeId, name) === undefined,
  )
  if (unknown.length > 0) throw unknownProperties(unknown)
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, value === null ? '' : String(value)]),
  )
}

function unknownProperties(names: readonly string[]): Error {
  const error = 'PROPERTY_DOESNT_EXIST'
  const problems = names.map((name) => ({ name, message: `Property "${name}" does not exist` }))
  const details = problems.map(({ name, message }) => ({ isValid: false, message, error, name }))
  return invalidRequest(`Property values were not valid: ${JSON.stringify(details)}`, {
    errors: problems.map(({ name, message }) => ({
      message,
      code: error,
      context: { propertyName: [name] },
    })),
  })
}

function shownRecord(
  context: Context,
  type: ObjectType,
  record: StoredRecord,
  status: number,
): Answer {
  const selection = context.definitions.select(type, Object.keys(record.properties))
  const writer = new BodyWriter()
  writeRecord(writer, context, type, record, selection)
  return renderedAnswer(writer.finish(), status)
}
