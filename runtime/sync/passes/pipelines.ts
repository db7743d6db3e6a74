import type { PipelineTables } from '../../entity.ts'
import { asObject } from '../../hubspot/answer-body.ts'
import {
  type AnswerItem,
  instantFact,
  readInnerItems,
  readItems,
  textFact,
} from '../../hubspot/answer-items.ts'
import { isClosedStage } from '../../hubspot/closed-stage.ts'
import {
  bringRows,
  hasRowsLeft,
  haveTables,
  type WholeTable,
  type WholeTableRow,
} from '../../postgres/bring-rows.ts'
import { tableOf } from '../../postgres/identifier.ts'
import type { Pass } from '../pass.ts'
import { refusalOf, sayEmpty } from './read-optional.ts'

/** One call; admins rename stages more often than they notice that a report uses them. */
const everyMs = 3_600_000

/** Pipelines and stages of an entity as rows; what is gone in HubSpot stays, marked `_fivetran_deleted`. */
export const pipelines: Pass = {
  name: 'pipelines',
  everyMs,
  tables: ({ pipelines }) =>
    pipelines === undefined ? [] : [pipelines.table, pipelines.stageTable],
  async plan({ entity, hubspot }) {
    if (entity.pipelines === undefined) return []
    const endpoint = `GET ${hubspot.paths.pipelines(entity.objectType)}`
    return [{ endpoint, calls: 1, bucket: 'general' }]
  },
  async run({ commit, emit, entity, hubspot }) {
    if (entity.pipelines === undefined) return {}
    const { pipeline, stage } = wholeTables(entity.pipelines)
    if (!(await commit((transaction) => haveTables(transaction, [pipeline, stage])))) {
      const code = 'PIPELINES_TABLE_MISSING'
      const { table, stageTable } = entity.pipelines
      const message = `pipelines not read: there is no table ${table} or ${stageTable}`
      emit({ type: 'notice', code, message, fix: 'run `hubgen migrate`' })
      return { skipped: `${code}: ${message}` }
    }
    const path = hubspot.paths.pipelines(entity.objectType)
    let isEmpty = false
    const refusal = await refusalOf('pipelines', emit, async () => {
      const read = readItems(await hubspot.get(path), path)
      // The last pipeline cannot be deleted: a list of none says nothing about those that are known.
      isEmpty = read.length === 0 && (await commit((one) => hasRowsLeft(one, pipeline)))
      if (isEmpty) return
      const pipelines = read.map((one) => pipelineRow(one, entity.objectType))
      const stages = stagesOf(read, path)
      await commit(async (transaction) => {
        await bringRows(transaction, pipeline, pipelines)
        await bringRows(transaction, stage, stages)
      })
    })
    if (isEmpty) return { skipped: sayEmpty(emit, 'PIPELINES_EMPTY', 'no pipeline') }
    return refusal === null ? {} : { skipped: refusal }
  },
}

/** Ids of stages differ within an object type; of two that do not, the first is taken. */
function stagesOf(read: readonly AnswerItem[], path: string): readonly WholeTableRow[] {
  const rows = new Map<string, WholeTableRow>()
  for (const { id: pipelineId, facts } of read) {
    const { stages } = facts
    for (const stage of readInnerItems(stages, path)) {
      if (!rows.has(stage.id)) rows.set(stage.id, stageRow(stage, pipelineId))
    }
  }
  return [...rows.values()]
}

function pipelineRow(item: AnswerItem, objectType: string): WholeTableRow {
  return { pipeline_id: item.id, ...placeOf(item), object_type_id: objectType }
}

function stageRow(item: AnswerItem, pipelineId: string): WholeTableRow {
  const { metadata: sent } = item.facts
  const metadata = asObject(sent)
  const { ticketState, probability: chance } = metadata
  const isClosed = isClosedStage(metadata)
  const probability = probabilityOf(chance)
  return {
    stage_id: item.id,
    pipeline_id: pipelineId,
    ...placeOf(item),
    is_closed: isClosed,
    closed_won: probability === null ? null : isClosed === true && probability === 1,
    probability,
    ticket_state: textFact(ticketState),
  }
}

function placeOf({ facts }: AnswerItem): WholeTableRow {
  const { label, displayOrder, archived, createdAt, updatedAt } = facts
  const order = typeof displayOrder === 'number' && Number.isInteger(displayOrder)
  return {
    label: textFact(label) ?? '',
    display_order: order && Math.abs(displayOrder) < largestInteger ? displayOrder : null,
    active: archived !== true,
    created_at: instantFact(createdAt),
    updated_at: instantFact(updatedAt),
    _fivetran_deleted: false,
  }
}

const largestInteger = 2 ** 31

/** From 0 to 1; HubSpot sends text. */
function probabilityOf(value: unknown): number | null {
  const probability = typeof value === 'string' && value !== '' ? Number(value) : Number.NaN
  return probability >= 0 && probability <= 1 ? probability : null
}

const placeColumns = {
  label: 'text',
  display_order: 'integer',
  active: 'boolean',
  created_at: 'timestamptz',
  updated_at: 'timestamptz',
  _fivetran_deleted: 'boolean',
}
const gone = { column: '_fivetran_deleted', value: true }

function wholeTables({ table, stageTable }: PipelineTables): {
  readonly pipeline: WholeTable
  readonly stage: WholeTable
} {
  const ofPipelines = tableOf({ table })
  const ofStages = tableOf({ table: stageTable })
  return {
    pipeline: {
      schema: ofPipelines.schema,
      table: ofPipelines.name,
      columns: { pipeline_id: 'text', ...placeColumns, object_type_id: 'text' },
      key: ['pipeline_id'],
      gone,
    },
    stage: {
      schema: ofStages.schema,
      table: ofStages.name,
      columns: {
        stage_id: 'text',
        pipeline_id: 'text',
        ...placeColumns,
        is_closed: 'boolean',
        closed_won: 'boolean',
        probability: 'double precision',
        ticket_state: 'text',
      },
      key: ['stage_id'],
      gone,
    },
  }
}
