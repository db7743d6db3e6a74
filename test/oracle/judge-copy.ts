import type pg from 'pg'
import type { Analysis } from '../../generator/model/analysis.ts'
import type { CompanionOf } from '../../generator/model/companion.ts'
import type { CompanionKind } from '../../generator/model/companion-names.ts'
import { companions } from '../../generator/model/companions.ts'
import {
  compareTable,
  type TableVerdict,
  type WrittenTable,
  writeExpected,
} from './compare-table.ts'
import { expectedAudit } from './expected-audit.ts'
import { expectedHistory } from './expected-history.ts'
import { expectedLinks, expectedMerges } from './expected-links.ts'
import { expectedOwners } from './expected-owners.ts'
import { expectedPipelines, expectedStages } from './expected-pipelines.ts'
import { expectedQuarantine, expectedRecords, type Judged } from './expected-records.ts'
import type { ExpectedTable } from './expected-table.ts'
import { type Horizon, isDue } from './record-version.ts'
import type { WatchedPortal } from './watch-portal.ts'

export interface Verdict {
  readonly tables: readonly TableVerdict[]
  /** A sentence each; the first few of every table. */
  readonly differences: readonly string[]
  /** Number of wrong rows in total. */
  readonly wrong: number
}

/**
 * The tables of a copy of these entities, with rows that are made from the portal alone; right until the portal changes.
 * Changes due later than the horizon may be there or not. Knows nothing of how sync works.
 */
export function* expectCopy(
  portal: WatchedPortal,
  analyses: readonly Analysis[],
  horizon: Horizon,
): Generator<WrittenTable> {
  const syncedTypeIds = new Set(analyses.map(({ objectType }) => objectType.id))
  for (const analysis of analyses) {
    yield* expectedOf({ portal, analysis, horizon }, syncedTypeIds).map(writeExpected)
  }
  const [first] = analyses
  const isAsideDue = isDue('day', horizon) || !portal.changedAside.has('owners')
  if (first === undefined || !isAsideDue) return
  yield* expectedOwners({ portal, analysis: first, horizon }).map(writeExpected)
}

/** Compares the tables of a copy with their expected rows, one after another. */
export async function judgeCopy(
  client: pg.ClientBase,
  expected: Iterable<WrittenTable>,
): Promise<Verdict> {
  // Postgres expects few rows of what it has no statistics of.
  await client.query(
    "SET DateStyle TO 'ISO, YMD'; SET TimeZone TO 'UTC'; SET enable_nestloop TO off",
  )
  const tables: TableVerdict[] = []
  for (const table of expected) tables.push(await compareTable(client, table))
  return {
    tables,
    differences: tables.flatMap(({ differences }) => differences),
    wrong: tables.reduce((sum, { wrong }) => sum + wrong, 0),
  }
}

function expectedOf(judged: Judged, syncedTypeIds: ReadonlySet<string>): readonly ExpectedTable[] {
  const { portal, analysis, horizon } = judged
  const changed = portal.changedAside.has(`pipelines ${analysis.objectType.id}`)
  const arePipelinesDue = isDue('day', horizon) || !changed
  const expected: {
    readonly [Kind in CompanionKind]: ((companion: CompanionOf<Kind>) => ExpectedTable) | null
  } = {
    associations: (companion) => expectedLinks(judged, companion, syncedTypeIds),
    merges: (companion) => expectedMerges(judged, companion),
    pipelines: arePipelinesDue ? (companion) => expectedPipelines(judged, companion) : null,
    stages: arePipelinesDue ? (companion) => expectedStages(judged, companion) : null,
    history: (companion) => expectedHistory(judged, companion),
  }
  const judge = <Kind extends CompanionKind>(companion: CompanionOf<Kind>) =>
    expected[companion.kind]?.(companion) ?? []
  return [
    expectedRecords(judged),
    expectedQuarantine(judged),
    expectedAudit(analysis.entity),
    ...companions(analysis).flatMap((companion) => judge(companion)),
  ]
}
