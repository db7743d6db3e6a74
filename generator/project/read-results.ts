import { HubgenError } from '../../runtime/errors.ts'
import {
  type CheckSeries,
  readCheckSeries,
} from '../../runtime/monitoring/checks/read-check-results.ts'
import { countRows } from '../../runtime/monitoring/count-rows.ts'
import { findState } from '../../runtime/monitoring/find-state.ts'
import { listRuns } from '../../runtime/monitoring/list-runs.ts'
import { readSpeed } from '../../runtime/monitoring/read-speed.ts'
import { readStatus } from '../../runtime/monitoring/read-status.ts'
import { describeState } from '../../runtime/monitoring/verdict/describe-state.ts'
import { findProblems } from '../../runtime/monitoring/verdict/find-problems.ts'
import type { Database } from '../../runtime/postgres/connection/database.ts'
import { checkTable } from '../../runtime/postgres/connection/table-check.ts'
import { usualBatchRows } from '../../runtime/sync/load-pages.ts'
import { checkOwnState } from '../../runtime/sync/portal-guard.ts'
import type { Results } from '../render/report/results-section.ts'
import { importEntity } from './import-entity.ts'
import { readWatchedEntities } from './watched-entities.ts'

const listedRuns = 10

/**
 * The results of a generated entity, from the database alone; what was never measured is null or empty. Fails
 * if the saved state belongs to another table of records.
 */
export async function readResults(
  directory: string,
  name: string,
  database: Database,
): Promise<Results> {
  const entity = await importEntity(directory, name)
  const { entities, timeZone } = await readWatchedEntities(directory, [name])
  await checkOwnState(database, entity)
  const rows = await countRows(database, entities)
  const status = await readStatus(database, entities, { rows, timeZone })
  const [found] = status.entities
  if (found === undefined) throw new Error(`no status of ${name}`)
  const { tables } = await findState(database)
  const series = await readCheckSeries(database, name)
  const completeness = completenessOf(series)
  const runs = tables === 'none' ? [] : await listRuns(database, name, { limit: listedRuns })
  return {
    ...(await readSpeed(database, name)),
    at: status.at,
    state: describeState(found.state),
    problems: findProblems(status).map(({ command }) => command),
    tableFits: await fits(() => checkTable(database, entity)),
    isComplete: found.freshness?.asOf != null,
    rows: found.rows,
    batchRows: usualBatchRows,
    api: status.api,
    audit: found.audit,
    checks: found.checks,
    hasThresholds: completeness.some(({ threshold }) => threshold !== null),
    failedChecks: series.filter(({ results }) => newest(results)?.passed === false),
    quarantine: found.quarantine,
    drift: found.drift,
    completeness,
    freshness: found.freshness?.parts ?? [],
    runs,
  }
}

/** Another error than one about the table is passed on. */
async function fits(check: () => Promise<void>): Promise<boolean> {
  try {
    await check()
    return true
  } catch (error) {
    if (error instanceof HubgenError && error.kind === 'schema') return false
    throw error
  }
}

function completenessOf(series: readonly CheckSeries[]): Results['completeness'] {
  return series
    .filter(({ checkName }) => checkName === 'completeness')
    .flatMap(({ subject, results }) => {
      const { value = null, bound: threshold = null } = newest(results) ?? {}
      return value === null ? [] : { column: subject, percent: value, threshold }
    })
    .toSorted((one, other) => one.percent - other.percent || (one.column < other.column ? -1 : 1))
}

function newest<Item>(items: readonly Item[]): Item | undefined {
  return items.at(-1)
}
