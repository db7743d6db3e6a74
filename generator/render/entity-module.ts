import type { Analysis } from '../model/analysis.ts'
import { calculatedColumns, findCompanions } from '../model/companion-tables.ts'
import { compareText } from '../model/compare-text.ts'
import { hasOverflow } from '../model/overflow.ts'
import { schemaOf } from '../model/schema-name.ts'
import { nameEntity } from './entity-names.ts'
import { typescriptComment, typescriptString } from './escape-typescript.ts'
import { entityHeader } from './header.ts'
import { renderTemplate } from './template.ts'

interface EntityView extends CompanionsView {
  readonly header: string
  readonly summary: string
  readonly entity: string
  readonly properties: string
  /** Of `properties.ts`. */
  readonly imports: string
  readonly overflow: string | null
  readonly calculated: string | null
  readonly table: string
  readonly entityName: string
  readonly objectType: string
  readonly tableName: string
  readonly portalId: string
  readonly modifiedProperty: string
}

/** The tables beside the entity's own, as TypeScript; empty or null where it has none. */
interface CompanionsView {
  readonly associations: readonly {
    readonly table: string
    readonly toObjectType: string
    readonly fromColumn: string
    readonly toColumn: string
  }[]
  readonly merges: {
    readonly table: string
    readonly survivorColumn: string
    readonly mergedColumn: string
  } | null
  readonly pipelines: { readonly table: string; readonly stageTable: string } | null
  readonly history: {
    readonly table: string
    readonly idColumn: string
    readonly properties: readonly string[]
  } | null
}

/** `entity.ts`: the facts of one entity, which the runtime works from. */
export function renderEntityModule(analysis: Analysis): string {
  const names = nameEntity(analysis)
  const { pluralLabel, id } = analysis.objectType
  const overflow = hasOverflow(analysis) ? names.overflow : null
  const calculated = calculatedColumns(analysis).length > 0 ? names.calculated : null
  const view: EntityView = {
    header: entityHeader(analysis.entity),
    summary: typescriptComment(
      `${pluralLabel} (${id}) into \`${schemaOf(analysis)}.${analysis.table}\`.`,
    ),
    ...names,
    imports: [overflow ?? [], calculated ?? [], names.properties]
      .flat()
      .sort(compareText)
      .join(', '),
    overflow,
    calculated,
    ...viewCompanions(analysis),
    entityName: typescriptString(analysis.entity),
    objectType: typescriptString(id),
    tableName: typescriptString(`${schemaOf(analysis)}.${analysis.table}`),
    portalId: String(analysis.portal?.id ?? null),
    modifiedProperty: typescriptString(analysis.modifiedProperty),
  }
  return renderTemplate('entity.ts', view)
}

function viewCompanions(analysis: Analysis): CompanionsView {
  const { associations, merges, pipelines, history } = findCompanions(analysis)
  const quote = (table: string) => typescriptString(`${schemaOf(analysis)}.${table}`)
  return {
    associations: associations.map(({ table, to, fromColumn, toColumn }) => ({
      table: quote(table),
      toObjectType: typescriptString(to.objectType),
      fromColumn: typescriptString(fromColumn),
      toColumn: typescriptString(toColumn),
    })),
    merges: merges && {
      table: quote(merges.table),
      survivorColumn: typescriptString(merges.survivorColumn),
      mergedColumn: typescriptString(merges.mergedColumn),
    },
    pipelines: pipelines && {
      table: quote(pipelines.table),
      stageTable: quote(pipelines.stageTable),
    },
    history: history && {
      table: quote(history.table),
      idColumn: typescriptString(history.idColumn),
      properties: history.properties.map(typescriptString),
    },
  }
}
