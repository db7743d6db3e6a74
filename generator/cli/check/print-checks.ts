import { formatError, HubgenError } from '../../../runtime/errors.ts'
import type { Database } from '../../../runtime/postgres/connection/database.ts'
import { print, printError } from '../../../runtime/terminal/print.ts'
import { openProgressLine } from '../../../runtime/terminal/progress-line.ts'
import { type CheckReport, checkEntity } from '../../project/check-entity.ts'
import { visibleJson } from '../../render/text/escape-text.ts'
import { alertAfterRun } from '../alert/alert-after-run.ts'
import { openExistingDatabase } from '../open-database.ts'
import { describeNextStep, describeReport } from './describe-checks.ts'

/** As with diff(1): 2 means that something could not be checked, whatever else was found. */
const failedExitCode = 1
const unseenExitCode = 2

/** Checks one entity after another, prints the results and returns the exit code. */
export async function printChecks(
  directory: string,
  names: readonly string[],
  format: 'json' | 'text',
): Promise<number> {
  await using database = await openExistingDatabase(names)
  const reports: CheckReport[] = []
  for (const name of names) {
    const report = await checkOne(directory, name, database, names.length > 1 ? 'go on' : 'end')
    if (report === null) continue
    const first = reports.length === 0
    reports.push(report)
    if (format === 'json') process.stdout.write(`${visibleJson(toDocument(report))}\n`)
    else print(`${first ? '' : '\n'}${describeReport(report).join('\n')}`)
    for (const note of report.notes) printError(note)
  }
  if (format === 'text' && reports.length > 0) {
    print(`\n${describeNextStep(reports).join('\n')}`)
  }
  await alertAfterRun(directory, database)
  if (reports.length < names.length) return unseenExitCode
  return reports.some(({ results }) => results.some(({ passed }) => passed === false))
    ? failedExitCode
    : 0
}

/** Null if the entity could not be checked, the error was printed, and others follow. */
async function checkOne(
  directory: string,
  name: string,
  database: Database,
  afterwards: 'end' | 'go on',
): Promise<CheckReport | null> {
  const { draw, clear } = openProgressLine(process.stderr)
  draw(`${name}: counts values and runs the quality queries …`)
  try {
    return await checkEntity(directory, name, database)
  } catch (error) {
    if (!(error instanceof HubgenError) || afterwards === 'end') throw error
    if (error.kind === 'configuration') throw error
    clear()
    printError(`${name}: ${formatError(error)}`)
    return null
  } finally {
    clear()
  }
}

/** Programs read these names: keep them stable. */
function toDocument({ entity, table, checkedAt, results, properties }: CheckReport): object {
  const countOf = (verdict: boolean | null) =>
    results.filter(({ passed }) => passed === verdict).length
  return {
    event: 'checked',
    entity,
    table,
    checkedAt,
    passed: countOf(true),
    failed: countOf(false),
    unjudged: countOf(null),
    properties,
    results: results.map(({ checkName, everySeconds: _, ...result }) => ({
      check: checkName,
      ...result,
    })),
  }
}
