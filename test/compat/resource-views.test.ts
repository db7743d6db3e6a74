import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PortalAnalysis } from '../../generator/model/portal-analysis.ts'
import { compatViewSql } from '../../generator/render/compat/compat-view.ts'
import { renderDbtVars } from '../../generator/render/compat/dbt-vars.ts'
import { resourceViews } from '../../generator/render/compat/resource-views.ts'
import { resources } from '../../runtime/resources/resources.ts'
import { openResourcePortal, type ResourcePortal } from '../support/resource-portal.ts'

/** The columns of Fivetran's tables, from its documentation and the sources of its dbt package. */
const fivetran: Readonly<Record<string, string>> = {
  contact_list: `_fivetran_deleted _fivetran_synced created_at created_by_id deleteable dynamic filters_updated_at id
    list_version metadata_error metadata_last_processing_state_change_at metadata_last_size_change_at
    metadata_processing metadata_size name object_type_id portal_id processing_status processing_type updated_at`,
  contact_list_member: '_fivetran_deleted _fivetran_synced added_at contact_id contact_list_id',
  form: `_fivetran_deleted _fivetran_synced action created_at css_class follow_up_id form_type guid
    lead_nurturing_campaign_id method name notify_recipients portal_id redirect submit_text updated_at`,
  contact_form_submission: `_fivetran_synced contact_id conversion_id form_id page_id page_url portal_id timestamp title`,
  email_campaign:
    '_fivetran_synced app_id app_name content_id id name num_included num_queued sub_type subject type',
  email_event: `_fivetran_synced app_id caused_by_created caused_by_id created email_campaign_id filtered_event id
    obsoleted_by_created obsoleted_by_id portal_id recipient sent_by_created sent_by_id type`,
  email_event_bounce: '_fivetran_synced category id response status',
  email_event_click: '_fivetran_synced browser id ip_address location referer url user_agent',
  email_event_deferred: '_fivetran_synced attempt id response',
  email_event_delivered: '_fivetran_synced id response smtp_id',
  email_event_dropped: '_fivetran_synced bcc cc drop_message drop_reason from id reply_to subject',
  email_event_forward: '_fivetran_synced browser id ip_address location user_agent',
  email_event_open: '_fivetran_synced browser duration id ip_address location user_agent',
  email_event_print: '_fivetran_synced browser id ip_address location user_agent',
  email_event_sent: '_fivetran_synced bcc cc from id reply_to subject',
  email_event_spam_report: '_fivetran_synced id ip_address user_agent',
  email_event_status_change:
    '_fivetran_synced bounced id portal_subscription_status requested_by source subscriptions',
}

const analysisOf = (names: readonly string[]): PortalAnalysis => ({
  portal: { id: 8_100_142 },
  schema: 'hubspot',
  resources: names.map((name) => ({ name, version: null, refused: null })),
})
const every = analysisOf(resources.map(({ name }) => name))

describe('the views over resources', () => {
  let portal: ResourcePortal
  beforeAll(async () => {
    portal = await openResourcePortal()
    for (const name of ['contact_list', 'contact_list_member', 'form', 'form_submission']) {
      expect(await portal.sync(name)).toMatchObject({ outcome: 'succeeded' })
    }
    await portal.sync('email_event')
    await portal.database.query('CREATE SCHEMA hubspot_fivetran')
    for (const view of resourceViews(every)) await portal.database.query(compatViewSql(view))
  })
  afterAll(() => portal[Symbol.asyncDispose]())

  test("have Fivetran's columns", async () => {
    const rows = await portal.database.query<{ view: string; columns: string }>(
      `SELECT table_name AS view, string_agg(column_name, ' ' ORDER BY column_name COLLATE "C") AS columns
        FROM information_schema.columns WHERE table_schema = 'hubspot_fivetran' GROUP BY table_name`,
    )
    const wanted = Object.entries(fivetran).map(([view, names]) => [
      view,
      names.split(/\s+/).join(' '),
    ])
    expect(Object.fromEntries(rows.map(({ view, columns }) => [view, columns]))).toEqual(
      Object.fromEntries(wanted),
    )
  })

  test('have the rows of the tables', async () => {
    const [forms] = await portal.database.query(
      `SELECT count(*) FILTER (WHERE redirect IS NOT NULL)::int AS redirects,
        count(*) FILTER (WHERE notify_recipients)::int AS notifying, count(*)::int AS forms
        FROM hubspot_fivetran.form`,
    )
    expect(forms).toEqual({ redirects: 1, notifying: 1, forms: 7 })
    const [lists] = await portal.database.query(
      `SELECT count(*) FILTER (WHERE dynamic)::int AS dynamic,
        count(metadata_last_size_change_at)::int AS sized FROM hubspot_fivetran.contact_list`,
    )
    expect(lists).toEqual({ dynamic: 2, sized: 3 })
    await portal.database.query(`UPDATE hubspot.form_submission SET contact_id = 5
      WHERE conversion_id = (SELECT min(conversion_id) FROM hubspot.form_submission)`)
    const submissions = await portal.database.query(
      'SELECT contact_id, title FROM hubspot_fivetran.contact_form_submission',
    )
    expect(submissions).toEqual([{ contact_id: '5', title: null }])
    const [opens] = await portal.database.query(
      `SELECT count(*)::int AS opens FROM hubspot_fivetran.email_event_open AS open
        JOIN hubspot_fivetran.email_event AS event USING (id) WHERE event.type = 'OPEN'`,
    )
    expect(opens).toEqual({ opens: 25 })
  })
})

test("Fivetran's dbt package reads those resources that the portal has, and no others", () => {
  const enabled = (portal: PortalAnalysis | null) =>
    [...renderDbtVars([], portal).matchAll(/hubspot_(\w+)_enabled: true/g)]
      .map(([, name]) => name)
      .filter((name) => /list|form|event/.test(name ?? ''))
  expect(enabled(null)).toEqual([])
  expect(enabled(analysisOf(['contact_list']))).toEqual(['contact_list'])
  // The package's models of events read the table of campaigns as well.
  expect(enabled(analysisOf(['email_event']))).toEqual([])
  expect(enabled(every)).toEqual([
    'contact_list',
    'contact_list_member',
    'contact_form',
    'email_event',
  ])
})
