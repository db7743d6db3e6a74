import { columnsOf, engagementType } from './expected-records.ts'
import { type ExpectedModel, type ModelRow, numberOf, textOf, timeOf } from './model-rows.ts'
import { ENGAGEMENTS, type PortalFacts } from './portal-facts.ts'
import type { ReadRecord } from './read-portal.ts'

const MODELS: Readonly<Record<(typeof ENGAGEMENTS)[number], string>> = {
  calls: 'hubspot__engagement_calls',
  communications: 'hubspot__engagement_communication',
  emails: 'hubspot__engagement_emails',
  meetings: 'hubspot__engagement_meetings',
  notes: 'hubspot__engagement_notes',
  tasks: 'hubspot__engagement_tasks',
}

const common = {
  engagement_id: 'id',
  engagement_type: 'text',
  ...columnsOf(['company_ids', 'contact_ids', 'deal_ids'], 'texts'),
} as const

/** `hubspot__engagements` and the models of each kind. */
export function expectedEngagements(facts: PortalFacts): readonly ExpectedModel[] {
  const kinds = ENGAGEMENTS.map((kind) => {
    const records = facts.records.get(kind) ?? []
    const linked = linkedIds(facts, kind)
    return {
      kind,
      rows: records.map((record) => ({
        own: ownColumns(kind, record),
        common: {
          engagement_id: record.id,
          engagement_type: engagementType(kind, record),
          ...linked(record.id),
        },
      })),
    }
  })
  const all = kinds.flatMap(({ rows }) => rows.map((row) => row.common))
  return [
    {
      model: 'hubspot__engagements',
      key: 'engagement_id',
      columns: common,
      rows: all,
      liveIds: all.map((row) => row.engagement_id),
    },
    ...kinds.map(
      ({ kind, rows }): ExpectedModel => ({
        model: MODELS[kind],
        key: 'engagement_id',
        deleted: ['is_active', false],
        columns: {
          ...common,
          is_active: 'boolean',
          ...columnsOf(['created_timestamp', 'occurred_timestamp'], 'time'),
          ...columnsOf(['owner_id', 'team_id'], 'id'),
          ...(kind === 'notes' && columnsOf(['note'], 'text')),
        },
        rows: rows.map((row) => ({ ...row.common, ...row.own })),
        liveIds: rows.map((row) => row.common.engagement_id),
      }),
    ),
  ]
}

function ownColumns(kind: string, { properties }: ReadRecord): ModelRow {
  return {
    is_active: 'true',
    created_timestamp: timeOf(properties['hs_createdate']),
    occurred_timestamp: timeOf(properties['hs_timestamp']),
    owner_id: numberOf(properties['hubspot_owner_id']),
    team_id: numberOf(properties['hubspot_team_id']),
    ...(kind === 'notes' && { note: textOf(properties['hs_note_body']) }),
  }
}

/** The ids of live records at the other end, once for each type of a link. */
function linkedIds(facts: PortalFacts, kind: string) {
  const ends = [
    ['companies', 'company_ids'],
    ['contacts', 'contact_ids'],
    ['deals', 'deal_ids'],
  ] as const
  const links = ends.map(([object, column]) => {
    const live = new Set((facts.records.get(object) ?? []).map(({ id }) => id))
    const all = (facts.links.get(`${kind} ${object}`) ?? []).filter(({ toId }) => live.has(toId))
    return [column, Map.groupBy(all, ({ fromId }) => fromId)] as const
  })
  return (id: string): ModelRow =>
    Object.fromEntries(
      links.map(([column, byId]) => [
        column,
        (byId.get(id) ?? []).flatMap(({ toId, types }) =>
          Array.from({ length: types }, () => toId),
        ),
      ]),
    )
}
