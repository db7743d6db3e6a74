import type { Entity } from '../entity.ts'
import type { Database } from '../postgres/connection/database.ts'
import type { QuarantineBounds } from './copy-status.ts'
import { findMisfits } from './find-misfits.ts'
import { findState } from './find-state.ts'
import type { CheckFinding, CheckName } from './judge-checks.ts'
import type { PropertyColumn } from './property-column.ts'
import { readFindings } from './read-findings.ts'

/** The subject of a finding about all columns. */
const everything = 'all columns'

/**
 * Checks whether values fit their columns and what the newest comparison with HubSpot found: for each, one
 * finding per column with problems, or one finding for all columns. Empty if hubgen's own tables are from
 * an older version.
 */
export async function findDoubts(
  database: Database,
  { name: entity, table }: Entity,
  columns: readonly PropertyColumn[],
  quarantine: QuarantineBounds,
): Promise<readonly CheckFinding[]> {
  const state = await findState(database)
  if (state.tables !== 'complete') return []
  const watched = { name: entity, table, quarantine }
  const misfits = (await findMisfits(database, [watched])).get(entity) ?? []
  const audit = (await readFindings(database, [entity], state)).get(entity)?.audit ?? null
  const columnOf = (property: string) =>
    columns.findLast((one) => one.property === property)?.column ?? property
  return [
    ...misfits.map(({ property, values, of }) =>
      countFinding('fit', columnOf(property), { property, records: of, failing: values }),
    ),
    ...(misfits.length === 0
      ? [countFinding('fit', everything, { records: columns.length, failing: 0 })]
      : []),
    ...(audit?.unexplained ?? []).map(({ subject, records, unexplained, exampleId }) =>
      countFinding('audit', subject, { records, failing: unexplained, exampleId }),
    ),
    ...((audit?.unexplained ?? []).length === 0
      ? [countFinding('audit', everything, { records: audit?.records ?? 0, failing: 0 })]
      : []),
  ]
}

function countFinding(
  checkName: CheckName,
  subject: string,
  counts: Partial<CheckFinding> & Pick<CheckFinding, 'records' | 'failing'>,
): CheckFinding {
  return {
    checkName,
    subject,
    property: null,
    exampleId: null,
    ageSeconds: null,
    everySeconds: 0,
    ...counts,
  }
}
