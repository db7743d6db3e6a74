import type { ObjectType } from '../store.ts'
import { PORTAL } from './portal.ts'

export const TYPE_ID = {
  contacts: '0-1',
  companies: '0-2',
  deals: '0-3',
  tickets: '0-5',
  products: '0-7',
  lineItems: '0-8',
  communications: '0-18',
  tasks: '0-27',
  notes: '0-46',
  meetings: '0-47',
  calls: '0-48',
  emails: '0-49',
  vehicles: '2-39128401',
} as const

/** All kinds of engagements share one numbering: no two engagements have the same id. */
export const ENGAGEMENT_TYPE_IDS: readonly string[] = [
  TYPE_ID.calls,
  TYPE_ID.emails,
  TYPE_ID.meetings,
  TYPE_ID.notes,
  TYPE_ID.tasks,
  TYPE_ID.communications,
]

/** Engagements are also readable with the contact scope, as observed in a live portal. */
const CONTACT_SCOPE = 'crm.objects.contacts.read'

function standardType(
  typeId: string,
  names: readonly [plural: string, singular: string],
  labels: readonly [plural: string, singular: string],
  facts: Pick<ObjectType, 'primaryDisplayProperty' | 'recordScopes' | 'defaultProperties'> &
    Partial<ObjectType>,
): ObjectType {
  return {
    typeId,
    name: names[0],
    singularName: names[1],
    labels: { singular: labels[1], plural: labels[0] },
    custom: false,
    schemaScopes: [`crm.schemas.${names[0]}.read`, ...facts.recordScopes],
    createdProperty: 'createdate',
    modifiedProperty: 'hs_lastmodifieddate',
    ...facts,
  }
}

function engagementType(
  typeId: string,
  names: readonly [plural: string, singular: string],
  labels: readonly [plural: string, singular: string],
  titleProperty: string,
): ObjectType {
  return standardType(typeId, names, labels, {
    primaryDisplayProperty: titleProperty,
    recordScopes: [`crm.objects.${names[0]}.read`, CONTACT_SCOPE],
    createdProperty: 'hs_createdate',
    defaultProperties: [],
  })
}

function customType(typeId: string, name: string, labels: ObjectType['labels']): ObjectType {
  return {
    typeId,
    name,
    singularName: name,
    fullyQualifiedName: `p${PORTAL.portalId}_${name}`,
    labels,
    custom: true,
    primaryDisplayProperty: 'VIN',
    recordScopes: ['crm.objects.custom.read'],
    schemaScopes: ['crm.schemas.custom.read', 'crm.objects.custom.read'],
    createdProperty: 'hs_createdate',
    modifiedProperty: 'hs_lastmodifieddate',
    defaultProperties: [],
  }
}

/** An additional custom object of this name; type ids follow that of the vehicles. */
export function customObjectType(name: string, index: number): ObjectType {
  const typeId = `2-${Number(TYPE_ID.vehicles.slice(2)) + 1 + index}`
  return customType(typeId, name, { singular: name, plural: `${name} list` })
}

/** Messages by WhatsApp, SMS and LinkedIn; only in portals that ask for some. */
export const COMMUNICATIONS: ObjectType = engagementType(
  TYPE_ID.communications,
  ['communications', 'communication'],
  ['Communications', 'Communication'],
  'hs_communication_body',
)

export const OBJECT_TYPES: readonly ObjectType[] = [
  standardType('0-1', ['contacts', 'contact'], ['Contacts', 'Contact'], {
    primaryDisplayProperty: 'email',
    recordScopes: [CONTACT_SCOPE],
    modifiedProperty: 'lastmodifieddate',
    defaultProperties: ['email', 'firstname', 'lastname'],
  }),
  standardType('0-2', ['companies', 'company'], ['Companies', 'Company'], {
    primaryDisplayProperty: 'name',
    recordScopes: ['crm.objects.companies.read'],
    defaultProperties: ['domain', 'name'],
  }),
  standardType('0-3', ['deals', 'deal'], ['Deals', 'Deal'], {
    primaryDisplayProperty: 'dealname',
    recordScopes: ['crm.objects.deals.read'],
    defaultProperties: ['amount', 'closedate', 'dealname', 'dealstage', 'pipeline'],
  }),
  standardType('0-5', ['tickets', 'ticket'], ['Tickets', 'Ticket'], {
    primaryDisplayProperty: 'subject',
    recordScopes: ['tickets', 'crm.objects.tickets.read'],
    defaultProperties: [
      'content',
      'hs_pipeline',
      'hs_pipeline_stage',
      'hs_ticket_category',
      'hs_ticket_priority',
      'subject',
    ],
  }),
  standardType('0-8', ['line_items', 'line_item'], ['Line items', 'Line item'], {
    primaryDisplayProperty: 'name',
    recordScopes: ['crm.objects.line_items.read', 'e-commerce'],
    defaultProperties: ['amount', 'hs_product_id', 'quantity'],
  }),
  standardType('0-7', ['products', 'product'], ['Products', 'Product'], {
    primaryDisplayProperty: 'name',
    recordScopes: ['crm.objects.products.read', 'e-commerce'],
    defaultProperties: ['description', 'name', 'price'],
  }),
  engagementType('0-48', ['calls', 'call'], ['Calls', 'Call'], 'hs_call_title'),
  engagementType('0-49', ['emails', 'email'], ['Emails', 'Email'], 'hs_email_subject'),
  engagementType('0-47', ['meetings', 'meeting'], ['Meetings', 'Meeting'], 'hs_meeting_title'),
  engagementType('0-46', ['notes', 'note'], ['Notes', 'Note'], 'hs_note_body'),
  engagementType('0-27', ['tasks', 'task'], ['Tasks', 'Task'], 'hs_task_subject'),
  customType(TYPE_ID.vehicles, 'Vehicle', { singular: 'Vehicle', plural: 'Vehicles' }),
]
