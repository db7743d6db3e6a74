import {
  type CopyState,
  copyStates,
  type DriftCounts,
  type EntityStatus,
  type RowCount,
  type StatusTotals,
} from './copy-status.ts'

/** The figures of all entities together. */
export function sumUp(
  entities: readonly EntityStatus[],
  sharedDrift: DriftCounts | null,
): StatusTotals {
  const sum = (figure: (status: EntityStatus) => number) =>
    entities.reduce((total, status) => total + figure(status), 0)
  const states = Object.fromEntries(
    copyStates.map((state) => [state, sum((status) => (status.state === state ? 1 : 0))]),
  ) as Record<CopyState, number>
  return {
    states,
    rows: sumRows(entities.map(({ rows }) => rows)),
    quarantine: {
      values: sum(({ quarantine }) => quarantine.values),
      records: sum(({ quarantine }) => quarantine.records),
    },
    drift: {
      grave: sum(({ drift }) => drift?.grave ?? 0) + (sharedDrift?.grave ?? 0),
      lesser: sum(({ drift }) => drift?.lesser ?? 0) + (sharedDrift?.lesser ?? 0),
    },
    checks: {
      passed: sum(({ checks }) => checks?.passed ?? 0),
      failed: sum(({ checks }) => checks?.failed ?? 0),
      unjudged: sum(({ checks }) => checks?.unjudged ?? 0),
    },
  }
}

function sumRows(counts: readonly (RowCount | null)[]): RowCount | null {
  let total: RowCount = { live: 0, deleted: 0, estimated: false }
  for (const count of counts) {
    if (count === null) return null
    total = {
      live: total.live + count.live,
      deleted: total.deleted + count.deleted,
      estimated: total.estimated || count.estimated,
    }
  }
  return total
}
