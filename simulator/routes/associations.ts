import type { Context } from '../context.ts'
import { type Answer, jsonAnswer, renderedAnswer } from '../http/answer.ts'
import {
  batchInputs,
  bodyObject,
  type Call,
  invalidInteger,
  limitOption,
  parameter,
  requiredText,
  textField,
} from '../http/call.ts'
import { nextLink } from '../http/next-link.ts'
import { rowsOf } from '../http/pages.ts'
import { recordAssociationVersions, v4AndDated } from '../http/paths.ts'
import { notFound } from '../http/refusal.ts'
import type { Route } from '../http/router.ts'
import { associationName, inlineEntriesOf } from '../records/render-associations.ts'
import { pairKey } from '../resources/make-association-types.ts'
import { compareIds } from '../search/search-value.ts'
import type { Link, ObjectType } from '../store.ts'
import { batchAnswer } from './record-batches.ts'

const mostInputs = 1_000
const mostLinks = 500

export const associationRoutes: readonly Route[] = [
  {
    name: 'associations',
    method: 'POST',
    pattern: 'crm/associations/:fromObjectType/:toObjectType/batch/read',
    versions: ['v3', ...v4AndDated],
    answer: readAssociationsInBatch,
  },
  {
    name: 'association_types',
    method: 'GET',
    pattern: 'crm/associations/:fromObjectType/:toObjectType/types',
    versions: ['v3'],
    answer: listTypes,
  },
  {
    name: 'labels',
    method: 'GET',
    pattern: 'crm/associations/:fromObjectType/:toObjectType/labels',
    versions: v4AndDated,
    answer: listLabels,
  },
  {
    name: 'record_associations',
    method: 'GET',
    pattern: 'crm/objects/:fromObjectType/:objectId/associations/:toObjectType',
    versions: recordAssociationVersions,
    answer: listRecordAssociations,
  },
]

function readAssociationsInBatch(call: Call, context: Context): Answer {
  const { from, to } = readPair(call, context)
  const results: string[] = []
  const errors: object[] = []
  for (const input of batchInputs(bodyObject(call), mostInputs)) {
    const id = requiredText(input, 'id')
    const links = linksFrom(context, from, id, to, textField(input, 'after'))
    if (links.length === 0) errors.push(nothingLinked(from, id, to))
    else results.push(renderLinks(call, context, { from, to, id }, links))
  }
  return batchAnswer(context, errors, (writer) => writer.json(results.join(',')))
}

function listLabels(call: Call, context: Context): Answer {
  const { from, to } = readPair(call, context)
  const types = context.resources.list('association_type', pairKey(from.typeId, to.typeId))
  return jsonAnswer({ results: rowsOf(types) })
}

/** The types of v3 have names instead of labels. */
function listTypes(call: Call, context: Context): Answer {
  const { from, to } = readPair(call, context)
  const types = context.resources.list('association_type', pairKey(from.typeId, to.typeId))
  const results = rowsOf(types).map(({ typeId, category, label }) => ({
    id: String(typeId),
    name: associationName(
      { category: String(category), label: typeof label === 'string' ? label : null },
      from,
      to,
    ),
  }))
  return jsonAnswer({ results })
}

function listRecordAssociations(call: Call, context: Context): Answer {
  const { from, to } = readPair(call, context)
  const id = parameter(call, 'objectId')
  if (context.store.record(from.typeId, id) === undefined) {
    throw notFound(`${from.singularName} ${id} does not exist`, { context: { id: [id] } })
  }
  const limit = limitOption(call, mostLinks, mostLinks)
  const links = linksFrom(context, from, id, to, call.query.get('after') ?? undefined)
  const shown = links.slice(0, limit)
  const results = renderEach(call, shown, from, to)
  return renderedAnswer(`{"results":${results}${renderPaging(call, context, links[limit])}}`)
}

function readPair(call: Call, context: Context): { from: ObjectType; to: ObjectType } {
  const from = context.definitions.objectType(parameter(call, 'fromObjectType'))
  const to = context.definitions.objectType(parameter(call, 'toObjectType'))
  context.access.requireRecords(from)
  context.access.requireRecords(to)
  return { from, to }
}

/** `after` is the first linked id to return. */
function linksFrom(
  context: Context,
  from: ObjectType,
  id: string,
  to: ObjectType,
  after: string | undefined,
): readonly Link[] {
  if (after !== undefined && !/^\d*$/.test(after)) throw invalidInteger('after', after)
  const links = context.store.links(from.typeId, id, to.typeId)
  if (after === undefined || after === '') return links
  return links.filter((link) => compareIds(link.toId, after) >= 0)
}

interface PairOfRecord {
  readonly from: ObjectType
  readonly to: ObjectType
  readonly id: string
}

function renderLinks(
  call: Call,
  context: Context,
  { from, to, id }: PairOfRecord,
  links: readonly Link[],
): string {
  const size = context.associationPageSize
  const linked = renderEach(call, links.slice(0, size), from, to)
  return `{"from":${JSON.stringify({ id })},"to":${linked}${renderPaging(call, context, links[size])}}`
}

function renderEach(call: Call, links: readonly Link[], from: ObjectType, to: ObjectType): string {
  if (call.version === 'v3') return JSON.stringify(inlineEntriesOf(links, from, to))
  return `[${links.map(renderLink).join(',')}]`
}

/** The id as a number: the specification says text, but all recordings have numbers. */
function renderLink(link: Link): string {
  return `{"toObjectId":${link.toId},"associationTypes":${JSON.stringify(link.types)}}`
}

function renderPaging(call: Call, context: Context, next: Link | undefined): string {
  if (next === undefined) return ''
  const link = nextLink(call, context, next.toId)
  return `,"paging":${JSON.stringify({ next: { after: next.toId, link } })}`
}

/** A single such error makes the whole answer a 207, which still is a success. */
function nothingLinked(from: ObjectType, id: string, to: ObjectType): object {
  const fromName = from.singularName.toLowerCase()
  const toName = to.singularName.toLowerCase()
  return {
    status: 'error',
    category: 'OBJECT_NOT_FOUND',
    subCategory: 'crm.associations.NO_ASSOCIATIONS_FOUND',
    message: `No ${toName} is associated with ${fromName} ${id}.`,
    context: { fromObjectId: [id], fromObjectType: [fromName], toObjectType: [toName] },
  }
}
