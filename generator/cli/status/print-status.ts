import { existsSync } from 'node:fs'
import { cwd } from 'node:process'
import { loadEnvironment } from '../../../runtime/environment.ts'
import type { CopyStatus } from '../../../runtime/monitoring/copy-status.ts'
import { countRows } from '../../../runtime/monitoring/count-rows.ts'
import { neverSynced, readStatus } from '../../../runtime/monitoring/read-status.ts'
import type { StatusOptions } from '../../../runtime/monitoring/status-options.ts'
import {
  describeVerdict,
  type Verdict,
} from '../../../runtime/monitoring/verdict/describe-verdict.ts'
import { findProblems, type Problem } from '../../../runtime/monitoring/verdict/find-problems.ts'
import { openDatabase } from '../../../runtime/postgres/connection/database.ts'
import { readDatabaseSettings } from '../../../runtime/postgres/connection/settings.ts'
import { checkOwnState } from '../../../runtime/sync/portal-guard.ts'
import { print } from '../../../runtime/terminal/print.ts'
import { readWatchedEntities, type WatchedEntities } from '../../project/watched-entities.ts'
import { visibleJson } from '../../render/text/escape-text.ts'
import { readComparedAt } from '../portal/compared-at.ts'
import { describeStatus } from './describe-status.ts'

export interface StatusView {
  readonly maxAgeSeconds: number
  /** Entities of the configuration that are not generated: a problem, and no reason not to show the others. */
  readonly missing: readonly string[]
  /** Generated, but not part of `--all`: no problem, and not shown with the others. */
  readonly unlisted: readonly string[]
  readonly format: 'json' | 'text'
}

/** As with diff(1). If it cannot look it rejects, and the command exits with 2. */
const problemExitCode = 1

/** Prints the state of the copy and returns the exit code: 0 healthy, 1 problem found. */
export async function printStatus(
  directory: string,
  names: readonly string[],
  { maxAgeSeconds, missing, unlisted, format }: StatusView,
): Promise<number> {
  const watched = await readWatchedEntities(directory, names)
  const { timeZone } = watched
  const comparedAt = readComparedAt(process.env)
  const status = await lookAt(watched, { maxAgeSeconds, timeZone, comparedAt })
  const problems = findProblems(status)
  const verdict = describeVerdict(status)
  if (format === 'json') {
    const document = toDocument(status, verdict, [...problems, ...missing.map(notGenerated)])
    process.stdout.write(`${visibleJson({ ...document, unlisted })}\n`)
  } else {
    print(describeStatus(status, verdict, { missing, unlisted }).join('\n'))
  }
  return problems.length > 0 || missing.length > 0 ? problemExitCode : 0
}

/** Does not create the embedded database if it is missing. */
async function lookAt({ entities }: WatchedEntities, options: StatusOptions): Promise<CopyStatus> {
  const settings = readDatabaseSettings(loadEnvironment(cwd()), cwd())
  if (settings.kind === 'embedded' && !existsSync(settings.directory)) {
    return neverSynced(entities, options)
  }
  await using database = await openDatabase(settings)
  for (const entity of entities) await checkOwnState(database, entity)
  const rows = await countRows(database, entities)
  // Awaited here, because the database closes on return.
  return await readStatus(database, entities, { ...options, rows })
}

function notGenerated(entity: string) {
  return { kind: 'not_generated', entity, command: `explore ${entity}` } as const
}

/** Programs read these names: keep them stable. */
function toDocument(
  status: CopyStatus,
  { tone, headline, causes }: Verdict,
  problems: readonly (Problem | ReturnType<typeof notGenerated>)[],
): object {
  return {
    healthy: problems.length === 0,
    verdict: { tone, headline, causes: causes.map(withCommand) },
    problems: problems.map(withCommand),
    ...status,
  }
}

function withCommand<Named extends { readonly command: string }>(named: Named): Named {
  return { ...named, command: `hubgen ${named.command}` }
}
