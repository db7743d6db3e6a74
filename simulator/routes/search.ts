import type { Context } from '../context.ts'
import { type Answer, renderedAnswer } from '../http/answer.ts'
import { BodyWriter } from '../http/body-writer.ts'
import { type Call, parameter } from '../http/call.ts'
import { v3AndDated } from '../http/paths.ts'
import { noSuchPage, Refusal } from '../http/refusal.ts'
import type { Route } from '../http/router.ts'
import { writeRecord, writeRecords } from '../records/write-record.ts'
import { findMatches } from '../search/find-matches.ts'
import { readSearchRequest, type SearchRequest } from '../search/search-request.ts'
import { comparable } from '../search/search-value.ts'
import type { ObjectType } from '../store.ts'

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
  if (type.missing?.includes('search')) throw noSuchPage()
  const request = readSearchRequest(call, context.searchBodyLimit)
  if (asksFromEpoch(type, request) && context.isOn('search_since_1970_500')) {
    throw new Refusal(500, { message: 'internal error' })
  }
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

/** Some portals answer 500 to a search for everything modified since 1970, others answer as usual. */
function asksFromEpoch(type: ObjectType, request: SearchRequest): boolean {
  return request.filterGroups
    .flat()
    .filter(({ operator }) => operator === 'GT' || operator === 'GTE')
    .filter(({ propertyName }) => propertyName === type.modifiedProperty)
    .some(({ value }) => comparable('instant', value) === 0)
}
