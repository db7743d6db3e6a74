import { existsSync } from 'node:fs'
import { cwd } from 'node:process'
import { loadEnvironment } from '../../../runtime/environment.ts'
import { openDatabase } from '../../../runtime/postgres/connection/database.ts'
import {
  type DatabaseSettings,
  readDatabaseSettings,
} from '../../../runtime/postgres/connection/settings.ts'
import { print } from '../../../runtime/terminal/print.ts'
import { openProgressLine } from '../../../runtime/terminal/progress-line.ts'
import type { Repository } from '../../project/git.ts'
import {
  askHubSpot,
  askSavedFile,
  compareFilesAndTables,
  type DriftLook,
  exploredOf,
  lookedAt,
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
  readonly from: string | undefined
}

/** Something differs, as with diff(1). */
const driftExitCode = 1
/** HubSpot refused an entity, so "no drift" cannot be claimed. */
const unseenExitCode = 2

/** Prints the drift and returns the exit code: 0 none, 1 drift, 2 could not look at everything. */
export async function runDiff(args: DiffArguments): Promise<number> {
  const repository = args.commit ? await openWorkingRepository() : null
  const look = await findDifferences(args)
  return repository === null ? printDrift(args, look) : commitAndPrint(args, look, repository)
}

async function findDifferences(args: DiffArguments): Promise<DriftLook> {
  const { directory, all, entity, from } = args
  if (from !== undefined) return askSavedFile(directory, entity[0] ?? '', from, cwd())
  const { draw, clear } = openProgressLine(process.stderr)
  try {
    return await askHubSpot(directory, all ? 'all' : entity, cwd(), (name, step) =>
      draw(`${name}: reading ${step}`),
    )
  } finally {
    clear()
  }
}

/** Checked before HubSpot is called, because staged changes would make the commit fail at the end. */
async function openWorkingRepository(): Promise<Repository> {
  const { gitNotClean, openRepository } = await import('../../project/git.ts')
  const repository = await openRepository(cwd())
  const staged = await repository.uncommitted([])
  if (staged.length > 0) throw gitNotClean(staged)
  return repository
}

async function printDrift(args: DiffArguments, look: DriftLook): Promise<number> {
  const tables = findTables(args, look)
  await using database = tables.settings === null ? null : await openDatabase(tables.settings)
  const answer = await compareFilesAndTables(look, database)
  const findings = {
    ...answer,
    from: args.from ?? null,
    database: database?.description ?? null,
    notes: [...answer.notes, ...tables.notes],
  }
  const format = formatOf(args)
  printFindings(findings, format)
  if (format === 'table') {
    const byHand = new Set(answer.unsettled)
    const drifts = findings.drifts.filter((drift) => !byHand.has(drift))
    const commands = settlingCommands(drifts, findings.entities, args.directory, args.from)
    if (commands.length > 0) print(describeNext(commands))
  }
  if (answer.unseen.length > 0) return unseenExitCode
  return findings.drifts.length > 0 ? driftExitCode : 0
}

async function commitAndPrint(
  args: DiffArguments,
  { request, report }: DriftLook,
  repository: Repository,
): Promise<number> {
  const { commitDrift } = await import('./commit-drift.ts')
  const { drifts, commit, subject, paths } = await commitDrift(repository, request, report)
  const format = formatOf(args)
  const { unseen, unreadable, notes } = report
  const entities = lookedAt(report)
  const findings = {
    drifts,
    entities,
    from: null,
    database: null,
    unseen,
    unreadable,
    notes,
    commit,
  }
  printFindings(findings, format)
  if (format === 'table') {
    const files = paths.length === 1 ? '1 file' : `${paths.length} files`
    print(commit === null ? 'nothing to commit' : `committed ${files} as ${commit}: ${subject}`)
    if (commit !== null) print(describeNext(['git show', 'hubgen migrate']))
  }
  return report.unseen.length > 0 ? unseenExitCode : 0
}

/** Documents for programs and for GitHub are written as they are. */
function printFindings(findings: DriftFindings, format: DriftFormat): void {
  const text = describeFindings(findings, format)
  if (format === 'table') print(text)
  else process.stdout.write(text)
}

function formatOf({ json, markdown }: DiffArguments): DriftFormat {
  if (json) return 'json'
  return markdown ? 'markdown' : 'table'
}

/** The database whose tables are compared, or null, with notes for the reader. */
interface TablesToCompare {
  readonly settings: DatabaseSettings | null
  readonly notes: readonly string[]
}

/** Compares a configured database by default; the embedded one only on request, and only if it exists. */
function findTables(
  { database: wished, from }: DiffArguments,
  { report }: DriftLook,
): TablesToCompare {
  const none = { settings: null, notes: [] }
  if (wished === false || from !== undefined || exploredOf(report).length === 0) return none
  const settings = readDatabaseSettings(loadEnvironment(cwd()), cwd())
  if (settings.kind !== 'embedded') return { settings, notes: [] }
  if (wished === undefined) return none
  if (existsSync(settings.directory)) return { settings, notes: [] }
  return { ...none, notes: ['tables were not compared: there is no embedded database yet'] }
}
