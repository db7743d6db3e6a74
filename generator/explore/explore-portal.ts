import type { HubSpot } from '../../runtime/hubspot/client/client.ts'
import type { PortalFacts } from '../model/analysis.ts'
import { compareAnalyses } from '../model/compare-analyses.ts'
import type { ColumnAdvice } from '../model/decide-column.ts'
import type { Drift } from '../model/drift.ts'
import { predictFit } from '../model/fit.ts'
import { overflowProperties } from '../model/overflow.ts'
import { tableColumns } from '../model/table-columns.ts'
import { writeAnalysis } from './analysis-folder.ts'
import { type EntityChoices, noChoices } from './check-choices.ts'
import {
  type FindRequest,
  type FoundEntity,
  findEntities,
  type PortalReport,
} from './find-entities.ts'
import { findSavedEntity } from './find-saved-entity.ts'

/** One explored entity with a saved analysis. */
export interface Exploration {
  readonly entity: string
  /** Of its `analysis.json`. */
  readonly path: string
  readonly outcome: 'written' | 'unchanged'
  /** Number of columns, of columns with a live property, and of properties without a column. */
  readonly columns: number
  readonly liveProperties: number
  /** Properties in the column `overflow`, because the table has no room for a column each. */
  readonly overflowProperties: number
  /** Of the widest expected row; Postgres's limit is 8,160. */
  readonly rowBytes: number
  readonly skipped: number
  readonly sampledRecords: number | null
  /** Changes since the last exploration; null if it was the first one. */
  readonly changes: readonly Drift[] | null
  readonly advice: readonly ColumnAdvice[]
  /** Properties that have a column and whose values this key may not read. */
  readonly unreadable: readonly string[]
  /** One sentence per fact that HubSpot refused. */
  readonly notes: readonly string[]
}

export interface ExplorationReport extends Omit<PortalReport, 'portal'> {
  /** Null when explored from a saved answer. */
  readonly portal: PortalFacts | null
  readonly explored: readonly Exploration[]
}

export interface ExplorePortalRequest extends Omit<FindRequest, 'choicesOf' | 'onFound'> {
  /** The choices in hubgen.config.ts for each entity; undefined if there is no such file. */
  readonly choicesOf?: EntityChoices
  readonly onExplored: (exploration: Exploration) => void
}

/** Explores entities, as `findEntities` does, and saves each analysis as soon as it is complete. */
export async function explorePortal(
  hubspot: HubSpot,
  { choicesOf = noChoices, onExplored, ...request }: ExplorePortalRequest,
): Promise<ExplorationReport> {
  const explored: Exploration[] = []
  const report = await findEntities(hubspot, {
    ...request,
    choicesOf,
    onFound: async (found) => {
      const exploration = await keepEntity(request.directory, found)
      explored.push(exploration)
      onExplored(exploration)
    },
  })
  return { ...report, explored }
}

/** Explores one entity from a saved answer of the properties endpoint; makes no API calls. */
export async function exploreSavedFile(
  directory: string,
  typed: string,
  file: string,
  choicesOf: EntityChoices = noChoices,
): Promise<ExplorationReport> {
  const exploration = await keepEntity(
    directory,
    await findSavedEntity(directory, typed, file, choicesOf),
  )
  return {
    portal: null,
    owners: null,
    explored: [exploration],
    refused: [],
    vanished: [],
    notes: [],
  }
}

/** Saves the analysis. */
async function keepEntity(directory: string, found: FoundEntity): Promise<Exploration> {
  const { entity, path, analysis, earlier, listed, advice, unreadable } = found
  const { outcome, summary } = await writeAnalysis(directory, analysis, earlier)
  const notes = [...found.notes, ...(summary === 'edited' ? [summaryEdited(entity)] : [])]
  return {
    entity,
    path,
    outcome,
    columns: tableColumns(analysis).length,
    overflowProperties: overflowProperties(analysis).length,
    rowBytes: predictFit(analysis).rowBytes,
    liveProperties: analysis.properties.filter(({ archived }) => !archived).length,
    skipped: analysis.skipped.length,
    sampledRecords: analysis.sampledRecords,
    changes: earlier === null ? null : compareAnalyses(earlier, analysis, listed),
    advice,
    unreadable,
    notes,
  }
}

function summaryEdited(entity: string): string {
  return `${entity}/summary.txt was edited by hand and stays as it is; \`hubgen generate ${entity} --overwrite\` writes it again`
}
