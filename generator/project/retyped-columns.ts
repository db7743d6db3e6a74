import { HubgenError } from '../../runtime/errors.ts'
import type { Analysis, AnalyzedProperty } from '../model/analysis.ts'
import type { PlannedMigrations } from '../render/migrations/migration-sql.ts'
import { sqlIdentifier } from '../render/text/escape-sql.ts'

type Mismatch = PlannedMigrations['mismatches'][number]

/** Columns of the table whose type was edited in the analysis: no type becomes another one in place. */
export function retypedColumns(
  mismatches: readonly Mismatch[],
  analyses: readonly Analysis[],
  directory: string,
): HubgenError {
  const listed = mismatches.map(
    ({ table, column, found, wanted }) =>
      `\n  - ${table}.${column} is \`${found}\` in the migrations, \`${wanted}\` in the analysis`,
  )
  const [first] = mismatches
  return new HubgenError(
    'COLUMN_RETYPED',
    `columns that exist would have to change their type, so nothing was written:${listed.join('')}`,
    { at: directory, fix: first === undefined ? '' : fixOf(first, analyses) },
  )
}

function fixOf(mismatch: Mismatch, analyses: readonly Analysis[]): string {
  const property = findProperty(mismatch, analyses)
  const back = `set the type back to \`${mismatch.found}\` in ${mismatch.entity}/analysis.json`
  if (property === undefined) return back
  const choice = `types: { ${mismatch.entity}: { ${JSON.stringify(property.name)}: '${property.column.type}' } }`
  return `${back}; for a new column beside the old one, write \`${choice}\` into hubgen.config.ts and run \`hubgen explore ${mismatch.entity}\``
}

function findProperty(
  { entity, column }: Mismatch,
  analyses: readonly Analysis[],
): AnalyzedProperty | undefined {
  return analyses
    .find((analysis) => analysis.entity === entity)
    ?.properties.find((property) => sqlIdentifier(property.column.name) === column)
}
