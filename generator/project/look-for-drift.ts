import { globSync } from 'node:fs'
import { loadEnvironment } from '../../runtime/environment.ts'
import { HubgenError } from '../../runtime/errors.ts'
import { connectHubSpot } from '../../runtime/hubspot/client.ts'
import { readHubSpotSettings } from '../../runtime/hubspot/settings.ts'
import type { Database } from '../../runtime/postgres/connection/database.ts'
import { chooseFor } from '../config/choose.ts'
import { type Config, readConfig } from '../config/read-config.ts'
import type { Analysis } from '../model/analysis.ts'
import type { Drift } from '../model/drift.ts'
import {
  type DriftReport,
  type DriftRequest,
  findFileDrift,
  findHubSpotDrift,
  findTableDrift,
} from './find-drift.ts'
import { recordDrift } from './record-drift.ts'

/** What came of comparing HubSpot, the analyses, the generated files and the tables. */
export interface DriftAnswer {
  readonly drifts: readonly Drift[]
  /** What was looked at. */
  readonly entities: readonly string[]
  /** Entities that HubSpot would not tell about, and why. */
  readonly unseen: DriftReport['unseen']
  readonly notes: readonly string[]
}

/**
 * Compares everything, keeps what was found in the database, and gives it: as `hubgen diff` does, for
 * programs that have the database open. `entities` as a person types them; settings and the configuration
 * are those of the working directory.
 */
export async function lookForDrift(
  directory: string,
  entities: readonly string[] | 'all',
  database: Database,
  workingDirectory: string = process.cwd(),
): Promise<DriftAnswer> {
  const config = await readConfig(workingDirectory)
  const request = driftRequest(directory, entities, config, () => {})
  const settings = readHubSpotSettings(loadEnvironment(workingDirectory), workingDirectory)
  const report = await findHubSpotDrift(connectHubSpot(settings), request)
  const files = await compareFilesOf(request, report)
  const { drifts, notes } = await compareTablesOf(database, request, report, files)
  return {
    drifts: [...report.drifts, ...files, ...drifts],
    entities: [...report.found, ...report.vanished].map(({ entity }) => entity),
    unseen: report.unseen,
    notes: [...report.notes, ...notes],
  }
}

/** Drift of the generated files of what was explored before. */
export function compareFilesOf(
  request: DriftRequest,
  report: DriftReport,
): Promise<readonly Drift[]> {
  return findFileDrift(
    request,
    exploredOf(report).map(({ entity }) => entity),
  )
}

/** Drift of the tables; all that was found, with what the files said before, is kept in the database. */
export async function compareTablesOf(
  database: Database,
  request: DriftRequest,
  report: DriftReport,
  files: readonly Drift[],
): Promise<{ readonly drifts: readonly Drift[]; readonly notes: readonly string[] }> {
  const tables = await findTableDrift(database, exploredOf(report))
  const drifts = [...report.drifts, ...files, ...tables]
  const notes = await recordDrift(database, { request, report, drifts })
  return { drifts: tables, notes }
}

/** The committed analyses of what was looked at. */
export function exploredOf({ found, vanished }: DriftReport): readonly Analysis[] {
  return [...found.flatMap(({ earlier }) => earlier ?? []), ...vanished]
}

/**
 * What to compare: the entities named, or with `all` those of the configuration, else every one that was
 * explored. Fails with ANALYSIS_MISSING where there is none.
 */
export function driftRequest(
  directory: string,
  named: readonly string[] | 'all',
  config: Config | null,
  onStep: DriftRequest['onStep'],
): DriftRequest {
  const explored = globSync('*/analysis.json', { cwd: directory })
    .map((path) => path.split(/[\\/]/)[0] ?? '')
    .sort()
  const entities = named === 'all' ? (config?.entities ?? explored) : named
  if (entities.length === 0) {
    throw new HubgenError('ANALYSIS_MISSING', 'nothing has been explored yet', {
      at: directory,
      fix: '`hubgen explore deals`',
    })
  }
  return {
    directory,
    entities,
    folder: named === 'all' && config?.entities === undefined ? 'whole' : 'part',
    choicesOf: (target) => chooseFor(config, target),
    onStep,
  }
}
