import type { OurTable } from '../../runtime/compare/our-table.ts'
import { resourceTables } from '../../runtime/resources/resource-tables.ts'
import { resources } from '../../runtime/resources/resources.ts'
import type { Analysis } from '../model/analysis.ts'
import type { Companion } from '../model/companion.ts'
import { companions } from '../model/companions.ts'
import { fivetranColumns } from '../model/fivetran-columns.ts'
import { hasOwnColumn } from '../model/overflow.ts'
import type { PortalAnalysis } from '../model/portal-analysis.ts'
import { schemaOf } from '../model/schema-name.ts'
import { type CompatView, compatQuerySql } from '../render/compat/compat-view.ts'
import { compatViews } from '../render/compat/compat-views.ts'
import { sharedSources } from '../render/compat/dbt-sources.ts'
import { propertyValue } from '../render/compat/property-value.ts'
import { recordView } from '../render/compat/record-views.ts'
import { systemColumns } from '../render/entity/schema-sql.ts'
import { sqlIdentifier, sqlTable } from '../render/text/escape-sql.ts'

/** Keys of Fivetran's tables that are no companion table of hubgen, by name. */
const KEYS: ReadonlyMap<string, readonly string[]> = new Map([
  ...sharedSources.map(({ name, key }) => [name, key] as const),
  ['contact_form_submission', ['contact_id', 'conversion_id']],
  ['contact_merge_audit', ['canonical_vid', 'vid_to_merge']],
  ['deal_stage', ['deal_id', '_fivetran_start']],
  ['engagement', ['id']],
  ['merged_deal', ['deal_id', 'merged_deal_id']],
])

/**
 * Every table that Fivetran, or a script that follows its names, may have filled from the portal: records under
 * Fivetran's, HubSpot's and hubgen's names of their properties, then the rest in Fivetran's shape, then
 * companion tables under hubgen's names.
 */
export function copyTables(
  analyses: readonly Analysis[],
  portal: PortalAnalysis | null,
): readonly OurTable[] {
  const tables = new Map<string, OurTable>()
  const add = (table: OurTable) => {
    if (!tables.has(table.name)) tables.set(table.name, table)
  }
  for (const analysis of analyses) {
    const table = recordTable(analysis)
    add(table)
    add({ ...table, name: analysis.table })
  }
  const keys = new Map([
    ...resources.flatMap(resourceTables).map(({ name, key }) => [name, key] as const),
    ...analyses.flatMap((analysis) =>
      companions(analysis).map(({ table, key }) => [table, key] as const),
    ),
  ])
  for (const view of compatViews(analyses, portal)) add(viewTable(view, keys.get(view.name)))
  for (const analysis of analyses) {
    for (const companion of companions(analysis)) add(companionTable(analysis, companion))
  }
  return [...tables.values()]
}

/** The names that other copies give the columns of an entity's table, all in lower case. */
export function recordNames(analysis: Analysis): {
  /** Columns by their other names, as far as these hold the same value. */
  readonly aliases: ReadonlyMap<string, string>
  /** Names of a column with the record's id. */
  readonly keys: ReadonlySet<string>
} {
  const { columns, keys } = recordTable(analysis)
  const names = [...systemColumns(analysis).map(({ name }) => name), ...tableColumnNames(analysis)]
  const bySql = new Map(names.map((name) => [sqlIdentifier(name), name]))
  const aliases = [...columns].flatMap(([alias, value]) => {
    const name = bySql.get(value)
    return name === undefined ? [] : [[alias, name] as const]
  })
  return { aliases: new Map(aliases), keys: new Set(keys.flat()) }
}

function tableColumnNames({ properties }: Analysis): readonly string[] {
  return properties.filter(hasOwnColumn).map(({ column }) => column.name)
}

function recordTable(analysis: Analysis): OurTable {
  const view = recordView(analysis)
  const columns = new Map<string, string>()
  const name = (as: string, value: string) => {
    const key = as.toLowerCase()
    if (!columns.has(key)) columns.set(key, value)
  }
  for (const query of view.queries) {
    for (const { name: as, value } of query.columns) name(as, value)
  }
  const names = fivetranColumns(analysis.properties)
  const calculated = new Set<string>()
  for (const property of analysis.properties) {
    const aliases = [names.get(property.name) ?? '', property.column.name, property.name]
    for (const alias of aliases) {
      name(alias, propertyValue(property))
      if (property.calculated) calculated.add(alias.toLowerCase())
    }
  }
  for (const { name: system } of systemColumns(analysis)) name(system, sqlIdentifier(system))
  const keys = ['id', `${analysis.table}_id`, 'engagement_id', 'hs_object_id', 'record_id']
  for (const key of keys) name(key, 'id')
  return {
    name: view.name,
    from: sqlTable(schemaOf(analysis), analysis.table),
    columns,
    keys: [...keys.map((key) => [key]), ['property_hs_object_id']],
    changedAt: 'updated_at',
    isDeleted: 'is_deleted',
    calculated,
  }
}

function viewTable(view: CompatView, companionKey: readonly string[] | undefined): OurTable {
  const names = (view.queries[0]?.columns ?? []).map(({ name }) => name)
  return {
    name: view.name,
    from: `(${compatQuerySql(view)}) AS ours`,
    columns: new Map(names.map((name) => [name.toLowerCase(), sqlIdentifier(name)])),
    keys: [KEYS.get(view.name) ?? companionKey ?? linkKey(names)],
    changedAt: null,
    isDeleted: names.includes('_fivetran_deleted') ? '_fivetran_deleted' : null,
    calculated: new Set(),
  }
}

/** The ends of a link, then its type. */
function linkKey(names: readonly string[]): readonly string[] {
  const ends = names.filter((name) => name.endsWith('_id') && name !== 'type_id')
  return [...ends, ...names.filter((name) => name === 'category' || name === 'type_id')]
}

function companionTable(analysis: Analysis, { table, columns, key }: Companion): OurTable {
  const names = columns.map(({ name }) => name)
  return {
    name: table,
    from: sqlTable(schemaOf(analysis), table),
    columns: new Map(names.map((name) => [name, sqlIdentifier(name)])),
    keys: [key],
    changedAt: null,
    isDeleted: names.includes('_fivetran_deleted') ? '_fivetran_deleted' : null,
    calculated: new Set(),
  }
}
