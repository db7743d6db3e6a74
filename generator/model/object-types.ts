/** A standard object type, which is the same in every portal. */
export interface StandardObjectType {
  /** HubSpot's type id, e.g. `0-3`. */
  readonly id: string
  /** Plural: the entity, and the name in API paths. */
  readonly entity: string
  /** Singular: the table. */
  readonly table: string
  readonly singularLabel: string
  readonly pluralLabel: string
  /** The property that identifies a record to a person; null if there is none. */
  readonly keyProperty: string | null
  /** The one the entity fills: `createdate` or `hs_createdate`. */
  readonly createdProperty: string
  readonly modifiedProperty: string
  /** The scope that reads its records; HubSpot may accept others as well. */
  readonly scope: string
  /** Other names that people and older API paths use. */
  readonly aliases?: readonly string[]
}

/** Only these fill `createdate`; orders, engagements and custom objects leave it empty. */
const FILLS_CREATEDATE = new Set(['0-1', '0-2', '0-3', '0-5', '0-7', '0-8'])

/**
 * Type ids and scopes as HubSpot documents them ("Understanding the CRM", scopes reference). HubSpot publishes
 * no type id of three of them: their name, which its API takes as well, is used as the id.
 */
export const STANDARD_OBJECT_TYPES: readonly StandardObjectType[] = [
  standard('0-1', 'contacts', 'contact', 'email', 'crm.objects.contacts.read'),
  standard('0-2', 'companies', 'company', 'domain', 'crm.objects.companies.read'),
  standard('0-3', 'deals', 'deal', 'dealname', 'crm.objects.deals.read'),
  standard('0-5', 'tickets', 'ticket', 'subject', 'tickets'),
  standard('0-7', 'products', 'product', 'name', 'crm.objects.products.read'),
  standard('0-8', 'line_items', 'line_item', 'name', 'crm.objects.line_items.read'),
  standard('0-14', 'quotes', 'quote', 'hs_title', 'crm.objects.quotes.read'),
  standard('0-18', 'communications', 'communication', null, 'crm.objects.contacts.read'),
  standard(
    '0-19',
    'feedback_submissions',
    'feedback_submission',
    null,
    'crm.objects.feedback_submissions.read',
  ),
  standard('0-27', 'tasks', 'task', 'hs_task_subject', 'crm.objects.contacts.read'),
  standard('0-46', 'notes', 'note', null, 'crm.objects.contacts.read'),
  standard('0-47', 'meetings', 'meeting', 'hs_meeting_title', 'crm.objects.contacts.read'),
  standard('0-48', 'calls', 'call', 'hs_call_title', 'crm.objects.contacts.read'),
  standard('0-49', 'emails', 'email', 'hs_email_subject', 'crm.objects.contacts.read'),
  standard('0-53', 'invoices', 'invoice', 'hs_number', 'crm.objects.invoices.read'),
  standard(
    '0-54',
    'marketing_events',
    'marketing_event',
    'hs_event_name',
    'crm.objects.marketing_events.read',
  ),
  standard('0-69', 'subscriptions', 'subscription', 'hs_name', 'crm.objects.subscriptions.read'),
  standard('0-72', 'deal_splits', 'deal_split', null, 'crm.objects.deals.read'),
  {
    ...standard('0-74', 'goal_targets', 'goal_target', 'hs_goal_name', 'crm.objects.goals.read'),
    aliases: ['goals', 'goal'],
  },
  standard('0-84', 'discounts', 'discount', 'hs_label', 'crm.objects.line_items.read'),
  standard('0-85', 'fees', 'fee', 'hs_label', 'crm.objects.line_items.read'),
  standard('0-86', 'taxes', 'tax', 'hs_label', 'crm.objects.line_items.read'),
  {
    ...standard(
      '0-101',
      'commerce_payments',
      'commerce_payment',
      null,
      'crm.objects.commercepayments.read',
    ),
    aliases: ['payments', 'payment'],
  },
  standard('0-115', 'users', 'user', 'hs_email', 'crm.objects.users.read'),
  standard('0-116', 'postal_mail', 'postal_mail', null, 'crm.objects.contacts.read'),
  standard('0-123', 'orders', 'order', 'hs_order_name', 'crm.objects.orders.read'),
  standard('0-136', 'leads', 'lead', 'hs_lead_name', 'crm.objects.leads.read'),
  standard('0-142', 'carts', 'cart', 'hs_cart_name', 'crm.objects.carts.read'),
  standard('0-162', 'services', 'service', 'hs_name', 'crm.objects.services.read'),
  standard('0-410', 'courses', 'course', 'hs_course_name', 'crm.objects.courses.read'),
  standard('0-420', 'listings', 'listing', 'hs_name', 'crm.objects.listings.read'),
  standard(
    '0-421',
    'appointments',
    'appointment',
    'hs_appointment_name',
    'crm.objects.appointments.read',
  ),
  standard('0-970', 'projects', 'project', 'hs_name', 'crm.objects.projects.read'),
  standard('contracts', 'contracts', 'contract', null, 'crm.objects.contracts.read'),
  standard(
    'partner_clients',
    'partner_clients',
    'partner_client',
    null,
    'crm.objects.partner-clients.read',
  ),
  standard(
    'partner_services',
    'partner_services',
    'partner_service',
    null,
    'crm.objects.partner-services.read',
  ),
]

/**
 * Finds a standard object type by plural name, singular name or type id, in any letter case and with spaces
 * or hyphens for underscores; an alias counts as well.
 */
export function findStandardObjectType(nameOrId: string): StandardObjectType | undefined {
  const wanted = nameOrId.trim().toLowerCase()
  const name = wanted.replace(/[\s-]+/g, '_')
  return STANDARD_OBJECT_TYPES.find(
    (type) =>
      type.id === wanted ||
      type.entity === name ||
      type.table === name ||
      type.aliases?.includes(name),
  )
}

function standard(
  id: string,
  entity: string,
  table: string,
  keyProperty: string | null,
  scope: string,
): StandardObjectType {
  return {
    id,
    entity,
    table,
    singularLabel: labelOf(table),
    pluralLabel: labelOf(entity),
    keyProperty,
    createdProperty: FILLS_CREATEDATE.has(id) ? 'createdate' : 'hs_createdate',
    // Contacts also define `hs_lastmodifieddate`, but HubSpot does not keep it up to date there.
    modifiedProperty: id === '0-1' ? 'lastmodifieddate' : 'hs_lastmodifieddate',
    scope,
  }
}

function labelOf(name: string): string {
  const words = name.replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
