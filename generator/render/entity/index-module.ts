import type { Analysis } from '../../model/analysis.ts'
import { companions } from '../../model/companions.ts'
import { compareText } from '../../model/compare-text.ts'
import { labelledViewName } from '../../model/labels.ts'
import { schemaOf } from '../../model/schema-name.ts'
import { typescriptString } from '../text/escape-typescript.ts'
import { renderTemplate, sharedHeader } from '../text/template.ts'
import { nameEntity, tableType } from './entity-names.ts'

/** The facts about a resource in the shared modules. */
export interface ResourceIndex {
  /** The constant in its entity.ts. */
  readonly entity: string
  readonly folder: string
  /** Schema and table, unquoted. */
  readonly tables: readonly string[]
}

/** `index.ts`: every entity in one list, and the exports of their modules. */
export function renderIndexModule(
  analyses: readonly Analysis[],
  resources: readonly ResourceIndex[] = [],
): string {
  return renderTemplate('index.ts', {
    resourceList: resources.map(({ entity }) => entity).join(', '),
    resources: resources.map(({ tables, ...resource }) => ({
      ...resource,
      tables: typesOf(tables).join(', '),
    })),
    header: sharedHeader,
    list: analyses.map((analysis) => nameEntity(analysis).entity).join(', '),
    entities: analyses.map((analysis) => ({
      ...nameEntity(analysis),
      tables: tableTypes(analysis),
      folder: analysis.entity,
    })),
  })
}

/** `database.ts`: table ← row type, for the user's own Kysely queries. */
export function renderDatabaseModule(
  analyses: readonly Analysis[],
  resources: readonly ResourceIndex[] = [],
): string {
  const schemas = [...new Set(analyses.map(schemaOf))].sort(compareText)
  return renderTemplate('database.ts', {
    header: sharedHeader,
    resources: resources.map(({ tables, folder }) => ({
      imports: typesOf(tables).join(', '),
      folder,
      tables: tables.map((table) => ({ name: typescriptString(table), type: typeOf(table) })),
    })),
    tables: analyses.map((analysis) => ({
      imports: tableTypes(analysis),
      companions: companions(analysis).map((companion) => ({
        name: typescriptString(`${schemaOf(analysis)}.${companion.table}`),
        type: companionType(companion),
      })),
      name: typescriptString(`${schemaOf(analysis)}.${analysis.table}`),
      type: nameEntity(analysis).table,
      view: typescriptString(`${schemaOf(analysis)}.${labelledViewName(analysis.table)}`),
      labelled: nameEntity(analysis).labelled,
      folder: analysis.entity,
    })),
    schemas: schemas.map((schema) => ({
      owner: typescriptString(`${schema}.owner`),
      ownerTeam: typescriptString(`${schema}.owner_team`),
      role: typescriptString(`${schema}.role`),
      team: typescriptString(`${schema}.team`),
      teamUser: typescriptString(`${schema}.team_user`),
      users: typescriptString(`${schema}.users`),
    })),
  })
}

/** The row types of an entity's tables, as a list for an import or export. */
function tableTypes(analysis: Analysis): string {
  return [nameEntity(analysis).table, ...companions(analysis).map(companionType)]
    .sort(compareText)
    .join(', ')
}

function companionType({ table }: { readonly table: string }): string {
  return tableType(table)
}

function typesOf(tables: readonly string[]): readonly string[] {
  return tables.map(typeOf).toSorted(compareText)
}

/** Of a table with its schema. */
function typeOf(table: string): string {
  return tableType(table.slice(table.indexOf('.') + 1))
}
