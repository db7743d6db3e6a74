import type { Analysis } from './analysis.ts'
import { companions } from './companions.ts'
import { countColumns, TABLE_COLUMNS } from './fit.ts'

/** The reasons why these analyses cannot be generated together, one line each. */
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

/** Companion tables whose name another entity's records or another companion table has. */
function findSharedCompanions(analyses: readonly Analysis[]): readonly string[] {
  const records = new Map(analyses.map(({ entity, table }) => [table, entity]))
  const wanted = analyses.flatMap((analysis) =>
    companions(analysis).map(({ table }) => ({ table, entity: analysis.entity })),
  )
  const overRecords = wanted.flatMap(({ table, entity }) => {
    const other = records.get(table)
    if (other === undefined) return []
    return `\`${entity}\` needs a companion table \`${table}\`, but \`${other}\` has its records there; \`hubgen explore ${entity}\` chooses another name`
  })
  const overEachOther = [...Map.groupBy(wanted, ({ table }) => table)]
    .filter(([, members]) => members.length > 1)
    .map(([table, members]) => {
      const entities = members.map(({ entity }) => `\`${entity}\``).join(' and ')
      return `${entities} both need a companion table \`${table}\`; add \`"takenTables": ["${table}"]\` to one of their analyses, which then uses another name`
    })
  return [...overRecords, ...overEachOther]
}
