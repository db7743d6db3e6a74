import { existsSync } from 'node:fs'
import { cwd } from 'node:process'
import { loadEnvironment } from '../../../runtime/environment.ts'
import type { CopyStatus, StatusOptions } from '../../../runtime/monitoring/copy-status.ts'
import { countRows } from '../../../runtime/monitoring/count-rows.ts'
import { findProblems, type Problem } from '../../../runtime/monitoring/find-problems.ts'
import { neverSynced, readStatus } from '../../../runtime/monitoring/read-status.ts'
import { openDatabase } from '../../../runtime/postgres/connection/database.ts'
import { readDatabaseSettings } from '../../../runtime/postgres/connection/settings.ts'
import { checkOwnState } from '../../../runtime/sync/portal-guard.ts'
import { readWatchedEntities, type Watched } from '../../project/watched-entities.ts'
import { visibleJson } from '../../render/text/escape-text.ts'
import { describeStatus } from './describe-status.ts'

export interface StatusView {
  readonly maxAgeSeconds: number
  readonly format: 'json' | 'text'
}

/** As with diff(1); what could not look fails, and ends with 2. */
const problemExitCode = 1

/** Prints the state of the copy and gives the exit code: 0 all is well, 1 something is wrong. */
export async function printStatus(
  directory: string,
  names: readonly string[],
  { maxAgeSeconds, format }: StatusView,
): Promise<number> {
  const watched = await readWatchedEntities(directory, names)
  const { timeZone } = watched
  const status = await lookAt(watched, { maxAgeSeconds, timeZone })
  const problems = findProblems(status)
  process.stdout.write(
    format === 'json'
      ? `${visibleJson(toDocument(status, problems))}\n`
      : `${describeStatus(status, problems).join('\n')}\n`,
  )
  return problems.length > 0 ? problemExitCode : 0
}

/** An embedded database that is not there is not made to be looked at. */
async function lookAt({ entities }: Watched, options: StatusOptions): Promise<CopyStatus> {
  const settings = readDatabaseSettings(loadEnvironment(cwd()), cwd())
  if (settings.kind === 'embedded' && !existsSync(settings.directory)) {
    return neverSynced(entities, options)
  }
  await using database = await openDatabase(settings)
  for (const entity of entities) await checkOwnState(database, entity)
  const rows = await countRows(database, entities)
  // Awaited here: the database closes when this returns.
  return await readStatus(database, entities, { ...options, rows })
}

/** Names that stay: programs read them. */
function toDocument(status: CopyStatus, problems: readonly Problem[]): object {
  return {
    healthy: problems.length === 0,
    problems: problems.map(({ command, ...problem }) => ({
      ...problem,
      command: `hubgen ${command}`,
    })),
    ...status,
  }
}
