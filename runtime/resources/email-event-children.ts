import type { ChildTable } from './resource.ts'

type Columns = ChildTable['columns']

const reader: Columns = {
  browser: ['browser', 'text'],
  ip_address: ['ipAddress', 'text'],
  location: ['location', 'text'],
  user_agent: ['userAgent', 'text'],
}

const message: Columns = {
  bcc: ['bcc', 'text'],
  cc: ['cc', 'text'],
  from: ['from', 'text'],
  reply_to: ['replyTo', 'text'],
  subject: ['subject', 'text'],
}

/** The further columns of e-mail events, by type. Types without columns of their own have no table. */
export const emailEventChildren: readonly ChildTable[] = [
  ofType('BOUNCE', 'bounce', {
    category: ['category', 'text'],
    response: ['response', 'text'],
    status: ['status', 'text'],
  }),
  ofType('CLICK', 'click', { ...reader, referer: ['referer', 'text'], url: ['url', 'text'] }),
  ofType('DEFERRED', 'deferred', {
    attempt: ['attempt', 'bigint'],
    response: ['response', 'text'],
  }),
  ofType('DELIVERED', 'delivered', {
    response: ['response', 'text'],
    smtp_id: ['smtpId', 'text'],
  }),
  ofType('DROPPED', 'dropped', {
    ...message,
    drop_message: ['dropMessage', 'text'],
    drop_reason: ['dropReason', 'text'],
  }),
  ofType('FORWARD', 'forward', reader),
  ofType('OPEN', 'open', { ...reader, duration: ['duration', 'bigint'] }),
  ofType('PRINT', 'print', reader),
  ofType('SENT', 'sent', message),
  ofType('SPAMREPORT', 'spam_report', {
    ip_address: ['ipAddress', 'text'],
    user_agent: ['userAgent', 'text'],
  }),
  ofType('STATUSCHANGE', 'status_change', {
    bounced: ['bounced', 'boolean'],
    portal_subscription_status: ['portalSubscriptionStatus', 'text'],
    requested_by: ['requestedBy', 'text'],
    source: ['source', 'text'],
    subscriptions: ['subscriptions', 'text'],
  }),
]

/** The table has one row for each event of this type, with the event's id. */
function ofType(type: string, name: string, columns: Columns): ChildTable {
  return {
    table: `email_event_${name}`,
    each: '',
    when: { type: [type] },
    key: ['id'],
    columns: { id: ['^id', 'text'], ...columns },
    refs: { id: 'email_event.id' },
  }
}
