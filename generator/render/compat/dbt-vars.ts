import type { Analysis } from '../../model/analysis.ts'
import { FIVETRAN_SCHEMA } from '../../model/fivetran-tables.ts'
import type { PortalAnalysis } from '../../model/portal-analysis.ts'
import { yamlComment } from '../text/escape-yaml.ts'
import { renderTemplate, sharedHeader } from '../text/template.ts'
import { compatViews } from './compat-views.ts'

/** A switch of the package: on if one of these views exists, and the other one; the reason why it is off. */
type Switch = readonly [name: string, views: readonly string[], otherwise: string, also?: string]

const LISTS = 'lists are not explored: hubgen explore lists'
const MEMBERS = 'members of lists are not explored: hubgen explore list_members'
const EVENTS = 'e-mail events are not explored: hubgen explore email_events email_campaigns'
const FORMS = 'submissions are not explored: hubgen explore forms submissions'

const notSynced = (entity: string) => `${entity} are not synced`
const noLinks = (entity: string, other: string) => `no links between ${entity} and ${other}`
const noHistory = (entity: string) => `hubgen.config.ts asks for no history of ${entity}`

const SWITCHES: readonly Switch[] = [
  ['marketing', ['contact'], notSynced('contacts')],
  ['contact', ['contact'], notSynced('contacts')],
  ['contact_property', ['contact_property_history'], noHistory('contacts')],
  ['contact_property_history', ['contact_property_history'], noHistory('contacts')],
  ['contact_merge_audit', ['contact_merge_audit'], 'merges of contacts are not synced'],
  ['contact_list', ['contact_list'], LISTS],
  ['contact_list_member', ['contact_list_member'], MEMBERS],
  ['contact_form', ['contact_form_submission'], FORMS],
  ['email_event', ['email_event'], EVENTS, 'email_campaign'],
  ['sales', ['company', 'deal', 'engagement'], notSynced('companies, deals and engagements')],
  ['company', ['company'], notSynced('companies')],
  ['company_property_history', ['company_property_history'], noHistory('companies')],
  ['deal', ['deal'], notSynced('deals')],
  ['deal_property_history', ['deal_property_history'], noHistory('deals')],
  ['deal_company', ['deal_company'], noLinks('deals', 'companies')],
  ['deal_contact', ['deal_contact'], noLinks('deals', 'contacts')],
  ['merged_deal', ['merged_deal'], 'merges of deals are not synced'],
  ['engagement', ['engagement'], notSynced('engagements')],
  ['engagement_call', ['engagement_call'], notSynced('calls')],
  ['engagement_communication', ['engagement_communication'], notSynced('communications')],
  ['engagement_email', ['engagement_email'], notSynced('emails')],
  ['engagement_meeting', ['engagement_meeting'], notSynced('meetings')],
  ['engagement_note', ['engagement_note'], notSynced('notes')],
  ['engagement_task', ['engagement_task'], notSynced('tasks')],
  ['engagement_company', ['engagement_company'], noLinks('engagements', 'companies')],
  ['engagement_contact', ['engagement_contact'], noLinks('engagements', 'contacts')],
  ['engagement_deal', ['engagement_deal'], noLinks('engagements', 'deals')],
  ['service', ['ticket'], notSynced('tickets')],
  ['ticket_deal', ['ticket_deal'], noLinks('tickets', 'deals')],
  ['owner', ['owner'], notSynced('owners')],
  ['team', ['team'], notSynced('teams')],
  ['team_user', ['team_user'], notSynced('users')],
  ['role', ['users'], notSynced('users')],
  ['property', ['property'], notSynced('properties')],
]

/** Models without a switch that stay empty without one of these views. */
const UNSWITCHED: readonly Switch[] = [
  ['hubspot__deal_stages', ['deal_stage'], 'history: { deals: ["dealstage"] }'],
  [
    'hubspot__daily_ticket_history',
    ['ticket_property_history'],
    'history: { tickets: ["hs_pipeline", "hs_pipeline_stage"] }',
  ],
]

const NO_TICKETS =
  'The models of tickets cannot be built without a ticket: a portal without one needs hubspot_service_enabled: false.'

const NO_ROLES =
  'Roles stay empty for a key without the scope settings.users.read: it needs hubspot_role_enabled: false.'

/** `compat/dbt.yml`: settings of Fivetran's dbt package that switch off what is not synced. */
export function renderDbtVars(
  analyses: readonly Analysis[],
  portal: PortalAnalysis | null,
): string {
  const views = new Set(compatViews(analyses, portal).map(({ name }) => name))
  const isThere = ([, names, , also]: Switch) =>
    names.some((name) => views.has(name)) && (also === undefined || views.has(also))
  return renderTemplate('dbt.yml', {
    header: yamlComment(sharedHeader),
    schema: FIVETRAN_SCHEMA,
    switches: SWITCHES.map((one) => ({
      name: `hubspot_${one[0]}_enabled`,
      value: isThere(one) ? 'true' : `false # ${one[2]}`,
    })),
    notes: [
      ...UNSWITCHED.filter((one) => !isThere(one) && isSynced(one, views)).map(
        ([model, , setting]) => `${model} stays empty without \`${setting}\` in hubgen.config.ts.`,
      ),
      ...(views.has('ticket') ? [NO_TICKETS] : []),
      ...(views.has('users') ? [NO_ROLES] : []),
    ],
  })
}

function isSynced([, [view = '']]: Switch, views: ReadonlySet<string>): boolean {
  return views.has(view.startsWith('deal') ? 'deal' : 'ticket')
}
