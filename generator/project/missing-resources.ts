import { analysisPath } from '../explore/analysis-folder.ts'
import { readPortalAnalysis } from '../explore/explore-resources.ts'
import { isReadable } from '../model/portal-analysis.ts'
import { PORTAL_FOLDER } from '../model/portal-folder.ts'
import { presentResources } from './choose-entities.ts'
import { resourcesOfAll } from './find-entity.ts'

/**
 * The resources that the configuration names, with those that they belong to, and that are not generated; without those that
 * HubSpot refused to `hubgen explore`.
 */
export async function missingResources(
  directory: string,
  configured: readonly string[] | undefined,
): Promise<readonly string[]> {
  if (configured === undefined) return []
  const wanted = resourcesOfAll(configured)
  const present = presentResources(directory, wanted)
  const portal = await readPortalAnalysis(analysisPath(directory, PORTAL_FOLDER))
  const refused = portal?.resources.filter((one) => !isReadable(one)).map(({ name }) => name) ?? []
  return wanted.filter(
    (name) => !present.includes(`${PORTAL_FOLDER}/${name}`) && !refused.includes(name),
  )
}
