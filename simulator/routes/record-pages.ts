import type { Context } from '../context.ts'
import { type Answer, renderedAnswer } from '../http/answer.ts'
import { BodyWriter } from '../http/body-writer.ts'
import {
  type Call,
  flagOption,
  invalidInteger,
  limitOption,
  listOption,
  parameter,
} from '../http/call.ts'
import { nextLink } from '../http/next-link.ts'
import { v3AndDated } from '../http/paths.ts'
import { notFound } from '../http/refusal.ts'
import type { Route } from '../http/router.ts'
import { findByUniqueValue } from '../records/find-by-unique-value.ts'
import { renderInlineAssociations } from '../records/render-associations.ts'
import { writeRecord, writeRecords } from '../records/write-record.ts'
import type { ObjectType, StoredRecord } from '../store.ts'

export const recordPageRoutes: readonly Route[] = [
  {
    name: 'list',
    method: 'GET',
    pattern: 'crm/objects/:objectType',
    versions: v3AndDated,
    answer: listRecords,
  },
  {
    name: 'get',
    method: 'GET',
    pattern: 'crm/objects/:objectType/:objectId',
    versions: v3AndDated,
    answer: readRecord,
  },
]

const defaultPageRecords = 10
const mostRecords = 100
/** With history, HubSpot halves the page size. */
const mostRecordsWithHistory = 50

/** Ascending by id, starting at `after`, which may be any integer. */
function listRecords(call: Call, context: Context): Answer {
  const type = context.definitions.objectType(parameter(call, 'objectType'))
  const write = recordWriting(call, context, type)
  const withHistory = listOption(call, 'propertiesWithHistory').length > 0
  const most = withHistory ? mostRecordsWithHistory : mostRecords
  const limit = limitOption(call, defaultPageRecords, most)
  const archived = flagOption(call, 'archived')
  const page: StoredRecord[] = []
  let nextId: string | undefined
  for (const record of context.store.scan(type.typeId, fromId(call), { archived })) {
    if (page.length === limit) {
      nextId = record.id
      break
    }
    page.push(record)
  }
  const writer = new BodyWriter()
  writer.ascii('{"results":[')
  writeRecords(writer, page, (record) => write(writer, record))
  writer.ascii(']')
  if (nextId !== undefined) {
    const link = nextLink(call, context, nextId)
    writer.json(`,"paging":${JSON.stringify({ next: { after: nextId, link } })}`)
  }
  if (!archived) context.afterPage({ type, ids: page.map((record) => record.id), nextId })
  writer.ascii('}')
  return renderedAnswer(writer.finish())
}

function fromId(call: Call): bigint {
  const after = call.query.get('after')
  if (after === null || after === '') return 0n
  if (!/^\d{1,19}$/.test(after)) throw invalidInteger('after', after)
  return BigInt(after)
}

function readRecord(call: Call, context: Context): Answer {
  const type = context.definitions.objectType(parameter(call, 'objectType'))
  const write = recordWriting(call, context, type)
  const id = parameter(call, 'objectId')
  const record = findRecord(call, context, type, id)
  if (record === undefined || record.archived !== flagOption(call, 'archived')) {
    throw notFound('Object not found.  objectId are usually numeric.', {
      context: { id: [id] },
      subCategory: 'crm.objects.OBJECT_NOT_FOUND',
    })
  }
  const writer = new BodyWriter()
  write(writer, record)
  return renderedAnswer(writer.finish())
}

/** A merged id returns the survivor, under the survivor's own id. */
function findRecord(
  call: Call,
  { store, definitions }: Context,
  type: ObjectType,
  id: string,
): StoredRecord | undefined {
  const idProperty = call.query.get('idProperty')
  if (idProperty !== null && idProperty !== 'hs_object_id') {
    const property = definitions.property(type.typeId, idProperty)
    return findByUniqueValue(store, type, property, idProperty)(id)
  }
  const survivorId = store.survivorOf(type.typeId, id)
  return store.record(type.typeId, survivorId ?? id)
}

function recordWriting(
  call: Call,
  context: Context,
  type: ObjectType,
): (writer: BodyWriter, record: StoredRecord) => void {
  const { access, definitions } = context
  access.requireRecords(type)
  const targets = listOption(call, 'associations').map((name) => definitions.objectType(name))
  for (const target of targets) access.requireRecords(target)
  const historyNames = listOption(call, 'propertiesWithHistory')
  const history = definitions.readable(type, historyNames)
  const selection = definitions.select(type, [...listOption(call, 'properties'), ...historyNames])
  return (writer, record) => {
    const associations = renderInlineAssociations(context, type, record.id, targets)
    const extras = associations === undefined ? { history } : { history, associations }
    writeRecord(writer, context, type, record, selection, extras)
  }
}
