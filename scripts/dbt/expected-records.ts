import {
  type ExpectedModel,
  type Kind,
  type ModelRow,
  numberOf,
  textOf,
  timeOf,
} from './model-rows.ts'
import { ENGAGEMENTS, type OBJECTS, type PortalFacts } from './portal-facts.ts'
import type { ReadPipeline, ReadRecord } from './read-portal.ts'

type ObjectName = (typeof OBJECTS)[number]

/** The package counts no communications. */
const COUNTS: Readonly<Record<string, string>> = {
  NOTE: 'count_engagement_notes',
  TASK: 'count_engagement_tasks',
  CALL: 'count_engagement_calls',
  MEETING: 'count_engagement_meetings',
  EMAIL: 'count_engagement_emails',
  INCOMING_EMAIL: 'count_engagement_incoming_emails',
  FORWARDED_EMAIL: 'count_engagement_forwarded_emails',
}

const counted = columnsOf(Object.values(COUNTS), 'number')

const ownerColumns = {
  ...columnsOf(['owner_id', 'owner_primary_team_id', 'owner_role_id'], 'id'),
  ...columnsOf(
    ['owner_email_address', 'owner_full_name', 'owner_primary_team_name', 'owner_role_name'],
    'text',
  ),
} as const

/** `hubspot__deals`, `hubspot__companies`, `hubspot__contacts` and `hubspot__tickets`. */
export function expectedRecordModels(facts: PortalFacts): readonly ExpectedModel[] {
  return [expectedDeals(facts), companies(facts), contacts(facts), tickets(facts)]
}

function expectedDeals(facts: PortalFacts): ExpectedModel {
  const places = placesOf(facts.pipelines.deals)
  return modelOf(facts, 'deals', {
    key: 'deal_id',
    deleted: ['is_deal_deleted', true],
    keepsDeleted: true,
    withoutMerged: true,
    columns: {
      ...ownerColumns,
      ...counted,
      amount: 'number',
      ...columnsOf(['created_date', 'closed_date'], 'time'),
      ...columnsOf(['deal_name', 'description', 'deal_pipeline_id'], 'text'),
      ...columnsOf(['deal_pipeline_stage_id', 'pipeline_label', 'pipeline_stage_label'], 'text'),
      merged_deal_ids: 'texts',
    },
    row: ({ properties }) => ({
      ...ownerOf(facts, properties['hubspot_owner_id']),
      amount: numberOf(properties['amount']),
      created_date: timeOf(properties['createdate']),
      closed_date: timeOf(properties['closedate']),
      deal_name: textOf(properties['dealname']),
      description: textOf(properties['description']),
      deal_pipeline_id: textOf(properties['pipeline']),
      deal_pipeline_stage_id: textOf(properties['dealstage']),
      pipeline_label: places.pipelines.get(properties['pipeline'] ?? '') ?? null,
      pipeline_stage_label: places.stages.get(properties['dealstage'] ?? '')?.label ?? null,
      merged_deal_ids: listOf(properties['hs_merged_object_ids']),
    }),
  })
}

function companies(facts: PortalFacts): ExpectedModel {
  const texts = {
    company_name: 'name',
    description: 'description',
    industry: 'industry',
    street_address: 'address',
    street_address_2: 'address2',
    city: 'city',
    state: 'state',
    country: 'country',
  }
  return modelOf(facts, 'companies', {
    key: 'company_id',
    deleted: ['is_company_deleted', true],
    keepsDeleted: true,
    columns: {
      ...counted,
      ...columnsOf(Object.keys(texts), 'text'),
      created_date: 'time',
      company_annual_revenue: 'number',
    },
    row: ({ properties }) => ({
      ...textsOf(properties, texts),
      created_date: timeOf(properties['createdate']),
      company_annual_revenue: numberOf(properties['annualrevenue']),
    }),
  })
}

function contacts(facts: PortalFacts): ExpectedModel {
  const texts = {
    email: 'email',
    contact_company: 'company',
    first_name: 'firstname',
    last_name: 'lastname',
    job_title: 'jobtitle',
    company_annual_revenue: 'annualrevenue',
    merged_object_ids: 'hs_merged_object_ids',
  }
  return modelOf(facts, 'contacts', {
    key: 'contact_id',
    deleted: ['is_contact_deleted', true],
    keepsDeleted: true,
    withoutMerged: true,
    columns: { ...counted, ...columnsOf(Object.keys(texts), 'text'), created_date: 'time' },
    row: ({ properties }) => ({
      ...textsOf(properties, texts),
      created_date: timeOf(properties['createdate']),
    }),
  })
}

function tickets(facts: PortalFacts): ExpectedModel {
  const places = placesOf(facts.pipelines.tickets)
  const texts = {
    ticket_subject: 'subject',
    ticket_content: 'content',
    ticket_category: 'hs_ticket_category',
    ticket_priority: 'hs_ticket_priority',
    ticket_pipeline_id: 'hs_pipeline',
    ticket_pipeline_stage_id: 'hs_pipeline_stage',
  }
  const linked = {
    deals: linkedRecords(facts, 'deals', 'dealname'),
    contacts: linkedRecords(facts, 'contacts', 'email'),
    companies: linkedRecords(facts, 'companies', 'name'),
  }
  return modelOf(facts, 'tickets', {
    key: 'ticket_id',
    deleted: ['is_ticket_deleted', true],
    keepsDeleted: true,
    columns: {
      ...ownerColumns,
      ...counted,
      ...columnsOf(Object.keys(texts), 'text'),
      ...columnsOf(['closed_date', 'created_date', 'first_agent_reply_at'], 'time'),
      ...columnsOf(['pipeline_label', 'pipeline_stage_label', 'ticket_state'], 'text'),
      is_closed: 'boolean',
      ...columnsOf(['deal_ids', 'deal_names', 'contact_ids', 'contact_emails'], 'texts'),
      ...columnsOf(['company_ids', 'company_names'], 'texts'),
    },
    row: ({ id, properties }) => {
      const pipeline = properties['hs_pipeline'] ?? ''
      const stage = places.stages.get(properties['hs_pipeline_stage'] ?? '')
      const isThere = stage?.pipelineId === pipeline
      return {
        ...textsOf(properties, texts),
        ...ownerOf(facts, properties['hubspot_owner_id']),
        created_date: timeOf(properties['createdate']),
        closed_date: timeOf(properties['closed_date']),
        first_agent_reply_at: timeOf(properties['first_agent_reply_date']),
        pipeline_label: places.pipelines.get(pipeline) ?? null,
        pipeline_stage_label: isThere ? stage.label : null,
        ticket_state: isThere ? (stage.metadata['ticketState'] ?? null) : null,
        is_closed: isThere ? String(stage.metadata['ticketState'] === 'CLOSED') : null,
        deal_ids: linked.deals(id).ids,
        deal_names: linked.deals(id).names,
        contact_ids: linked.contacts(id).ids,
        contact_emails: linked.contacts(id).names,
        company_ids: linked.companies(id).ids,
        company_names: linked.companies(id).names,
      }
    },
  })
}

interface RecordModel {
  readonly key: string
  readonly deleted: readonly [column: string, value: boolean]
  readonly keepsDeleted?: boolean
  readonly withoutMerged?: boolean
  readonly columns: Readonly<Record<string, Kind>>
  row(record: ReadRecord): ModelRow
}

function modelOf(facts: PortalFacts, object: ObjectName, { row, ...model }: RecordModel) {
  const records = facts.records.get(object) ?? []
  const counts = countsOf(facts, object)
  return {
    ...model,
    model: `hubspot__${object}`,
    columns: { [model.key]: 'id', ...model.columns } as const,
    liveIds: records.map(({ id }) => id),
    rows: records.map((record) => ({
      [model.key]: record.id,
      ...row(record),
      ...counts(record.id),
    })),
  }
}

/** How many engagements of each kind a record is linked with; a link with a label is counted for each of its types. */
function countsOf(facts: PortalFacts, object: ObjectName): (id: string) => ModelRow {
  const counts = new Map<string, Record<string, number>>()
  for (const kind of ENGAGEMENTS) {
    const engagements = new Map((facts.records.get(kind) ?? []).map((one) => [one.id, one]))
    for (const { fromId, toId, types } of facts.links.get(`${kind} ${object}`) ?? []) {
      const column = COUNTS[engagementType(kind, engagements.get(fromId))]
      if (column === undefined) continue
      const ofRecord = counts.get(toId) ?? {}
      ofRecord[column] = (ofRecord[column] ?? 0) + types
      counts.set(toId, ofRecord)
    }
  }
  return (id) =>
    Object.fromEntries(
      Object.values(COUNTS).map((column) => [column, String(counts.get(id)?.[column] ?? 0)]),
    )
}

/** The kind in capitals; incoming and forwarded e-mails by their direction. */
export function engagementType(kind: string, record: ReadRecord | undefined): string {
  const direction = record?.properties['hs_email_direction'] ?? ''
  const isDirected = kind === 'emails' && /^(INCOMING|FORWARDED)_EMAIL$/.test(direction)
  return isDirected ? direction : kind.slice(0, -1).toUpperCase()
}

function linkedRecords(facts: PortalFacts, object: ObjectName, name: string) {
  const names = new Map(
    (facts.records.get(object) ?? []).map(({ id, properties }) => [id, textOf(properties[name])]),
  )
  const links = Map.groupBy(facts.links.get(`tickets ${object}`) ?? [], ({ fromId }) => fromId)
  return (ticketId: string) => {
    const linked = (links.get(ticketId) ?? [])
      .filter(({ toId }) => names.has(toId))
      .flatMap(({ toId, types }) => Array.from({ length: types }, () => toId))
    return { ids: linked, names: linked.map((id) => names.get(id) ?? '') }
  }
}

function ownerOf(facts: PortalFacts, value: string | null | undefined): ModelRow {
  const id = numberOf(value)
  const none = Object.fromEntries(Object.keys(ownerColumns).map((column) => [column, null]))
  return { ...none, ...facts.owners.get(id ?? ''), owner_id: id }
}

/** The labels of pipelines, and the stages, by id. */
export function placesOf(pipelines: readonly ReadPipeline[]) {
  return {
    pipelines: new Map(pipelines.map(({ id, label }) => [id, label])),
    stages: new Map(
      pipelines.flatMap(({ id: pipelineId, label: pipelineLabel, stages }) =>
        stages.map((stage) => [stage.id, { ...stage, pipelineId, pipelineLabel }] as const),
      ),
    ),
  }
}

function textsOf(
  properties: ReadRecord['properties'],
  names: Readonly<Record<string, string>>,
): ModelRow {
  return Object.fromEntries(
    Object.entries(names).map(([column, property]) => [column, textOf(properties[property])]),
  )
}

function listOf(value: string | null | undefined): readonly string[] {
  return (value ?? '').split(';').filter((id) => id !== '')
}

export function columnsOf<One extends Kind>(
  names: readonly string[],
  kind: One,
): Readonly<Record<string, One>> {
  return Object.fromEntries(names.map((name) => [name, kind]))
}
