import type { Analysis } from './analysis.ts'
import type { Companion, CompanionColumn, CompanionIndex, CompanionOf } from './companion.ts'
import {
  type CompanionKind,
  companionName,
  companionTableName,
  idColumnOf,
} from './companion-names.ts'
import { compareText } from './compare-text.ts'
import { findForeignAssociations, ownedEnds } from './linked-entities.ts'
import { schemaOf } from './schema-name.ts'

/** HubSpot's lists of the ids that were merged into a record. */
const MERGE_PROPERTIES: ReadonlySet<string> = new Set([
  'hs_merged_object_ids',
  'hs_calculated_merged_vids',
])

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

/** By kind, in the order of the generated files. */
const MAKERS: {
  readonly [Kind in CompanionKind]: (analysis: Analysis) => readonly CompanionOf<Kind>[]
} = {
  associations: associationTables,
  merges: mergeTables,
  pipelines: pipelineTables,
  stages: stageTables,
  history: historyTables,
}

/**
 * The companion tables of an entity. They depend only on its analysis, not on whether the other entity of an
 * association is generated.
 */
export function companions(analysis: Analysis): readonly Companion[] {
  return Object.values(MAKERS).flatMap((make): readonly Companion[] => make(analysis))
}

/** Those of one kind; associations are ordered by their table. */
export function companionsOf<Kind extends CompanionKind>(
  analysis: Analysis,
  kind: Kind,
): readonly CompanionOf<Kind>[] {
  return MAKERS[kind](analysis)
}

/**
 * Every companion table, and the tables of other entities that hold links of this one.
 * @internal Exported for tests.
 */
export function companionTableNames(analysis: Analysis): readonly string[] {
  return [...companions(analysis), ...findForeignAssociations(analysis)].map(({ table }) => table)
}

/** The names among these tables that a companion table would have. */
export function findTakenTables(
  analysis: Analysis,
  tables: ReadonlySet<string>,
): readonly string[] {
  const plain = companionTableNames({ ...analysis, takenTables: [] })
  return [...new Set(plain)].filter((table) => tables.has(table)).sort(compareText)
}

function associationTables(analysis: Analysis): readonly CompanionOf<'associations'>[] {
  const { singularLabel } = analysis.objectType
  const fromColumn = idColumnOf(analysis.table)
  const tables = ownedEnds(analysis).map((to): CompanionOf<'associations'> => {
    const table = companionTableName(analysis, 'associations', to.table)
    const itself = analysis.table === to.table
    const toColumn = itself
      ? companionName(`associated_${analysis.table}_id`)
      : idColumnOf(to.table)
    return {
      kind: 'associations',
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
      summary: `links to ${to.entity}`,
      syncFact: {
        table: qualified(analysis, table),
        toObjectType: to.objectType,
        fromColumn,
        toColumn,
      },
      to,
    }
  })
  return tables.sort((left, right) => (left.table < right.table ? -1 : 1))
}

function mergeTables(analysis: Analysis): readonly CompanionOf<'merges'>[] {
  const { properties } = analysis
  const merged = properties.some(({ name, archived }) => MERGE_PROPERTIES.has(name) && !archived)
  if (!merged) return []
  const table = companionTableName(analysis, 'merges')
  const survivorColumn = idColumnOf(analysis.table)
  const mergedColumn = companionName(`merged_${analysis.table}_id`)
  return [
    {
      kind: 'merges',
      table,
      comment: `Which of the ${analysis.entity} was merged into which in HubSpot, synced by hubgen`,
      columns: [
        column(survivorColumn, 'bigint', 'Record that it became; may be merged away itself'),
        column(mergedColumn, 'bigint', 'Id that was merged away'),
        SYNCED,
      ],
      key: [mergedColumn],
      indexes: [index(table, survivorColumn, 'Ids that were merged into a record.')],
      rowType: { name: 'MergeColumns', columns: [survivorColumn, mergedColumn] },
      summary: 'which record was merged into which',
      syncFact: { table: qualified(analysis, table), survivorColumn, mergedColumn },
      to: null,
    },
  ]
}

function pipelineTables(analysis: Analysis): readonly CompanionOf<'pipelines'>[] {
  if (analysis.pipelines.length === 0) return []
  const table = companionTableName(analysis, 'pipelines')
  return [
    {
      kind: 'pipelines',
      table,
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
      summary: 'pipelines',
      syncFact: {
        table: qualified(analysis, table),
        stageTable: qualified(analysis, companionTableName(analysis, 'stages')),
      },
      to: null,
    },
  ]
}

function stageTables(analysis: Analysis): readonly CompanionOf<'stages'>[] {
  if (analysis.pipelines.length === 0) return []
  const table = companionTableName(analysis, 'stages')
  return [
    {
      kind: 'stages',
      table,
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
      indexes: [index(table, 'pipeline_id', 'Stages of a pipeline.')],
      rowType: { name: 'PipelineStageColumns', columns: [] },
      summary: 'their stages',
      syncFact: null,
      to: null,
    },
  ]
}

function historyTables(analysis: Analysis): readonly CompanionOf<'history'>[] {
  const { entity, objectType, history: properties = [] } = analysis
  if (properties.length === 0) return []
  const table = companionTableName(analysis, 'history')
  const idColumn = idColumnOf(analysis.table)
  return [
    {
      kind: 'history',
      table,
      comment: `Values that properties of ${entity} had in HubSpot, synced by hubgen`,
      columns: [
        column(idColumn, 'bigint', `${objectType.singularLabel} that had the value`),
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
      summary: `former values of ${properties.join(', ')}`,
      syncFact: { table: qualified(analysis, table), idColumn, properties },
      to: null,
    },
  ]
}

function qualified(analysis: Analysis, table: string): `${string}.${string}` {
  return `${schemaOf(analysis)}.${table}`
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
