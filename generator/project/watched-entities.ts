import { HubgenError } from '../../runtime/errors.ts'
import type { WatchedEntity } from '../../runtime/monitoring/copy-status.ts'
import type { Resource } from '../../runtime/resources/resource.ts'
import { deletedColumnOf } from '../../runtime/resources/resource-tables.ts'
import { findResource } from '../../runtime/resources/resources.ts'
import { chooseQuarantine } from '../config/choose-thresholds.ts'
import { readConfig } from '../config/read-config.ts'
import { analysisPath, readAnalysis } from '../explore/analysis-folder.ts'
import { readPortalAnalysis } from '../explore/explore-resources.ts'
import { PORTAL_FOLDER } from '../model/portal-folder.ts'
import { schemaOf } from '../model/schema-name.ts'

export interface WatchedEntities {
  readonly entities: readonly WatchedEntity[]
  /** The time zone of the explored portal; null if the analyses come from a file. */
  readonly timeZone: string | null
}

/**
 * The facts about these entities that `runtime/monitoring` needs, from their analyses and the configuration.
 */
export async function readWatchedEntities(
  directory: string,
  names: readonly string[],
): Promise<WatchedEntities> {
  const config = await readConfig(process.cwd())
  const entities: WatchedEntity[] = []
  let timeZone: string | null = null
  const portal = await readPortalAnalysis(analysisPath(directory, PORTAL_FOLDER))
  for (const entity of names) {
    const resource = findResource(entity.replace(`${PORTAL_FOLDER}/`, ''))
    if (resource !== undefined && portal !== null) {
      const { name } = resource
      entities.push({
        name,
        table: `${portal.schema}.${name}`,
        label: labelOf(resource),
        isResource: true,
        deletedColumn: deletedColumnOf(resource),
      })
      continue
    }
    const path = analysisPath(directory, entity)
    const analysis = await readAnalysis(path)
    if (analysis === null) {
      throw new HubgenError('ANALYSIS_MISSING', `\`${entity}\` has no analysis`, {
        at: path,
        fix: 'restore the file from version control',
      })
    }
    const { objectType, table } = analysis
    timeZone ??= analysis.portal?.timeZone ?? null
    entities.push({
      name: entity,
      table: `${schemaOf(analysis)}.${table}`,
      label: objectType.pluralLabel,
      quarantine: chooseQuarantine(config, analysis),
    })
  }
  return { entities, timeZone }
}

/** The words of its title before any explanation: `Lists (segments) of records`. */
export function labelOf({ title }: Resource): string {
  return title.replace(/[:.].*$/, '')
}
