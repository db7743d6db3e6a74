import type { Analysis } from '../../model/analysis.ts'
import type { SyncFacts } from '../../model/companion.ts'
import type { CompanionKind } from '../../model/companion-names.ts'
import { companions } from '../../model/companions.ts'
import { compareText } from '../../model/compare-text.ts'
import { hasOverflow } from '../../model/overflow.ts'
import { schemaOf } from '../../model/schema-name.ts'
import { calculatedColumns } from '../../model/table-columns.ts'
import { typescriptComment, typescriptString, typescriptValue } from '../text/escape-typescript.ts'
import { entityHeader, renderTemplate } from '../text/template.ts'
import { nameEntity } from './entity-names.ts'

interface EntityView {
  readonly header: string
  readonly summary: string
  readonly entity: string
  readonly properties: string
  /** From `properties.ts`. */
  readonly imports: string
  readonly overflow: string | null
  readonly calculated: string | null
  readonly table: string
  readonly entityName: string
  readonly objectType: string
  readonly tableName: string
  readonly portalId: string
  readonly modifiedProperty: string
  /** Of companion tables, as TypeScript. */
  readonly facts: readonly { readonly name: CompanionKind; readonly value: string }[]
}

/** Whether `entity.ts` has a list of the facts of a kind, a single fact, or none. */
const STATED: {
  readonly [Kind in CompanionKind]: SyncFacts[Kind] extends null
    ? 'nothing'
    : SyncFacts[Kind] extends readonly unknown[]
      ? 'list'
      : 'one'
} = {
  associations: 'list',
  merges: 'one',
  pipelines: 'one',
  stages: 'nothing',
  history: 'one',
}

/** `entity.ts`: the facts of one entity for the runtime. */
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
    entityName: typescriptString(analysis.entity),
    objectType: typescriptString(id),
    tableName: typescriptString(`${schemaOf(analysis)}.${analysis.table}`),
    portalId: String(analysis.portal?.id ?? null),
    modifiedProperty: typescriptString(analysis.modifiedProperty),
    facts: viewFacts(analysis),
  }
  return renderTemplate('entity.ts', view)
}

function viewFacts(analysis: Analysis): EntityView['facts'] {
  const byKind = Map.groupBy(companions(analysis), ({ kind }) => kind)
  return [...byKind].flatMap(([name, members]) => {
    const facts = members.flatMap(({ syncFact }) => syncFact ?? [])
    const values = STATED[name] === 'list' ? [facts] : facts
    return values.map((value) => ({ name, value: typescriptValue(value, 1) }))
  })
}
