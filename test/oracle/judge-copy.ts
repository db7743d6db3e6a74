import type pg from 'pg'
import type { Analysis } from '../../generator/model/analysis.ts'
import type { CompanionOf } from '../../generator/model/companion.ts'
import type { CompanionKind } from '../../generator/model/companion-names.ts'
import { companions } from '../../generator/model/companions.ts'
import { compareTable, type TableVerdict } from './compare-table.ts'
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
 * Compares the copy of these entities with the portal, by rows that are made from the portal alone. Changes
 * due later than the horizon may be there or not. Knows nothing of how sync works.
 */
export async function judgeCopy(
  client: pg.ClientBase,
  portal: WatchedPortal,
  analyses: readonly Analysis[],
  horizon: Horizon,
): Promise<Verdict> {
  await client.query("SET DateStyle TO 'ISO, YMD'; SET TimeZone TO 'UTC'")
  const tables: TableVerdict[] = []
  const syncedTypeIds = new Set(analyses.map(({ objectType }) => objectType.id))
  for (const analysis of analyses) {
    for (const expected of expectedOf({ portal, analysis, horizon }, syncedTypeIds)) {
      tables.push(await compareTable(client, expected))
    }
  }
  const [first] = analyses
  const isAsideDue = isDue('day', horizon) || !portal.changedAside.has('owners')
  if (first !== undefined && isAsideDue) {
    for (const expected of expectedOwners({ portal, analysis: first, horizon })) {
      tables.push(await compareTable(client, expected))
    }
  }
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
