import type { ObjectType } from '../store.ts'
import type { CatalogueFile } from './read-properties.ts'
import standard from './standard.json' with { type: 'json' }

/** A standard object for which the simulator invents no records unless a count asks for some. */
interface StandardObject {
  /** Unknown to HubSpot's documentation for three of them, which are addressed by name. */
  readonly typeId?: string
  readonly name: keyof typeof standard
  readonly singularName: string
  readonly display: string
  readonly scopes: readonly string[]
  readonly defaults?: readonly string[]
  readonly aliases?: readonly string[]
  readonly missing?: ObjectType['missing']
}

const contacts = 'crm.objects.contacts.read'
const lineItems = 'crm.objects.line_items.read'
const shop = 'e-commerce'

const STANDARD_OBJECTS: readonly StandardObject[] = [
  {
    typeId: '0-14',
    name: 'quotes',
    singularName: 'quote',
    display: 'hs_title',
    scopes: ['crm.objects.quotes.read', shop],
    defaults: ['hs_expiration_date', 'hs_public_url_key', 'hs_status', 'hs_title'],
  },
  {
    typeId: '0-19',
    name: 'feedback_submissions',
    singularName: 'feedback_submission',
    display: 'hs_submission_name',
    scopes: ['crm.objects.feedback_submissions.read', contacts],
  },
  own('0-53', 'invoices', 'invoice', 'hs_number'),
  own('0-54', 'marketing_events', 'marketing_event', 'hs_event_name'),
  own('0-69', 'subscriptions', 'subscription', 'hs_name'),
  {
    typeId: '0-72',
    name: 'deal_splits',
    singularName: 'deal_split',
    display: 'hs_deal_name',
    scopes: ['crm.dealsplits.read_write', 'crm.objects.deals.read'],
  },
  {
    ...own('0-74', 'goal_targets', 'goal_target', 'hs_goal_name'),
    scopes: ['crm.objects.goals.read'],
  },
  { ...own('0-84', 'discounts', 'discount', 'hs_label'), scopes: [lineItems, shop] },
  { ...own('0-85', 'fees', 'fee', 'hs_label'), scopes: [lineItems] },
  { ...own('0-86', 'taxes', 'tax', 'hs_label'), scopes: [lineItems] },
  {
    typeId: '0-101',
    name: 'commerce_payments',
    singularName: 'commerce_payment',
    display: 'hs_reference_number',
    scopes: ['crm.objects.commercepayments.read'],
    aliases: ['payments', 'payment'],
  },
  own('0-115', 'users', 'user', 'hs_email'),
  {
    ...own('0-116', 'postal_mail', 'postal_mail', 'hs_postal_mail_body'),
    scopes: [contacts],
  },
  own('0-123', 'orders', 'order', 'hs_order_name'),
  own('0-136', 'leads', 'lead', 'hs_lead_name'),
  own('0-142', 'carts', 'cart', 'hs_cart_name'),
  own('0-162', 'services', 'service', 'hs_name'),
  own('0-410', 'courses', 'course', 'hs_course_name'),
  own('0-420', 'listings', 'listing', 'hs_name'),
  own('0-421', 'appointments', 'appointment', 'hs_appointment_name'),
  own('0-970', 'projects', 'project', 'hs_name'),
  own(undefined, 'contracts', 'contract', 'hs_name'),
  {
    name: 'partner_clients',
    singularName: 'partner_client',
    display: 'hs_name',
    scopes: ['crm.objects.partner-clients.read'],
    missing: ['batch_read'],
  },
  {
    name: 'partner_services',
    singularName: 'partner_service',
    display: 'hs_name',
    scopes: ['crm.objects.partner-services.read'],
  },
]

/** An object with a scope of its own, `crm.objects.<name>.read`. */
function own(
  typeId: string | undefined,
  name: keyof typeof standard,
  singularName: string,
  display: string,
): StandardObject {
  const scopes = [`crm.objects.${name}.read`]
  return { ...(typeId !== undefined && { typeId }), name, singularName, display, scopes }
}

/** Every standard object type of HubSpot that the other lists do not have. */
export const EMPTY_OBJECT_TYPES: readonly ObjectType[] = STANDARD_OBJECTS.map(
  ({ typeId, name, singularName, display, scopes, defaults = [], aliases, missing }) => ({
    typeId: typeId ?? name,
    name,
    singularName,
    labels: { singular: labelOf(singularName), plural: labelOf(name) },
    custom: false,
    primaryDisplayProperty: display,
    recordScopes: scopes,
    schemaScopes: [`crm.schemas.${name}.read`, ...scopes],
    createdProperty: 'hs_createdate',
    modifiedProperty: 'hs_lastmodifieddate',
    defaultProperties: defaults,
    ...(aliases !== undefined && { aliases }),
    ...(missing !== undefined && { missing }),
  }),
)

function labelOf(name: string): string {
  const words = name.replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** A dozen of their true properties each, by type id. */
export const STANDARD_FILES: ReadonlyMap<string, CatalogueFile> = new Map(
  STANDARD_OBJECTS.map(({ typeId, name }) => [typeId ?? name, standard[name] as CatalogueFile]),
)
