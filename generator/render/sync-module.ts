import type { Analysis } from '../model/analysis.ts'
import { hasOverflow } from '../model/overflow.ts'
import { schemaOf } from '../model/schema-name.ts'
import { nameEntity } from './entity-names.ts'
import { typescriptComment, typescriptString } from './escape-typescript.ts'
import { entityHeader } from './header.ts'
import { renderTemplate } from './template.ts'

interface SyncView {
  readonly header: string
  readonly summary: string
  readonly entity: string
  readonly sync: string
  readonly properties: string
  readonly overflow: string | null
  readonly table: string
  readonly entityName: string
  readonly objectType: string
  readonly tableName: string
  readonly portalId: string
  readonly modifiedProperty: string
}

/** `sync.ts`: the facts of one entity, a typed function, and the entry of `node …/sync.ts [limit]`. */
export function renderSyncModule(analysis: Analysis): string {
  const names = nameEntity(analysis)
  const { pluralLabel, id } = analysis.objectType
  const view: SyncView = {
    header: entityHeader(analysis.entity),
    summary: typescriptComment(
      `${pluralLabel} (${id}) into \`${schemaOf(analysis)}.${analysis.table}\`.`,
    ),
    ...names,
    overflow: hasOverflow(analysis) ? names.overflow : null,
    entityName: typescriptString(analysis.entity),
    objectType: typescriptString(id),
    tableName: typescriptString(`${schemaOf(analysis)}.${analysis.table}`),
    portalId: String(analysis.portal?.id ?? null),
    modifiedProperty: typescriptString(analysis.modifiedProperty),
  }
  return renderTemplate('sync.ts', view)
}
