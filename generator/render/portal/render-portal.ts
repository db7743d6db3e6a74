import type { Analysis } from '../../model/analysis.ts'
import type { PortalAnalysis } from '../../model/portal-analysis.ts'
import { PORTAL_FOLDER } from '../../model/portal-folder.ts'
import { typescriptComment, typescriptKey, typescriptString } from '../text/escape-typescript.ts'
import { entityHeader, renderTemplate } from '../text/template.ts'
import { isOfPairs, type ObjectPairs, objectPairsOf } from './object-pairs.ts'
import { type PortalResource, portalResources } from './portal-resources.ts'
import { renderResourceReadme } from './resource-readme.ts'
import { renderResourceIndexes, renderResourceSchema } from './resource-sql.ts'
import { renderResourceTypes } from './resource-types.ts'

/** The files of all resources, by path inside the folder of generated files. */
export function renderPortal(
  analysis: PortalAnalysis,
  entities: readonly Analysis[],
): readonly (readonly [string, string])[] {
  return portalResources(analysis).flatMap((one) =>
    [
      ['README.md', renderResourceReadme(one, analysis)] as const,
      ['entity.ts', renderResourceModule(one, analysis, entities)] as const,
      ['indexes.sql', renderResourceIndexes(one, analysis)] as const,
      ['schema.sql', renderResourceSchema(one, analysis)] as const,
      ['table.ts', renderResourceTypes(one, analysis)] as const,
    ].flatMap(([name, text]) => (text === null ? [] : [[`${one.folder}/${name}`, text] as const])),
  )
}

function renderResourceModule(
  { resource, entity }: PortalResource,
  { schema, portal }: PortalAnalysis,
  entities: readonly Analysis[],
): string {
  const table = `${schema}.${resource.name}`
  return renderTemplate('portal/entity.ts', {
    header: entityHeader(PORTAL_FOLDER),
    summary: typescriptComment(`${resource.title} Into \`${table}\`.`),
    entity,
    name: typescriptString(resource.name),
    table: typescriptString(table),
    portalId: String(portal.id),
    objectPairs: isOfPairs(resource) ? objectPairsOf(entities).map(renderPairs) : null,
  })
}

function renderPairs({ from, to }: ObjectPairs): { readonly from: string; readonly to: string } {
  return { from: typescriptKey(from), to: to.map(typescriptString).join(', ') }
}
