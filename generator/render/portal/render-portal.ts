import type { PortalAnalysis } from '../../model/portal-analysis.ts'
import { PORTAL_FOLDER } from '../../model/portal-folder.ts'
import { typescriptComment, typescriptString } from '../text/escape-typescript.ts'
import { entityHeader, renderTemplate } from '../text/template.ts'
import { type PortalResource, portalResources } from './portal-resources.ts'
import { renderResourceReadme } from './resource-readme.ts'
import { renderResourceIndexes, renderResourceSchema } from './resource-sql.ts'
import { renderResourceTypes } from './resource-types.ts'

/** The files of all resources, by path inside the folder of generated files. */
export function renderPortal(analysis: PortalAnalysis): readonly (readonly [string, string])[] {
  return portalResources(analysis).flatMap((one) =>
    [
      ['README.md', renderResourceReadme(one, analysis)] as const,
      ['entity.ts', renderResourceModule(one, analysis)] as const,
      ['indexes.sql', renderResourceIndexes(one, analysis)] as const,
      ['schema.sql', renderResourceSchema(one, analysis)] as const,
      ['table.ts', renderResourceTypes(one, analysis)] as const,
    ].flatMap(([name, text]) => (text === null ? [] : [[`${one.folder}/${name}`, text] as const])),
  )
}

function renderResourceModule(
  { resource, entity }: PortalResource,
  { schema, portal }: PortalAnalysis,
): string {
  const table = `${schema}.${resource.name}`
  return renderTemplate('portal/entity.ts', {
    header: entityHeader(PORTAL_FOLDER),
    summary: typescriptComment(`${resource.title} Into \`${table}\`.`),
    entity,
    name: typescriptString(resource.name),
    table: typescriptString(table),
    portalId: String(portal.id),
  })
}
