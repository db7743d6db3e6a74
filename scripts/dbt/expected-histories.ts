import { columnsOf, placesOf } from './expected-records.ts'
import { type ExpectedModel, numberOf, textOf, timeOf } from './model-rows.ts'
import type { PortalFacts } from './portal-facts.ts'
import type { ReadRecord, Version } from './read-portal.ts'

/** Fivetran's end of a value that is still there. */
const NO_END = '9999-12-31T23:59:59.999Z'
const DAY_MS = 86_400_000

/** Whatever the models make of former values. `now` is the moment when dbt ran. */
export function expectedHistories(facts: PortalFacts, now: Date): readonly ExpectedModel[] {
  return [
    dealStages(facts),
    formerValues(facts, 'deals', 'deal'),
    formerValues(facts, 'contacts', 'contact'),
    formerValues(facts, 'companies', 'company'),
    ticketDays(facts, now),
  ]
}

function dealStages(facts: PortalFacts): ExpectedModel {
  const deals = facts.records.get('deals') ?? []
  const { stages } = placesOf(facts.pipelines.deals)
  return {
    model: 'hubspot__deal_stages',
    key: 'deal_id',
    deleted: ['is_deal_deleted', true],
    withoutMerged: true,
    liveIds: deals.map(({ id }) => id),
    columns: {
      deal_id: 'id',
      ...columnsOf(['date_stage_entered', 'date_stage_exited'], 'time'),
      is_stage_active: 'boolean',
      ...columnsOf(['deal_name', 'pipeline_stage_id', 'pipeline_stage_label'], 'text'),
      ...columnsOf(['pipeline_id', 'pipeline_label', 'source', 'source_id'], 'text'),
      pipeline_stage_probability: 'number',
      is_pipeline_stage_closed: 'boolean',
    },
    rows: deals.flatMap((deal) =>
      oldestFirst(deal, 'dealstage').map((version, place, all) => {
        const stage = stages.get(version.value)
        const next = all[place + 1]
        const closed = stage?.metadata['isClosed']
        return {
          deal_id: deal.id,
          deal_name: textOf(deal.properties['dealname']),
          date_stage_entered: timeOf(version.timestamp),
          date_stage_exited: next === undefined ? NO_END : millisecondBefore(next, version),
          is_stage_active: String(next === undefined),
          pipeline_stage_id: textOf(version.value),
          pipeline_stage_label: stage?.label ?? null,
          pipeline_id: stage?.pipelineId ?? null,
          pipeline_label: stage?.pipelineLabel ?? null,
          source: textOf(version.sourceType),
          source_id: textOf(version.sourceId),
          pipeline_stage_probability: numberOf(stage?.metadata['probability']),
          is_pipeline_stage_closed: stage === undefined ? null : String(closed === 'true'),
        }
      }),
    ),
  }
}

/** Of two values in one millisecond, the first one ends as soon as it begins. */
function millisecondBefore(next: Version, version: Version): string {
  const endMs = Math.max(Date.parse(next.timestamp) - 1, Date.parse(version.timestamp))
  return new Date(endMs).toISOString()
}

/** `hubspot__deal_history` and those of contacts and companies: each value until the next one. */
function formerValues(facts: PortalFacts, object: string, name: string): ExpectedModel {
  const records = facts.records.get(object) ?? []
  const id = `${name}_id`
  return {
    model: `hubspot__${name}_history`,
    key: id,
    liveIds: records.map((record) => record.id),
    columns: {
      [id]: 'id',
      ...columnsOf(['field_name', 'new_value', 'change_source', 'change_source_id'], 'text'),
      ...columnsOf(['valid_from', 'valid_to'], 'time'),
    },
    rows: records.flatMap((record) =>
      Object.keys(record.propertiesWithHistory ?? {}).flatMap((property) =>
        oldestFirst(record, property).map((version, place, all) => ({
          [id]: record.id,
          field_name: property,
          new_value: textOf(version.value),
          change_source: textOf(version.sourceType),
          change_source_id: textOf(version.sourceId),
          valid_from: timeOf(version.timestamp),
          valid_to: timeOf(all[place + 1]?.timestamp),
        })),
      ),
    ),
  }
}

/** One row for each day of a ticket from its creation until it is closed or today, with its last stage of the day. */
function ticketDays(facts: PortalFacts, now: Date): ExpectedModel {
  const tickets = facts.records.get('tickets') ?? []
  const { pipelines, stages } = placesOf(facts.pipelines.tickets)
  const today = dayOf(now.toISOString())
  return {
    model: 'hubspot__daily_ticket_history',
    key: 'ticket_id',
    liveIds: tickets.map(({ id }) => id),
    columns: {
      ticket_id: 'id',
      date_day: 'day',
      ...columnsOf(['hs_pipeline', 'hs_pipeline_stage', 'ticket_state'], 'text'),
      ...columnsOf(['hs_pipeline_label', 'hs_pipeline_stage_label'], 'text'),
    },
    rows: tickets.flatMap((ticket) => {
      const created = timeOf(ticket.properties['createdate'])
      if (created === null) return []
      const closed = timeOf(ticket.properties['closed_date'])
      // The package's calendar ends six days from now.
      const last = Math.min(closed === null ? today : dayOf(closed), today + 6)
      const versions = ['hs_pipeline', 'hs_pipeline_stage'].map((name) => oldestFirst(ticket, name))
      const days = Array.from({ length: Math.max(0, last - dayOf(created) + 1) })
      return days.map((_, place) => {
        const day = dayOf(created) + place
        const [pipeline = null, stageId = null] = versions.map((all) => lastUntil(all, day))
        const stage = stages.get(stageId ?? '')
        const isThere = stage !== undefined && stage.pipelineId === pipeline
        return {
          ticket_id: ticket.id,
          date_day: new Date(day * DAY_MS).toISOString().slice(0, 10),
          hs_pipeline: pipeline,
          hs_pipeline_stage: stageId,
          hs_pipeline_label: pipelines.get(pipeline ?? '') ?? null,
          hs_pipeline_stage_label: isThere ? stage.label : null,
          ticket_state: isThere ? (stage.metadata['ticketState'] ?? null) : null,
        }
      })
    }),
  }
}

/** A number of days since 1970, in UTC. */
function dayOf(time: string): number {
  return Math.floor(Date.parse(time) / DAY_MS)
}

function lastUntil(versions: readonly Version[], day: number): string | null {
  return textOf(versions.findLast(({ timestamp }) => dayOf(timestamp) <= day)?.value)
}

/** HubSpot lists the newest one first. */
function oldestFirst(record: ReadRecord, property: string): readonly Version[] {
  return record.propertiesWithHistory?.[property]?.toReversed() ?? []
}
