import type { Analysis, ColumnType } from '../../model/analysis.ts'
import { compareText } from '../../model/compare-text.ts'
import { overflowProperties } from '../../model/overflow.ts'
import { calculatedColumns, type TableColumn, tableColumns } from '../../model/table-columns.ts'
import { typescriptKey, typescriptString } from '../text/escape-typescript.ts'
import { entityHeader, renderTemplate } from '../text/template.ts'
import { nameEntity } from './entity-names.ts'

interface EntryView {
  readonly column: string
  readonly codec: string
  readonly property: string
  /** Quoted; null for a property that is the first of its name. */
  readonly since: string | null
}

interface PropertiesView {
  readonly header: string
  readonly imports: string
  readonly table: string
  readonly properties: string
  readonly entries: readonly EntryView[]
  readonly calculatedName: string
  /** Quoted. */
  readonly calculated: readonly string[]
  /** Null for an entity without overflow. */
  readonly overflow: {
    readonly name: string
    readonly type: string
    readonly entries: readonly EntryView[]
    readonly archived: readonly string[]
  } | null
}

const CODEC_NAMES: Readonly<Record<ColumnType, string>> = {
  text: 'text',
  numeric: 'numeric',
  bigint: 'bigint',
  boolean: 'bool',
  date: 'date',
  timestamptz: 'timestamptz',
  jsonb: 'jsonb',
}

/** `properties.ts`: one line per property, column ← codec(HubSpot's name); without archived properties. */
export function renderPropertiesModule(analysis: Analysis): string {
  const names = nameEntity(analysis)
  const synced = tableColumns(analysis).filter(({ property }) => !property.archived)
  const shared = overflowProperties(analysis)
  const overflow = shared
    .filter(({ archived }) => !archived)
    .map((property) => ({ property, column: property.column }))
  const view: PropertiesView = {
    header: entityHeader(analysis.entity),
    imports: [...usedCodecs([...synced, ...overflow]), 'type PropertyMap'].join(', '),
    table: names.table,
    properties: names.properties,
    entries: synced.map(viewEntry),
    calculatedName: names.calculated,
    calculated: calculatedColumns(analysis).map(typescriptString),
    overflow:
      shared.length === 0
        ? null
        : {
            name: names.overflow,
            type: names.overflowType,
            entries: overflow.map(viewEntry),
            archived: shared
              .filter(({ archived }) => archived)
              .map(({ column }) => typescriptString(column.name)),
          },
  }
  return renderTemplate('properties.ts', view)
}

function viewEntry({ property, column }: TableColumn): EntryView {
  return {
    column: typescriptKey(column.name),
    codec: CODEC_NAMES[column.type],
    property: typescriptString(property.name),
    since: property.remadeAt === undefined ? null : typescriptString(property.remadeAt),
  }
}

function usedCodecs(columns: readonly TableColumn[]): readonly string[] {
  const names = new Set(columns.map(({ column }) => CODEC_NAMES[column.type]))
  return [...names].sort(compareText)
}
