import { TYPE_ID } from '../catalogue/object-types.ts'
import type { Context } from '../context.ts'
import { type Answer, jsonAnswer } from '../http/answer.ts'
import { type Call, parameter } from '../http/call.ts'
import type { Route } from '../http/router.ts'
import type { Pipeline, Stage, StoredRecord } from '../store.ts'

const versions: readonly string[] = ['v1']

/** Paths of v1 that clients still call for what newer versions have, too. */
export const legacyRecordRoutes: readonly Route[] = [
  {
    name: 'legacy_pipelines',
    method: 'GET',
    pattern: 'crm-pipelines/pipelines/:objectType',
    versions,
    answer: listPipelines,
  },
  {
    name: 'legacy_engagements',
    method: 'GET',
    pattern: 'engagements/engagements/paged',
    versions,
    answer: (call, context) => listEngagements(call, context, 0),
  },
  {
    name: 'recent_engagements',
    method: 'GET',
    pattern: 'engagements/engagements/recent/modified',
    versions,
    answer: (call, context) => listEngagements(call, context, Number(call.query.get('since') ?? 0)),
  },
]

/** With stamps in milliseconds, and ids under other names. */
function listPipelines(call: Call, context: Context): Answer {
  const type = context.definitions.objectType(parameter(call, 'objectType'))
  context.access.requireSchema(type)
  const pipelines = context.store.pipelines(type.typeId) ?? []
  return jsonAnswer({
    results: pipelines.map((pipeline) => ({
      ...legacyDates(pipeline),
      pipelineId: pipeline.id,
      objectType: type.singularName.toUpperCase(),
      objectTypeId: type.typeId,
      default: pipeline.id === 'default' || pipeline.id === '0',
      stages: pipeline.stages.map((stage) => ({
        ...legacyDates(stage),
        stageId: stage.id,
        metadata: stage.metadata,
      })),
    })),
  })
}

function legacyDates({
  label,
  displayOrder,
  archived,
  createdAt,
  updatedAt,
}: Pipeline | Stage): object {
  const [created, updated] = [Date.parse(createdAt), Date.parse(updatedAt)]
  return { label, displayOrder, active: !archived, createdAt: created, updatedAt: updated }
}

const engagementTypes = [
  [TYPE_ID.calls, 'CALL'],
  [TYPE_ID.emails, 'EMAIL'],
  [TYPE_ID.meetings, 'MEETING'],
  [TYPE_ID.notes, 'NOTE'],
  [TYPE_ID.tasks, 'TASK'],
] as const

const linkedTypes = [
  ['contactIds', TYPE_ID.contacts],
  ['companyIds', TYPE_ID.companies],
  ['dealIds', TYPE_ID.deals],
  ['ticketIds', TYPE_ID.tickets],
] as const

const mostEngagements = 250

/** All five kinds in one list, paged by a plain number. */
function listEngagements(call: Call, context: Context, sinceMs: number): Answer {
  context.access.requireOneOf(['crm.objects.contacts.read'])
  const all = engagementTypes.flatMap(([typeId, kind]) =>
    [...context.store.scan(typeId, 0n, { archived: false })]
      .filter(({ updatedAt }) => Date.parse(updatedAt) >= sinceMs)
      .map((record) => ({ typeId, kind, record })),
  )
  const offset = Number(call.query.get('offset') ?? 0)
  const limit = Math.min(
    Number(call.query.get('limit') ?? call.query.get('count') ?? 100),
    mostEngagements,
  )
  const results = all
    .slice(offset, offset + limit)
    .map(({ typeId, kind, record }) => engagementOf(context, typeId, kind, record))
  const end = offset + results.length
  return jsonAnswer({ results, hasMore: end < all.length, offset: end, total: all.length })
}

function engagementOf(
  context: Context,
  typeId: string,
  kind: string,
  record: StoredRecord,
): object {
  const owner = record.value('hubspot_owner_id')
  const createdAt = Date.parse(record.createdAt)
  const links = linkedTypes.map(([name, other]) => [
    name,
    context.store.links(typeId, record.id, other).map(({ toId }) => Number(toId)),
  ])
  return {
    engagement: {
      id: Number(record.id),
      portalId: context.store.portal.portalId,
      active: true,
      createdAt,
      lastUpdated: Date.parse(record.updatedAt),
      type: kind,
      timestamp: Date.parse(record.value('hs_timestamp') ?? record.createdAt) || createdAt,
      ...(owner === undefined || owner === '' ? {} : { ownerId: Number(owner) }),
    },
    associations: { ...Object.fromEntries(links), ownerIds: [], workflowIds: [] },
    attachments: [],
    metadata: {},
  }
}
