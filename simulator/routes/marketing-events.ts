import type { Context } from '../context.ts'
import { type Answer, jsonAnswer } from '../http/answer.ts'
import type { Call } from '../http/call.ts'
import { pageByPlace } from '../http/pages.ts'
import { v3AndDated } from '../http/paths.ts'
import type { Route } from '../http/router.ts'
import type { ResourceRow } from '../resources/resources.ts'
import type { StoredRecord } from '../store.ts'

export const marketingEventRoutes: readonly Route[] = [
  {
    name: 'marketing_events',
    method: 'GET',
    pattern: 'marketing/marketing-events',
    versions: v3AndDated,
    answer: listEvents,
  },
]

const MARKETING_EVENTS = '0-54'

/** Fields of this API, and the properties of the records that they show. */
const texts: readonly (readonly [field: string, property: string])[] = [
  ['eventType', 'hs_event_type'],
  ['startDateTime', 'hs_start_datetime'],
  ['endDateTime', 'hs_end_datetime'],
  ['eventDescription', 'hs_event_description'],
  ['eventOrganizer', 'hs_event_organizer'],
  ['eventUrl', 'hs_event_url'],
]
const counts: readonly (readonly [field: string, property: string])[] = [
  ['registrants', 'hs_registrations'],
  ['attendees', 'hs_attendees'],
  ['cancellations', 'hs_cancellations'],
  ['noShows', 'hs_noshows'],
]

/** The same records as those of the object, in another shape. */
function listEvents(call: Call, context: Context): Answer {
  context.access.requireOneOf(['crm.objects.marketing_events.read'])
  const known = context.store.findObjectType(MARKETING_EVENTS) !== undefined
  const records = known ? context.store.scan(MARKETING_EVENTS, 0n, { archived: false }) : []
  const rows = [...records].map(shown)
  return jsonAnswer(pageByPlace(call, context, rows, { size: 10, most: 100 }))
}

function shown(record: StoredRecord): ResourceRow {
  const fields = texts.flatMap(([field, property]) => {
    const value = record.value(property)
    return value === undefined || value === '' ? [] : [[field, value] as const]
  })
  const numbers = counts.flatMap(([field, property]) => {
    const value = Number(record.value(property) ?? Number.NaN)
    return Number.isFinite(value) ? [[field, value] as const] : []
  })
  return {
    objectId: record.id,
    eventName: record.value('hs_event_name') ?? '',
    ...Object.fromEntries([...fields, ...numbers]),
    customProperties: [],
    createdAt: record.createdAt,
    updatedAt: record.updatedAt,
  }
}
