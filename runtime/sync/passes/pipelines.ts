import type { PipelineTables } from '../../entity.ts'
import {
  type AnswerItem,
  type AnswerItems,
  instantFact,
  readItems,
  textFact,
} from '../../hubspot/answer-items.ts'
import { asObject } from '../../hubspot/client/answer-body.ts'
import { isClosedStage } from '../../hubspot/closed-stage.ts'
import { readList } from '../../hubspot/read-list.ts'
import { missingTableFix } from '../../postgres/connection/table-check.ts'
import { tableOf } from '../../postgres/identifier.ts'
import {
  bringRows,
  hasRowsLeft,
  type WholeTable,
  type WholeTableRow,
} from '../../postgres/load/bring-rows.ts'
import { countOf } from '../../words/numbers-as-text.ts'
import type { Pass, PassContext } from '../pass.ts'
import { bringList } from './bring-list.ts'

/** One call. Admins rename stages more often than they notice that a report uses them. */
const everyMs = 3_600_000

/**
 * Reads pipelines and stages of an entity as rows. Those that are gone in HubSpot stay, marked
 * `_fivetran_deleted`.
 */
export const pipelines: Pass = {
  name: 'pipelines',
  everyMs,
  tables: ({ pipelines }) =>
    pipelines === undefined ? [] : [pipelines.table, pipelines.stageTable],
  lists: ({ objectType }, paths) => [{ path: paths.pipelines(objectType), query: {} }],
  async plan({ entity, hubspot }) {
    if (entity.pipelines === undefined) return []
    const endpoint = `GET ${hubspot.paths.pipelines(entity.objectType)}`
    return [{ endpoint, calls: 1, bucket: 'general' }]
  },
  async run(context) {
    const { entity, hubspot } = context
    if (entity.pipelines === undefined) return {}
    const { table, stageTable } = entity.pipelines
    const tables = wholeTables(entity.pipelines)
    return bringList(context, {
      what: 'pipelines',
      tables: [tables.pipeline, tables.stage],
      codes: {
        tableMissing: 'PIPELINES_TABLE_MISSING',
        empty: 'PIPELINES_EMPTY',
        incomplete: 'PIPELINES_INCOMPLETE',
      },
      missing: { tables: `${table} or ${stageTable}`, fix: missingTableFix },
      nothing: 'no pipeline',
      read: () => readList(hubspot, hubspot.paths.pipelines(entity.objectType)),
      isNone: ({ items, nameless }) => nameless === 0 && items.length === 0,
      write: (read) => writePipelines(context, tables, read),
    })
  },
}

/** Returns a description of what the answer lacks; null if it was complete. */
async function writePipelines(
  { commit, entity }: PassContext,
  { pipeline, stage }: PipelineWholeTables,
  { items, nameless }: AnswerItems,
): Promise<string | null> {
  const pipelines = items.map((one) => pipelineRow(one, entity.objectType))
  const { rows, partly, without } = stagesOf(items)
  const silent = { column: 'pipeline_id', values: [...partly, ...without] }
  const spared = nameless > 0 ? 'all' : undefined
  const lost = await commit(async (transaction) => {
    await bringRows(transaction, pipeline, pipelines, spared)
    await bringRows(transaction, stage, rows, spared ?? silent)
    // A pipeline always has a stage, so an empty list does not prove that known stages are gone.
    const emptied = await hasRowsLeft(transaction, stage, { ...silent, values: without })
    return emptied ? [...partly, ...without] : partly
  })
  if (nameless > 0) return `${countOf(nameless, 'id')} of pipelines`
  return lost.length === 0 ? null : `stages of ${countOf(lost.length, 'pipeline')}`
}

interface PipelineStages {
  /** Stage ids are unique within an object type; of duplicates the first is used. */
  readonly rows: readonly WholeTableRow[]
  /** Pipelines with some or all stages unknown. */
  readonly partly: readonly string[]
  /** Pipelines that have no stages according to the answer. */
  readonly without: readonly string[]
}

function stagesOf(read: readonly AnswerItem[]): PipelineStages {
  const rows = new Map<string, WholeTableRow>()
  const partly: string[] = []
  const without: string[] = []
  for (const { id: pipelineId, facts } of read) {
    const { stages } = facts
    const { items, nameless } = readItems(stages)
    if (nameless > 0) partly.push(pipelineId)
    else if (items.length === 0) without.push(pipelineId)
    for (const stage of items) {
      if (!rows.has(stage.id)) rows.set(stage.id, stageRow(stage, pipelineId))
    }
  }
  return { rows: [...rows.values()], partly, without }
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

interface PipelineWholeTables {
  readonly pipeline: WholeTable
  readonly stage: WholeTable
}

function wholeTables({ table, stageTable }: PipelineTables): PipelineWholeTables {
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
