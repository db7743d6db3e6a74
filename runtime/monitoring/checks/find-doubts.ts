import type { Entity } from '../../entity.ts'
import type { Database } from '../../postgres/connection/database.ts'
import { countLiveRows, everyId } from '../../postgres/load/live-rows.ts'
import type { QuarantineBounds, UnlistedRows } from '../copy-status.ts'
import { findMisfits } from '../find-misfits.ts'
import { findState } from '../find-state.ts'
import { nothingUnlisted, readFindings } from '../read-findings.ts'
import type { CheckFinding, CheckName } from './judge-checks.ts'
import type { PropertyColumn } from './property-column.ts'

/** The subject of a finding about all columns. */
const everything = 'all columns'

/** An integrity finding that no query of the table alone can produce. */
export const unlistedSubject = 'is_deleted is false and HubSpot lists no such record'

/**
 * Checks whether values fit their columns and what the newest comparison with HubSpot found: for each, one
 * finding per column with problems, or one finding for all columns. Live rows that HubSpot does not list are
 * one finding if there are any. Empty if hubgen's own tables are from an older version.
 */
export async function findDoubts(
  database: Database,
  target: Entity,
  columns: readonly PropertyColumn[],
  quarantine: QuarantineBounds,
): Promise<readonly CheckFinding[]> {
  const { name: entity, table } = target
  const state = await findState(database)
  if (state.tables !== 'complete') return []
  const watched = { name: entity, table, quarantine }
  const misfits = (await findMisfits(database, [watched])).get(entity) ?? []
  const found = (await readFindings(database, [entity], state)).get(entity)
  const audit = found?.audit ?? null
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
    ...(await countUnlisted(database, target, found?.unlisted ?? nothingUnlisted)),
  ]
}

async function countUnlisted(
  database: Database,
  entity: Entity,
  { records: failing, exampleId }: UnlistedRows,
): Promise<readonly CheckFinding[]> {
  if (failing === 0) return []
  const live = await countLiveRows(database, entity, everyId)
  return [
    countFinding('integrity', unlistedSubject, {
      records: Math.max(live, failing),
      failing,
      exampleId,
    }),
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
