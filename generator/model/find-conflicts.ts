import type { Analysis } from './analysis.ts'
import { countColumns, TABLE_COLUMNS } from './fit.ts'

/** What makes it impossible to generate these analyses together, each problem in one line. */
export function findConflicts(analyses: readonly Analysis[]): readonly string[] {
  const byTable = Map.groupBy(analyses, ({ table }) => table)
  const shared = [...byTable]
    .filter(([, members]) => members.length > 1)
    .map(([table, members]) => {
      const entities = members.map(({ entity }) => `\`${entity}\``).join(' and ')
      return `${entities} both have table \`${table}\``
    })
  const wide = analyses
    .filter((analysis) => countColumns(analysis) > TABLE_COLUMNS)
    .map(
      (analysis) =>
        `\`${analysis.entity}\` has ${countColumns(analysis)} columns, a Postgres table has room for ${TABLE_COLUMNS}`,
    )
  return [...shared, ...wide]
}
