import type { PortalAnalysis } from '../../model/portal-analysis.ts'
import { isReadable } from '../../model/portal-analysis.ts'
import { sqlTable } from '../text/escape-sql.ts'
import { type CompatColumn, type CompatView, column } from './compat-view.ts'

/** Columns that HubSpot's API no longer has; they are null. */
const absent = (name: string, type: 'bigint' | 'boolean' | 'text' | 'timestamptz') => ({
  name,
  value: `NULL::${type}`,
})

const reader = 'browser ip_address location user_agent'
const message = 'bcc cc from reply_to subject'

const eventChildren: Readonly<Record<string, string>> = {
  bounce: 'category response status',
  click: `${reader} referer url`,
  deferred: 'attempt response',
  delivered: 'response smtp_id',
  dropped: `${message} drop_message drop_reason`,
  forward: reader,
  open: `${reader} duration`,
  print: reader,
  sent: message,
  spam_report: 'ip_address user_agent',
  status_change: 'bounced portal_subscription_status requested_by source subscriptions',
}

const contactList: readonly CompatColumn[] = [
  ...columnsOf(`id name object_type_id processing_type processing_status list_version created_at
    created_by_id updated_at filters_updated_at portal_id metadata_size`),
  absent('deleteable', 'boolean'),
  { name: 'dynamic', value: "(processing_type = 'DYNAMIC')" },
  absent('metadata_error', 'text'),
  absent('metadata_last_processing_state_change_at', 'timestamptz'),
  {
    name: 'metadata_last_size_change_at',
    value: 'greatest(last_record_added_at, last_record_removed_at)',
  },
  absent('metadata_processing', 'text'),
  ...columnsOf('_fivetran_deleted _fivetran_synced'),
]

const form: readonly CompatColumn[] = [
  ...columnsOf('guid name form_type created_at updated_at css_class submit_text portal_id'),
  absent('action', 'text'),
  absent('follow_up_id', 'bigint'),
  absent('lead_nurturing_campaign_id', 'bigint'),
  absent('method', 'text'),
  {
    name: 'notify_recipients',
    value: "(notify_recipient_ids IS NOT NULL AND notify_recipient_ids <> '[]')",
  },
  {
    name: 'redirect',
    value: "CASE WHEN post_submit_type = 'redirect_url' THEN post_submit_value END",
  },
  ...columnsOf('_fivetran_deleted _fivetran_synced'),
]

const submission: readonly CompatColumn[] = [
  ...columnsOf('contact_id conversion_id form_id'),
  column('timestamp', 'submitted_at'),
  absent('page_id', 'bigint'),
  ...columnsOf('page_url portal_id'),
  absent('title', 'text'),
  column('_fivetran_synced'),
]

const campaign = columnsOf(
  'id app_id app_name content_id name subject type sub_type num_included num_queued _fivetran_synced',
)

const event = columnsOf(`id created type email_campaign_id recipient portal_id app_id filtered_event
  caused_by_id caused_by_created obsoleted_by_id obsoleted_by_created sent_by_id sent_by_created
  _fivetran_synced`)

/** The views over the tables of resources that the portal has. */
export function resourceViews({ resources, schema }: PortalAnalysis): readonly CompatView[] {
  const readable = new Set(resources.filter(isReadable).map(({ name }) => name))
  const view = (resource: string, name: string, columns: readonly CompatColumn[], where = '') =>
    readable.has(resource)
      ? [
          {
            name,
            queries: [
              { columns, from: `FROM ${sqlTable(schema, where === '' ? name : resource)}${where}` },
            ],
          },
        ]
      : []
  return [
    ...view('contact_list', 'contact_list', contactList),
    ...view(
      'contact_list_member',
      'contact_list_member',
      columnsOf('contact_list_id contact_id added_at _fivetran_deleted _fivetran_synced'),
    ),
    ...view('form', 'form', form),
    ...view(
      'form_submission',
      'contact_form_submission',
      submission,
      ' WHERE contact_id IS NOT NULL',
    ),
    ...view('email_campaign', 'email_campaign', campaign),
    ...view('email_event', 'email_event', event),
    ...Object.entries(eventChildren).flatMap(([name, columns]) =>
      view('email_event', `email_event_${name}`, columnsOf(`id ${columns} _fivetran_synced`)),
    ),
  ]
}

function columnsOf(names: string): readonly CompatColumn[] {
  return names.split(/\s+/).map((name) => column(name))
}
