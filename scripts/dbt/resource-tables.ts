import { readEventTables } from './event-tables.ts'
import {
  type PortalAddress,
  type ReadRecord,
  readJson,
  readPages,
  readSurvivor,
} from './read-portal.ts'
import {
  deleted,
  type Item,
  items,
  type ResourceTable,
  type Row,
  tableOf,
  text,
} from './resource-table.ts'

/** Ids of contacts by the addresses that they have or had. */
export type KnownAddresses = Map<string, string>

/** Tables that are not of the CRM, from what HubSpot answers now. */
export async function readResourceTables(
  portal: PortalAddress,
  known: KnownAddresses,
): Promise<readonly ResourceTable[]> {
  return [
    ...(await readListTables(portal)),
    ...(await readFormTables(portal, known)),
    ...(await readEventTables(portal)),
  ]
}

async function readListTables(portal: PortalAddress): Promise<readonly ResourceTable[]> {
  const lists: Item[] = []
  for (let offset = 0, more = true; more; ) {
    const page = await readJson<{ lists: readonly Item[]; hasMore: boolean; offset: number }>(
      portal,
      '/crm/v3/lists/search',
      { count: 500, offset },
    )
    lists.push(...page.lists)
    more = page.hasMore
    offset = page.offset
  }
  const members: Row[] = []
  for (const list of lists.filter((one) => one['objectTypeId'] === '0-1')) {
    const id = text(list['listId'])
    const found = await readPages<Item>(portal, `/crm/v3/lists/${id}/memberships?limit=250`)
    for (const member of found) {
      const [contact, added] = [text(member['recordId']), text(member['membershipTimestamp'])]
      members.push({ contact_list_id: id, contact_id: contact, added_at: added })
    }
  }
  const listed = {
    id: ['listId', 'id'],
    name: ['name', 'text'],
    object_type_id: ['objectTypeId', 'text'],
    processing_type: ['processingType', 'text'],
    processing_status: ['processingStatus', 'text'],
    list_version: ['listVersion', 'integer'],
    created_at: ['createdAt', 'time'],
    created_by_id: ['createdById', 'text'],
    updated_at: ['updatedAt', 'time'],
    filters_updated_at: ['filtersUpdatedAt', 'time'],
  } as const
  return [
    { ...tableOf('contact_list', listed, lists), kept: ['id'] },
    {
      table: 'contact_list_member',
      columns: { contact_list_id: 'id', contact_id: 'id', added_at: 'time', ...deleted },
      kept: ['contact_list_id', 'contact_id'],
      rows: members,
    },
  ]
}

async function readFormTables(
  portal: PortalAddress,
  known: KnownAddresses,
): Promise<readonly ResourceTable[]> {
  const path = '/marketing/v3/forms?limit=100&formTypes=all'
  const forms = [
    ...(await readPages<Item>(portal, path)),
    ...(await readPages<Item>(portal, `${path}&archived=true`)),
  ]
  await learnAddresses(portal, known)
  const submissions: Row[] = []
  for (const form of forms.filter((one) => one['formType'] !== 'blog_comment')) {
    const guid = text(form['id'])
    const route = `/form-integrations/v1/submissions/forms/${guid}?limit=50`
    for (const submission of await readPages<Item>(portal, route)) {
      const values = items(submission['values'])
      const email = text(values.find((value) => value['name'] === 'email')?.['value'])
      const contact = known.get(email?.toLowerCase() ?? '') ?? null
      if (contact === null) continue
      submissions.push({
        contact_id: contact,
        conversion_id: text(submission['conversionId']),
        form_id: guid,
        timestamp: text(submission['submittedAt']),
        page_url: text(submission['pageUrl']),
      })
    }
  }
  const formed = {
    guid: ['id', 'text'],
    name: ['name', 'text'],
    form_type: ['formType', 'text'],
    created_at: ['createdAt', 'time'],
    updated_at: ['updatedAt', 'time'],
    css_class: ['displayOptions.cssClass', 'text'],
    submit_text: ['displayOptions.submitButtonText', 'text'],
  } as const
  return [
    { ...tableOf('form', formed, forms), kept: ['guid'] },
    {
      table: 'contact_form_submission',
      columns: {
        contact_id: 'id',
        conversion_id: 'text',
        form_id: 'text',
        timestamp: 'time',
        page_url: 'text',
      },
      rows: submissions,
    },
  ]
}

/** Adds the addresses of all contacts; those of one that was merged away lead to the one that is left. */
async function learnAddresses(portal: PortalAddress, known: KnownAddresses): Promise<void> {
  const path = '/crm/v3/objects/contacts?limit=100&properties=email,hs_additional_emails'
  const contacts = await readPages<ReadRecord>(portal, path)
  const live = new Set(contacts.map(({ id }) => id))
  for (const [address, id] of known) {
    if (live.has(id)) continue
    const survivor = await readSurvivor(portal, 'contacts', id)
    if (survivor !== null) known.set(address, survivor)
  }
  for (const { id, properties } of contacts) {
    const others = properties['hs_additional_emails']?.split(';') ?? []
    for (const address of [properties['email'] ?? '', ...others]) {
      const key = address.trim().toLowerCase()
      if (key !== '' && !known.has(key)) known.set(key, id)
    }
  }
}
