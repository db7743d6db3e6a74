import type { Context } from '../context.ts'
import { type Answer, renderedAnswer } from '../http/answer.ts'
import { BodyWriter } from '../http/body-writer.ts'
import { type Call, parameter } from '../http/call.ts'
import { v3AndDated } from '../http/paths.ts'
import type { Route } from '../http/router.ts'
import { writeRecord, writeRecords } from '../records/write-record.ts'
import { findMatches } from '../search/find-matches.ts'
import { readSearchRequest } from '../search/search-request.ts'

export const searchRoutes: readonly Route[] = [
  {
    name: 'search',
    method: 'POST',
    pattern: 'crm/objects/:objectType/search',
    versions: v3AndDated,
    budget: 'search',
    answer: searchRecords,
  },
]

/** Here, `after` counts results, and `next` has no link. */
function searchRecords(call: Call, context: Context): Answer {
  const type = context.definitions.objectType(parameter(call, 'objectType'))
  context.access.requireRecords(type)
  const request = readSearchRequest(call)
  const { limit, offset, properties, ...question } = request
  context.changes.searches++
  context.changes.forgetIndexed()
  const key = JSON.stringify([type.typeId, question])
  const matches = context.matches.find(key, () => findMatches(context, type, request))
  const selection = context.definitions.select(type, properties)
  const writer = new BodyWriter()
  writer.ascii(`{"total":${matches.total},"results":[`)
  writeRecords(writer, matches.slice(offset, limit), (record) =>
    writeRecord(writer, context, type, record, selection),
  )
  writer.ascii(']')
  if (offset + limit < matches.total && limit > 0) {
    writer.ascii(`,"paging":{"next":{"after":"${offset + limit}"}}`)
  }
  writer.ascii('}')
  return renderedAnswer(writer.finish())
}
