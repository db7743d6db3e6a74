import type { Analysis } from './analysis.ts'
import { companionName, findCompanions } from './companion-tables.ts'

/** A table beside an entity's own, nothing quoted. */
export interface CompanionTable {
  readonly table: string
  readonly comment: string
  readonly columns: readonly CompanionColumn[]
  /** Columns of the primary key, in order. */
  readonly key: readonly string[]
  readonly indexes: readonly CompanionIndex[]
  /** How `table.ts` says what a row is: a type of the runtime, and the columns that it is given. */
  readonly rowType: { readonly name: string; readonly columns: readonly string[] }
}

export interface CompanionColumn {
  readonly name: string
  /** As hubgen writes it, e.g. `timestamptz`. */
  readonly type: 'bigint' | 'boolean' | 'double precision' | 'integer' | 'text' | 'timestamptz'
  readonly notNull: boolean
  /** An SQL expression. */
  readonly default: string | null
  readonly comment: string
}

export interface CompanionIndex {
  readonly name: string
  readonly column: string
  readonly reason: string
}

const SYNCED: CompanionColumn = {
  name: '_fivetran_synced',
  type: 'timestamptz',
  notNull: true,
  default: 'now()',
  comment: 'When this row last changed here',
}

const DELETED: CompanionColumn = {
  name: '_fivetran_deleted',
  type: 'boolean',
  notNull: true,
  default: 'false',
  comment: 'Gone in HubSpot',
}

/** Associations, merges, pipelines and stages, history; associations by name. */
export function companionTables(analysis: Analysis): readonly CompanionTable[] {
  return [
    ...associationTables(analysis),
    ...mergeTable(analysis),
    ...pipelineTables(analysis),
    ...historyTable(analysis),
  ]
}

function associationTables(analysis: Analysis): readonly CompanionTable[] {
  const { singularLabel } = analysis.objectType
  return findCompanions(analysis).associations.map(({ table, fromColumn, toColumn, to }) => ({
    table,
    comment: `Links from ${analysis.entity} to ${to.entity} in HubSpot, one row for each link and type, synced by hubgen`,
    columns: [
      column(fromColumn, 'bigint', `${singularLabel} that is linked`),
      column(toColumn, 'bigint', `Record of ${to.entity} that it is linked to`),
      column('type_id', 'integer', 'Association type, unique within its category'),
      column('category', 'text', 'Who defined the type, e.g. HUBSPOT_DEFINED or USER_DEFINED'),
      optional('label', 'text', 'Label of the type; null where it has none'),
      SYNCED,
    ],
    key: [fromColumn, toColumn, 'category', 'type_id'],
    indexes: [index(table, toColumn, `From ${to.entity} to ${analysis.entity}.`)],
    rowType: { name: 'AssociationColumns', columns: [fromColumn, toColumn] },
  }))
}

function mergeTable(analysis: Analysis): readonly CompanionTable[] {
  const { merges } = findCompanions(analysis)
  if (merges === null) return []
  const { table, survivorColumn, mergedColumn } = merges
  return [
    {
      table,
      comment: `Which of the ${analysis.entity} was merged into which in HubSpot, synced by hubgen`,
      columns: [
        column(survivorColumn, 'bigint', 'Record that it became; may be merged away itself'),
        column(mergedColumn, 'bigint', 'Id that was merged away'),
        SYNCED,
      ],
      key: [mergedColumn],
      indexes: [index(table, survivorColumn, 'What a record was made from.')],
      rowType: { name: 'MergeColumns', columns: [survivorColumn, mergedColumn] },
    },
  ]
}

function pipelineTables(analysis: Analysis): readonly CompanionTable[] {
  const { pipelines } = findCompanions(analysis)
  if (pipelines === null) return []
  return [
    {
      table: pipelines.table,
      comment: `Pipelines of ${analysis.entity} in HubSpot, synced by hubgen`,
      columns: [
        column('pipeline_id', 'text', 'What the pipeline property of a record holds'),
        column('label', 'text', 'Label of the pipeline'),
        optional('display_order', 'integer', 'Place in the list'),
        column('active', 'boolean', 'False when it is archived'),
        optional('created_at', 'timestamptz', 'When it was made'),
        optional('updated_at', 'timestamptz', 'When it was last changed'),
        column('object_type_id', 'text', 'Object type that it belongs to'),
        DELETED,
        SYNCED,
      ],
      key: ['pipeline_id'],
      indexes: [],
      rowType: { name: 'PipelineColumns', columns: [] },
    },
    {
      table: pipelines.stageTable,
      comment: `Stages of the pipelines of ${analysis.entity} in HubSpot, synced by hubgen`,
      columns: [
        column('stage_id', 'text', 'What the stage property of a record holds'),
        column('pipeline_id', 'text', 'Pipeline of the stage'),
        column('label', 'text', 'Label of the stage'),
        optional('display_order', 'integer', 'Place in the pipeline'),
        column('active', 'boolean', 'False when it is archived'),
        optional('is_closed', 'boolean', 'Whether records in it are done'),
        optional('closed_won', 'boolean', 'Whether deals in it are won'),
        optional('probability', 'double precision', 'Of deals, between 0 and 1'),
        optional('ticket_state', 'text', 'Of tickets: OPEN or CLOSED'),
        optional('created_at', 'timestamptz', 'When it was made'),
        optional('updated_at', 'timestamptz', 'When it was last changed'),
        DELETED,
        SYNCED,
      ],
      key: ['stage_id'],
      indexes: [index(pipelines.stageTable, 'pipeline_id', 'Stages of a pipeline.')],
      rowType: { name: 'PipelineStageColumns', columns: [] },
    },
  ]
}

function historyTable(analysis: Analysis): readonly CompanionTable[] {
  const { history } = findCompanions(analysis)
  if (history === null) return []
  const { table, idColumn } = history
  return [
    {
      table,
      comment: `Values that properties of ${analysis.entity} had in HubSpot, synced by hubgen`,
      columns: [
        column(idColumn, 'bigint', `${analysis.objectType.singularLabel} that had the value`),
        column('name', 'text', 'Property, as HubSpot calls it'),
        column('timestamp', 'timestamptz', 'When it was given the value'),
        optional('value', 'text', 'The value as HubSpot sends it; null where it was cleared'),
        optional('source', 'text', 'What gave it the value, e.g. CRM_UI'),
        optional('source_id', 'text', 'Who or which one of these did'),
        SYNCED,
      ],
      key: [idColumn, 'name', 'timestamp'],
      indexes: [],
      rowType: { name: 'HistoryColumns', columns: [idColumn] },
    },
  ]
}

function column(name: string, type: CompanionColumn['type'], comment: string): CompanionColumn {
  return { name, type, notNull: true, default: null, comment }
}

function optional(name: string, type: CompanionColumn['type'], comment: string): CompanionColumn {
  return { ...column(name, type, comment), notNull: false }
}

function index(table: string, name: string, reason: string): CompanionIndex {
  return { name: companionName(`idx_hubspot_${table}_${name}`), column: name, reason }
}
