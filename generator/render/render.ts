import { type Analysis, COMPATS, type Compat } from '../model/analysis.ts'
import { compareText } from '../model/compare-text.ts'
import type { PortalAnalysis } from '../model/portal-analysis.ts'
import { PORTAL_FOLDER } from '../model/portal-folder.ts'
import { renderDbtSources } from './compat/dbt-sources.ts'
import { renderDbtVars } from './compat/dbt-vars.ts'
import { renderFivetranSql } from './compat/fivetran-sql.ts'
import { renderEntityModule } from './entity/entity-module.ts'
import {
  type ResourceIndex,
  renderDatabaseModule,
  renderIndexModule,
} from './entity/index-module.ts'
import { renderIndexesSql } from './entity/indexes-sql.ts'
import { renderLabelledModule } from './entity/labelled-module.ts'
import { renderLabelledSql } from './entity/labelled-sql.ts'
import { renderLabelsSql } from './entity/labels-sql.ts'
import { renderOptionsModule } from './entity/options-module.ts'
import { renderPropertiesModule } from './entity/properties-module.ts'
import { renderQualitySql } from './entity/quality-sql.ts'
import { renderQueriesSql } from './entity/queries-sql.ts'
import { renderSchemaSql } from './entity/schema-sql.ts'
import { renderTableModule } from './entity/table-module.ts'
import { renderViewsSql } from './entity/views-sql.ts'
import { type EntitySql, type MigrationFile, planMigrations } from './migrations/migration-sql.ts'
import { pairModules } from './portal/object-pairs.ts'
import { portalResources } from './portal/portal-resources.ts'
import { renderPortal } from './portal/render-portal.ts'
import { renderReadme } from './report/entity-readme.ts'
import { renderSummary } from './report/summary.ts'

type CompatTemplate = (analyses: readonly Analysis[], portal: PortalAnalysis | null) => string

/** The files for each tool whose views `compat` asks for, by path. */
const compatTemplates: Readonly<Record<Compat, Readonly<Record<string, CompatTemplate>>>> = {
  fivetran: {
    'compat/dbt.yml': renderDbtVars,
    'compat/fivetran.sql': renderFivetranSql,
    'compat/sources.yml': renderDbtSources,
  },
}

const compatFiles: ReadonlySet<string> = new Set(
  Object.values(compatTemplates).flatMap((templates) => Object.keys(templates)),
)

/**
 * All generated files of these analyses, by path inside the folder of generated files, sorted: `renderFiles`,
 * and the new migrations after the existing ones. The same analyses and migrations give the same bytes, in
 * any order. Throws if a column's type differs from the one in the migrations; `planMigrations` lists those.
 */
export function render(
  analyses: readonly Analysis[],
  existingMigrations: readonly MigrationFile[],
  portal: PortalAnalysis | null = null,
): ReadonlyMap<string, string> {
  const files = renderFiles(analyses, portal)
  const wanted = [...entitySql(files, analyses), ...portalSql(files, portal)]
  const planned = planMigrations(wanted, existingMigrations, 'kept')
  const [mismatch] = planned.mismatches
  if (mismatch !== undefined) throw new Error(`\`${mismatch.column}\` is \`${mismatch.found}\``)
  const migrations = [...planned.files].map(([name, sql]) => [`migrations/${name}`, sql] as const)
  return sortByPath([...files, ...migrations])
}

/** All files except the migrations. An entity's own files depend only on its analysis. */
export function renderFiles(
  analyses: readonly Analysis[],
  portal: PortalAnalysis | null = null,
): ReadonlyMap<string, string> {
  const sorted = analyses
    .map(sortAnalysis)
    .sort((left, right) => compareText(left.entity, right.entity))
  const files: (readonly [path: string, text: string])[] = [
    ['index.ts', renderIndexModule(sorted, indexOf(portal))],
    ['database.ts', renderDatabaseModule(sorted, indexOf(portal))],
    ...renderCompat(sorted, portal),
    ...(portal === null ? [] : renderPortal(portal, sorted)),
  ]
  for (const analysis of sorted) {
    for (const [name, text] of renderEntity(analysis)) {
      if (text !== null) files.push([`${analysis.entity}/${name}`, text])
    }
  }
  return sortByPath(files)
}

/** The views for other tools read the tables of all entities, so one entity that asks for them is enough. */
function renderCompat(
  analyses: readonly Analysis[],
  portal: PortalAnalysis | null,
): readonly (readonly [path: string, text: string])[] {
  const asked = new Set(analyses.flatMap(({ compat }) => compat ?? []))
  return COMPATS.filter((compat) => asked.has(compat)).flatMap((compat) =>
    Object.entries(compatTemplates[compat]).map(
      ([path, render]) => [path, render(analyses, portal)] as const,
    ),
  )
}

/** Whether a generated file is about all entities. */
export function isShared(path: string): boolean {
  return !path.includes('/') || compatFiles.has(path) || pairModules.has(path)
}

/** Of rendered files, those that create the tables of these entities; entities by name. */
export function entitySql(
  files: ReadonlyMap<string, string>,
  analyses: readonly Pick<Analysis, 'entity'>[],
): readonly EntitySql[] {
  return analyses
    .map(({ entity }) => ({
      entity,
      texts: ['schema.sql', 'indexes.sql'].flatMap((name) => files.get(`${entity}/${name}`) ?? []),
    }))
    .toSorted((left, right) => compareText(left.entity, right.entity))
}

/** The tables of all resources, which migrations create together. */
export function portalSql(
  files: ReadonlyMap<string, string>,
  portal: PortalAnalysis | null,
): readonly EntitySql[] {
  const resources = portal === null ? [] : portalResources(portal)
  if (resources.length === 0) return []
  const texts = resources.flatMap(({ folder }) =>
    ['schema.sql', 'indexes.sql'].flatMap((name) => files.get(`${folder}/${name}`) ?? []),
  )
  return [{ entity: PORTAL_FOLDER, texts }]
}

function indexOf(portal: PortalAnalysis | null): readonly ResourceIndex[] {
  const resources = portal === null ? [] : portalResources(portal)
  return resources.map(({ entity, folder, tables }) => ({
    entity,
    folder,
    tables: tables.map(({ name }) => `${portal?.schema}.${name}`),
  }))
}

function sortByPath(
  files: readonly (readonly [path: string, text: string])[],
): ReadonlyMap<string, string> {
  return new Map(files.toSorted(([left], [right]) => compareText(left, right)))
}

/** By name; null if an entity has no such file. */
function renderEntity(analysis: Analysis): ReadonlyMap<string, string | null> {
  return new Map<string, string | null>([
    ['README.md', renderReadme(analysis)],
    ['entity.ts', renderEntityModule(analysis)],
    ['indexes.sql', renderIndexesSql(analysis)],
    ['labelled.sql', renderLabelledSql(analysis)],
    ['labelled.ts', renderLabelledModule(analysis)],
    ['labels.sql', renderLabelsSql(analysis)],
    ['options.ts', renderOptionsModule(analysis)],
    ['properties.ts', renderPropertiesModule(analysis)],
    ['quality.sql', renderQualitySql(analysis)],
    ['queries.sql', renderQueriesSql(analysis)],
    ['schema.sql', renderSchemaSql(analysis)],
    ['summary.txt', renderSummary(analysis)],
    ['table.ts', renderTableModule(analysis)],
    ['views.sql', renderViewsSql(analysis)],
  ])
}

/** People edit analyses, so the output must not depend on the order of properties in the file. */
function sortAnalysis(analysis: Analysis): Analysis {
  const byName = (left: { name: string }, right: { name: string }) =>
    compareText(left.name, right.name)
  return {
    ...analysis,
    groups: analysis.groups.toSorted(byName),
    properties: analysis.properties.toSorted(byName),
    skipped: analysis.skipped.toSorted(byName),
  }
}
