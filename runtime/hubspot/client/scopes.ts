const contacts = 'crm.objects.contacts.read'

/** Type id, plural name, and the scope that reads the records, from HubSpot's scope reference. */
const objectTypes: readonly (readonly [id: string, name: string, scope: string])[] = [
  ['0-1', 'contacts', contacts],
  ['0-2', 'companies', 'crm.objects.companies.read'],
  ['0-3', 'deals', 'crm.objects.deals.read'],
  ['0-5', 'tickets', 'tickets'],
  ['0-7', 'products', 'crm.objects.products.read'],
  ['0-8', 'line_items', 'crm.objects.line_items.read'],
  ['0-14', 'quotes', 'crm.objects.quotes.read'],
  ['0-18', 'communications', contacts],
  ['0-19', 'feedback_submissions', 'crm.objects.feedback_submissions.read'],
  ['0-27', 'tasks', contacts],
  ['0-46', 'notes', contacts],
  ['0-47', 'meetings', contacts],
  ['0-48', 'calls', contacts],
  ['0-49', 'emails', contacts],
  ['0-53', 'invoices', 'crm.objects.invoices.read'],
  ['0-54', 'marketing_events', 'crm.objects.marketing_events.read'],
  ['0-69', 'subscriptions', 'crm.objects.subscriptions.read'],
  ['0-72', 'deal_splits', 'crm.objects.deals.read'],
  ['0-74', 'goal_targets', 'crm.objects.goals.read'],
  ['0-84', 'discounts', 'crm.objects.line_items.read'],
  ['0-85', 'fees', 'crm.objects.line_items.read'],
  ['0-86', 'taxes', 'crm.objects.line_items.read'],
  ['0-101', 'commerce_payments', 'crm.objects.commercepayments.read'],
  ['0-115', 'users', 'crm.objects.users.read'],
  ['0-116', 'postal_mail', contacts],
  ['0-123', 'orders', 'crm.objects.orders.read'],
  ['0-136', 'leads', 'crm.objects.leads.read'],
  ['0-142', 'carts', 'crm.objects.carts.read'],
  ['0-162', 'services', 'crm.objects.services.read'],
  ['0-410', 'courses', 'crm.objects.courses.read'],
  ['0-420', 'listings', 'crm.objects.listings.read'],
  ['0-421', 'appointments', 'crm.objects.appointments.read'],
  ['0-970', 'projects', 'crm.objects.projects.read'],
  ['contracts', 'contracts', 'crm.objects.contracts.read'],
  ['partner_clients', 'partner_clients', 'crm.objects.partner-clients.read'],
  ['partner_services', 'partner_services', 'crm.objects.partner-services.read'],
]

/** The scope that a call to this path usually needs; null if unknown. */
export function usualScope(path: string): string | null {
  const [, family, kind, , objectType] = path.split('/')
  if (family === 'settings') {
    return objectType === 'teams' ? 'settings.users.teams.read' : 'settings.users.read'
  }
  if (family === 'crm-object-schemas') return 'crm.schemas.custom.read'
  if (family !== 'crm') return null
  if (kind === 'owners') return 'crm.objects.owners.read'
  if (objectType === undefined) return null
  const asked = decodeURIComponent(objectType).toLowerCase()
  if (/^(2-\d+|p\d+_.+)$/.test(asked)) return 'crm.objects.custom.read'
  return objectTypes.find(([id, name]) => asked === id || asked === name)?.[2] ?? null
}
