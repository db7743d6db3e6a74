import { existsSync } from 'node:fs'
import { cwd } from 'node:process'
import { loadEnvironment } from '../../../runtime/environment.ts'
import { connectHubSpot } from '../../../runtime/hubspot/client.ts'
import { readHubSpotSettings } from '../../../runtime/hubspot/settings.ts'
import { openDatabase } from '../../../runtime/postgres/connection/database.ts'
import { readDatabaseSettings } from '../../../runtime/postgres/connection/settings.ts'
import { readConfig } from '../../config/read-config.ts'
import type { Drift } from '../../model/drift.ts'
import { type DriftReport, type DriftRequest, findHubSpotDrift } from '../../project/find-drift.ts'
import type { Repository } from '../../project/git.ts'
import {
  compareFilesOf,
  compareTablesOf,
  driftRequest,
  exploredOf,
} from '../../project/look-for-drift.ts'
import type { EntityArguments } from '../define-command.ts'
import {
  type DriftFindings,
  type DriftFormat,
  describeFindings,
  describeNext,
  settlingCommands,
} from './report-drift.ts'

export interface DiffArguments extends EntityArguments {
  readonly all: boolean
  readonly json: boolean
  readonly markdown: boolean
  readonly database: boolean | undefined
  readonly commit: boolean
}

/** Something differs, as with diff(1). */
const driftExitCode = 1
/** HubSpot would not tell about an entity, so "no drift" cannot be said. */
const unseenExitCode = 2

/** Prints the drift and gives the exit code: 0 none, 1 drift, 2 could not look at everything. */
export async function runDiff(args: DiffArguments): Promise<number> {
  const config = await readConfig(cwd())
  const request = driftRequest(
    args.directory,
    args.all ? 'all' : args.entity,
    config,
    (name, step) => {
      if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${name}: reading ${step}\r`)
    },
  )
  const repository = args.commit ? await openWorkingRepository() : null
  const hubspot = connectHubSpot(readHubSpotSettings(loadEnvironment(cwd()), cwd()))
  const report = await findHubSpotDrift(hubspot, request)
  return repository === null
    ? printDrift(args, request, report)
    : commitAndPrint(args, request, report, repository)
}

/** Before HubSpot is asked: what is staged already would stop it in the end. */
async function openWorkingRepository(): Promise<Repository> {
  const { gitNotClean, openRepository } = await import('../../project/git.ts')
  const repository = await openRepository(cwd())
  const staged = await repository.uncommitted([])
  if (staged.length > 0) throw gitNotClean(staged)
  return repository
}

async function printDrift(
  args: DiffArguments,
  request: DriftRequest,
  report: DriftReport,
): Promise<number> {
  const files = await compareFilesOf(request, report)
  const tables = await compareTables(args, request, report, files)
  const findings = {
    ...findingsOf(report),
    drifts: [...report.drifts, ...files, ...tables.drifts],
    database: tables.database,
    notes: [...report.notes, ...tables.notes],
  }
  const format = formatOf(args)
  process.stdout.write(describeFindings(findings, format))
  if (format === 'table') {
    const commands = settlingCommands(findings.drifts, findings.entities, args.directory)
    process.stdout.write(describeNext(commands))
  }
  if (report.unseen.length > 0) return unseenExitCode
  return findings.drifts.length > 0 ? driftExitCode : 0
}

async function commitAndPrint(
  args: DiffArguments,
  request: DriftRequest,
  report: DriftReport,
  repository: Repository,
): Promise<number> {
  const { commitDrift } = await import('./commit-drift.ts')
  const { drifts, commit, subject, paths } = await commitDrift(repository, request, report)
  const format = formatOf(args)
  const findings = { ...findingsOf(report), drifts, commit }
  process.stdout.write(describeFindings(findings, format))
  if (format === 'table') {
    const files = paths.length === 1 ? '1 file' : `${paths.length} files`
    process.stdout.write(
      commit === null ? 'nothing to commit\n' : `committed ${files} as ${commit}: ${subject}\n`,
    )
    if (commit !== null) process.stdout.write(describeNext(['git show', 'hubgen migrate']))
  }
  return report.unseen.length > 0 ? unseenExitCode : 0
}

function findingsOf({ drifts, found, vanished, unseen, notes }: DriftReport): DriftFindings {
  const entities = [...found, ...vanished].map(({ entity }) => entity)
  return { drifts, entities, database: null, unseen, notes }
}

function formatOf({ json, markdown }: DiffArguments): DriftFormat {
  if (json) return 'json'
  return markdown ? 'markdown' : 'table'
}

interface TableComparison {
  readonly drifts: readonly Drift[]
  readonly database: string | null
  readonly notes: readonly string[]
}

/** A database that is set is compared; the embedded one only when asked for, and where it exists. */
async function compareTables(
  { database: wished }: DiffArguments,
  request: DriftRequest,
  report: DriftReport,
  files: readonly Drift[],
): Promise<TableComparison> {
  const none = { drifts: [], database: null, notes: [] }
  if (wished === false || exploredOf(report).length === 0) return none
  const settings = readDatabaseSettings(loadEnvironment(cwd()), cwd())
  if (settings.kind === 'embedded') {
    if (wished === undefined) return none
    if (!existsSync(settings.directory)) {
      return { ...none, notes: ['no table was compared: there is no embedded database yet'] }
    }
  }
  await using database = await openDatabase(settings)
  const compared = await compareTablesOf(database, request, report, files)
  return { ...compared, database: database.description }
}
