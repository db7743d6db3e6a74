import { sql } from 'kysely'
import type { Database } from '../../postgres/connection/database.ts'
import { explainingErrors } from '../../postgres/database-error.ts'
import { findState } from '../find-state.ts'

/** One check of an entity and its results over time. */
export interface CheckSeries {
  /** `completeness`, `duplicates`, `integrity`, `rules`, `links`, `merges`, `freshness`. */
  readonly checkName: string
  /** Column, table or part, and the problem if there are several; may contain text from HubSpot. */
  readonly subject: string
  /** Oldest first; the last one is from the newest check run. */
  readonly results: readonly CheckPoint[]
}

export interface CheckPoint {
  readonly at: Date
  /**
   * Percent filled (completeness), percent failing, or seconds (freshness); null if there is nothing to
   * count.
   */
  readonly value: number | null
  readonly records: number | null
  readonly failing: number | null
  readonly exampleId: string | null
  /** In the unit of `value`: a minimum for completeness, otherwise a maximum. */
  readonly bound: number | null
  readonly passed: boolean | null
}

/** A chart could not show more points separately. */
const mostCheckings = 60

interface ResultRow {
  readonly checkName: string
  readonly subject: string
  readonly at: Date
  readonly records: string | null
  readonly failing: string | null
  readonly exampleId: string | null
  readonly ageSeconds: number | null
  readonly bound: number | null
  readonly passed: boolean | null
}

/**
 * The checks of the newest check run with their results of the last 60 runs, failed ones first; empty if
 * nothing was checked yet.
 */
export async function readCheckSeries(
  database: Database,
  entity: string,
): Promise<readonly CheckSeries[]> {
  if ((await findState(database)).tables !== 'complete') return []
  const { rows } = await explainingErrors(database.label, () =>
    sql<ResultRow>`
      SELECT check_name AS "checkName", subject, checked_at AS at, records, failing,
        example_id AS "exampleId", age_seconds AS "ageSeconds", bound, passed
      FROM hubgen.check_result
      WHERE entity = ${entity} AND checked_at IN (
        SELECT DISTINCT checked_at FROM hubgen.check_result WHERE entity = ${entity}
        ORDER BY checked_at DESC LIMIT ${sql.lit(mostCheckings)}
      )
      ORDER BY checked_at, check_name, subject`.execute(database.kysely),
  )
  const newest = rows.at(-1)?.at.getTime()
  const series = new Map<string, { checkName: string; subject: string; results: CheckPoint[] }>()
  for (const row of rows) {
    const { checkName, subject } = row
    const key = `${checkName} ${subject}`
    const one = series.get(key) ?? { checkName, subject, results: [] }
    one.results.push(toPoint(row))
    series.set(key, one)
  }
  return [...series.values()]
    .filter(({ results }) => results.at(-1)?.at.getTime() === newest)
    .toSorted((one, other) => rankOf(one) - rankOf(other))
}

/** Failed, then passed, then without a bound. */
function rankOf({ results }: CheckSeries): number {
  const passed = results.at(-1)?.passed
  return passed === false ? 0 : passed === true ? 1 : 2
}

function toPoint({
  checkName,
  at,
  records,
  failing,
  exampleId,
  ageSeconds,
  bound,
  passed,
}: ResultRow): CheckPoint {
  const counted = { records: toNumber(records), failing: toNumber(failing) }
  return {
    at,
    value: ageSeconds ?? shareOf(checkName, counted),
    ...counted,
    exampleId,
    bound,
    passed,
  }
}

function toNumber(count: string | null): number | null {
  return count === null ? null : Number(count)
}

function shareOf(
  checkName: string,
  { records, failing }: Pick<CheckPoint, 'records' | 'failing'>,
): number | null {
  if (records === null || failing === null || records === 0) return null
  const share = (100 * failing) / records
  return checkName === 'completeness' ? 100 - share : share
}
