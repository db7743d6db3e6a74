import type { Context } from '../context.ts'
import { type Answer, jsonAnswer } from '../http/answer.ts'
import type { Call } from '../http/call.ts'
import { pageByPlace, rowsOf } from '../http/pages.ts'
import { invalidRequest } from '../http/refusal.ts'
import type { Route } from '../http/router.ts'
import type { ResourceRow } from '../resources/resources.ts'

const dated: readonly string[] = ['2026-03', '2026-09']
const old = 'events/events'
const current = 'events/event-occurrences'

export const eventOccurrenceRoutes: readonly Route[] = [
  {
    name: 'occurrences_v3',
    method: 'GET',
    pattern: old,
    versions: ['v3'],
    answer: listOccurrences,
  },
  {
    name: 'occurrences',
    method: 'GET',
    pattern: current,
    versions: dated,
    answer: listOccurrences,
  },
  {
    name: 'event_types_v3',
    method: 'GET',
    pattern: `${old}/event-types`,
    versions: ['v3'],
    answer: listTypes,
  },
  {
    name: 'event_types',
    method: 'GET',
    pattern: `${current}/event-types`,
    versions: dated,
    answer: listTypes,
  },
]

const scopes = ['business-intelligence', 'web-analytics-api-access']

/** Of one object, one event or one type; newest first unless `sort` says otherwise. */
function listOccurrences(call: Call, context: Context): Answer {
  context.access.requireOneOf(scopes)
  const { query } = call
  if (!['objectId', 'id', 'eventType'].some((name) => query.has(name))) {
    throw invalidRequest('One of objectId, id and eventType is required')
  }
  if (query.has('objectId') && !query.has('objectType')) {
    throw invalidRequest('objectType is required with objectId')
  }
  const type = typeOf(query.get('objectType'), context)
  const [after, before] = [timeOf(call, 'occurredAfter'), timeOf(call, 'occurredBefore')]
  const is = (row: ResourceRow, name: string) =>
    !query.has(name) || query.get(name) === String(row[name])
  const rows = rowsOf(context.resources.list('event_occurrence'))
    .filter((row) => type === null || typeOf(String(row['objectType']), context) === type)
    .filter((row) => is(row, 'objectId') && is(row, 'id') && is(row, 'eventType'))
    .filter((row) => occurredMs(row) > (after ?? 0) && occurredMs(row) < (before ?? Infinity))
    .toSorted((left, right) => occurredMs(right) - occurredMs(left))
  const sorted = query.get('sort') === 'occurredAt' ? rows.toReversed() : rows
  return jsonAnswer(pageByPlace(call, context, sorted, { size: 100, most: 1_000 }))
}

/** The id of a type named as `contact`, `CONTACT` or `0-1`. */
function typeOf(name: string | null, context: Context): string | null {
  if (name === null) return null
  return context.store.findObjectType(name.toLowerCase())?.typeId ?? name
}

function timeOf(call: Call, name: string): number | null {
  const text = call.query.get(name)
  if (text === null) return null
  const ms = Date.parse(text)
  if (Number.isNaN(ms)) throw invalidRequest(`${name}: \`${text}\` is no time`)
  return ms
}

function occurredMs(row: ResourceRow): number {
  return Date.parse(String(row['occurredAt']))
}

function listTypes(_call: Call, context: Context): Answer {
  context.access.requireOneOf(scopes)
  const found = rowsOf(context.resources.list('event_occurrence')).map((row) => row['eventType'])
  return jsonAnswer({ eventTypes: [...new Set(found)] })
}
