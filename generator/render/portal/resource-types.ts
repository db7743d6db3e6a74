import type { CodecType } from '../../../runtime/values/codec.ts'
import type { PortalAnalysis } from '../../model/portal-analysis.ts'
import { PORTAL_FOLDER } from '../../model/portal-folder.ts'
import { tableType } from '../entity/entity-names.ts'
import { COLUMN_TYPE_NAMES } from '../entity/table-module.ts'
import { typescriptComment, typescriptKey } from '../text/escape-typescript.ts'
import { entityHeader, renderTemplate } from '../text/template.ts'
import type { PortalResource } from './portal-resources.ts'
import { columnFactsOf } from './resource-sql.ts'

/** `table.ts`: the row types for Kysely. */
export function renderResourceTypes(
  { tables }: PortalResource,
  { schema, portal }: PortalAnalysis,
): string {
  const views = tables.map((table) => ({
    summary: typescriptComment(`One row of \`${schema}.${table.name}\`: ${table.title}`),
    type: tableType(table.name),
    columns: columnFactsOf(table, portal.id).map(({ name, definition, comment }) => ({
      key: typescriptKey(name),
      comment: typescriptComment(comment),
      type: typeOf(definition),
    })),
  }))
  const used = views.flatMap(({ columns }) =>
    columns.flatMap(({ type }) => type.match(/\w+/g) ?? []),
  )
  return renderTemplate('portal/table.ts', {
    header: entityHeader(PORTAL_FOLDER),
    imports: [...new Set(used)].toSorted().join(', '),
    tables: views,
  })
}

/** Of `bigint NOT NULL DEFAULT 1`: `Filled<Bigint>`. */
function typeOf(definition: string): string {
  const [type = 'text'] = definition.split(' ')
  const name = COLUMN_TYPE_NAMES[type as CodecType]
  return definition.includes(' NOT NULL') ? `Filled<${name}>` : name
}
