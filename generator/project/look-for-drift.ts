import { existsSync, globSync } from 'node:fs'
import { loadEnvironment } from '../../runtime/environment.ts'
import { HubgenError } from '../../runtime/errors.ts'
import { connectHubSpot } from '../../runtime/hubspot/client/client.ts'
import { readHubSpotSettings } from '../../runtime/hubspot/client/settings.ts'
import type { Database } from '../../runtime/postgres/connection/database.ts'
import { listPending } from '../../runtime/postgres/schema/migrate.ts'
import { readMigrations } from '../../runtime/postgres/schema/read-migrations.ts'
import { chooseFor } from '../config/choose.ts'
import { type Config, readConfig } from '../config/read-config.ts'
import { analysisPath } from '../explore/analysis-folder.ts'
import { findSavedEntity } from '../explore/find-saved-entity.ts'
import type { Analysis } from '../model/analysis.ts'
import { type Drift, needsMigration } from '../model/drift.ts'
import { PORTAL_FOLDER } from '../model/portal-folder.ts'
import { findCompatDrift } from './find-compat-drift.ts'
import {
  type DriftReport,
  type DriftRequest,
  describeFound,
  findHubSpotDrift,
  planFiles,
} from './find-drift.ts'
import { findTableDrift } from './find-table-drift.ts'
import { recordDrift } from './record-drift.ts'

/** The comparison of HubSpot with the analyses, before files and tables are compared. */
export interface DriftLook {
  readonly request: DriftRequest
  readonly report: DriftReport
}

/** The differences between HubSpot, the analyses, the generated files and the tables. */
export interface DriftAnswer {
  readonly drifts: readonly Drift[]
  /** The compared entities. */
  readonly entities: readonly string[]
  /** Entities that HubSpot refused to describe, with the reason. */
  readonly unseen: DriftReport['unseen']
  /** Properties whose values this key may not read. */
  readonly unreadable: DriftReport['unreadable']
  /** Differences of tables that no migration settles, because all of them were applied. */
  readonly unsettled: readonly Drift[]
  readonly notes: readonly string[]
}

/**
 * Compares everything as `hubgen diff` does, for programs that have the database open; stores the result in
 * the database and returns it. `entities` are as typed; settings and configuration are those of the working
 * directory.
 */
export async function lookForDrift(
  directory: string,
  entities: readonly string[] | 'all',
  database: Database,
  workingDirectory: string = process.cwd(),
): Promise<DriftAnswer> {
  const look = await askHubSpot(directory, entities, workingDirectory, () => {})
  return compareFilesAndTables(look, database)
}

/** Compares HubSpot with the analyses. */
export async function askHubSpot(
  directory: string,
  entities: readonly string[] | 'all',
  workingDirectory: string,
  onStep: DriftRequest['onStep'],
): Promise<DriftLook> {
  const config = await readConfig(workingDirectory)
  const request = driftRequest(directory, entities, config, onStep)
  const settings = readHubSpotSettings(loadEnvironment(workingDirectory), workingDirectory)
  return { request, report: await findHubSpotDrift(connectHubSpot(settings), request) }
}

/** Compares a saved answer of the properties endpoint with the analysis of one entity; makes no API calls. */
export async function askSavedFile(
  directory: string,
  typed: string,
  file: string,
  workingDirectory: string,
): Promise<DriftLook> {
  const config = await readConfig(workingDirectory)
  const request = driftRequest(directory, [typed], config, () => {})
  const found = await findSavedEntity(directory, typed, file, request.choicesOf)
  const nothing = { refused: [], vanished: [], notes: [] }
  return { request, report: describeFound([found], nothing) }
}

/**
 * Compares the generated files of explored entities and, if a database is given, its tables. Stores the
 * results of all comparisons in that database.
 */
export async function compareFilesAndTables(
  { request, report }: DriftLook,
  database: Database | null,
): Promise<DriftAnswer> {
  const explored = exploredOf(report)
  const names = explored.map(({ entity }) => entity)
  const { drifts: files, generation } = await planFiles(request, names)
  const tables =
    database === null
      ? []
      : [
          ...(await findTableDrift(database, explored)),
          ...((await findCompatDrift(database, request.directory)) ?? []),
        ]
  const drifts = [...report.drifts, ...files, ...tables]
  const compared = { request, report, drifts, generation }
  const notes = database === null ? [] : await recordDrift(database, compared)
  const tablesOnly = tables.filter(needsMigration)
  const unsettled =
    database === null || tablesOnly.length === 0 || (await willMigrate(database, request.directory))
      ? []
      : tablesOnly
  return {
    drifts,
    entities: lookedAt(report),
    unseen: report.unseen,
    unreadable: report.unreadable,
    unsettled,
    notes: [...report.notes, ...notes, ...(unsettled.length === 0 ? [] : [restoreByHand])],
  }
}

const restoreByHand =
  'no migration is pending, so the tables were changed by hand and `hubgen migrate` does not change them back: restore what differs as in schema.sql and indexes.sql of the entity, then run `hubgen sync --full` for it'

/** Whether files are still to be applied, or `hubgen migrate` would name what prevents it. */
async function willMigrate(database: Database, directory: string): Promise<boolean> {
  try {
    return (await listPending(database, await readMigrations(directory))).length > 0
  } catch (error) {
    if (error instanceof HubgenError) return true
    throw error
  }
}

export function lookedAt({ found, vanished }: DriftReport): readonly string[] {
  return [...found, ...vanished].map(({ entity }) => entity)
}

/** The committed analyses of the compared entities. */
export function exploredOf({ found, vanished }: DriftReport): readonly Analysis[] {
  return [...found.flatMap(({ earlier }) => earlier ?? []), ...vanished]
}

/**
 * Resolves the entities to compare: the named ones, or with `all` those of the configuration, otherwise every
 * explored one. Fails with ANALYSIS_MISSING if there is none.
 */
function driftRequest(
  directory: string,
  named: readonly string[] | 'all',
  config: Config | null,
  onStep: DriftRequest['onStep'],
): DriftRequest {
  const explored = globSync('*/analysis.json', { cwd: directory })
    .map((path) => path.split(/[\\/]/)[0] ?? '')
    .filter((folder) => folder !== PORTAL_FOLDER)
    .sort()
  const entities = named === 'all' ? (config?.entities ?? explored) : named
  // Resources alone have no properties that could differ, and a nightly command must not fail for that.
  if (entities.length === 0 && !existsSync(analysisPath(directory, PORTAL_FOLDER))) {
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
