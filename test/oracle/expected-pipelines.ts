import type { CompanionOf } from '../../generator/model/companion.ts'
import type { Pipeline, Stage } from '../../simulator/store.ts'
import type { Judged } from './expected-records.ts'
import {
  type ExpectedRow,
  type ExpectedTable,
  foundQuery,
  microseconds,
  microsecondsSql,
  quoted,
  withoutNulls,
} from './expected-table.ts'

/** Pipelines; removed ones keep their row, marked. */
export function expectedPipelines(
  judged: Judged,
  { table }: CompanionOf<'pipelines'>,
): ExpectedTable {
  return {
    name: table,
    found: foundQuery(tableIn(judged, table), 't.pipeline_id', {
      ...placeColumns,
      object_type_id: 't.object_type_id',
    }),
    parameters: [],
    rows: pipelineRows(judged),
  }
}

/** The same for their stages. */
export function expectedStages(judged: Judged, { table }: CompanionOf<'stages'>): ExpectedTable {
  return {
    name: table,
    found: foundQuery(tableIn(judged, table), 't.stage_id', {
      ...placeColumns,
      pipeline_id: 't.pipeline_id',
      is_closed: 't.is_closed::text',
      closed_won: 't.closed_won::text',
      probability: 't.probability::numeric::text',
      ticket_state: 't.ticket_state',
    }),
    parameters: [],
    rows: stageRows(judged),
  }
}

function tableIn({ analysis }: Judged, table: string): string {
  return `${quoted(analysis.schema ?? 'hubspot')}.${quoted(table)}`
}

const placeColumns = {
  label: 't.label',
  display_order: 't.display_order::text',
  active: 't.active::text',
  created_at: microsecondsSql('t.created_at'),
  updated_at: microsecondsSql('t.updated_at'),
  _fivetran_deleted: 't._fivetran_deleted::text',
}

function* pipelineRows({ portal, analysis }: Judged): Generator<ExpectedRow> {
  const { id: typeId } = analysis.objectType
  for (const { pipeline, present } of portal.pipelines(typeId).pipelines) {
    const row = { ...placeOf(pipeline, present), object_type_id: typeId }
    yield { key: pipeline.id, row, required: true }
  }
}

function* stageRows({ portal, analysis }: Judged): Generator<ExpectedRow> {
  const { stages } = portal.pipelines(analysis.objectType.id)
  for (const { stage, pipelineId, present } of stages) {
    yield { key: stage.id, row: stageRow(stage, pipelineId, present), required: true }
  }
}

function stageRow(stage: Stage, pipelineId: string, present: boolean) {
  const { isClosed, ticketState, state, probability } = stage.metadata
  const closed = [isClosed, ticketState, state].find((word) => word !== undefined)?.toLowerCase()
  const isOver = closed === undefined ? null : closed === 'true' || closed === 'closed'
  return withoutNulls({
    ...placeOf(stage, present),
    pipeline_id: pipelineId,
    is_closed: isOver === null ? null : String(isOver),
    closed_won:
      probability === undefined ? null : String(isOver === true && Number(probability) === 1),
    probability: probability === undefined ? null : String(Number(probability)),
    ticket_state: ticketState,
  })
}

function placeOf(each: Pipeline | Stage, present: boolean) {
  return {
    label: each.label,
    display_order: String(each.displayOrder),
    active: String(!each.archived),
    created_at: microseconds(each.createdAt),
    updated_at: microseconds(each.updatedAt),
    _fivetran_deleted: String(!present),
  }
}
