import type { Analysis } from './analysis.ts'
import { companions } from './companions.ts'
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
  return [...shared, ...findSharedCompanions(analyses), ...wide]
}

/** Companion tables whose name is taken by another entity's records or by another companion table. */
function findSharedCompanions(analyses: readonly Analysis[]): readonly string[] {
  const records = new Map(analyses.map(({ entity, table }) => [table, entity]))
  const wanted = analyses.flatMap((analysis) =>
    companions(analysis).map(({ table }) => ({ table, entity: analysis.entity })),
  )
  const overRecords = wanted.flatMap(({ table, entity }) => {
    const other = records.get(table)
    if (other === undefined) return []
    return `\`${entity}\` wants companion table \`${table}\`, where \`${other}\` has its records; \`hubgen explore ${entity}\` names it otherwise`
  })
  const overEachOther = [...Map.groupBy(wanted, ({ table }) => table)]
    .filter(([, members]) => members.length > 1)
    .map(([table, members]) => {
      const entities = members.map(({ entity }) => `\`${entity}\``).join(' and ')
      return `${entities} both want companion table \`${table}\`; name it in \`"takenTables": ["${table}"]\` in one of their analyses, which then calls it otherwise`
    })
  return [...overRecords, ...overEachOther]
}
