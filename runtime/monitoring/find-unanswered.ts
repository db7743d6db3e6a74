import type { Entity } from '../entity.ts'
import type { Database } from '../postgres/connection/database.ts'
import { listUnanswered } from '../postgres/state/unanswered.ts'
import type { CheckFinding } from './judge-checks.ts'
import type { PropertyColumn } from './property-column.ts'

/** One finding for each column whose property HubSpot's answers lack, which fails. */
export async function findUnanswered(
  database: Database,
  { name: entity }: Entity,
  columns: readonly PropertyColumn[],
): Promise<readonly CheckFinding[]> {
  const lost = (await listUnanswered(database)).filter((one) => one.entity === entity)
  return lost.flatMap(({ property }) => {
    const known = columns.find((column) => column.property === property)
    if (known === undefined) return []
    return {
      checkName: 'answers' as const,
      subject: known.column,
      property,
      records: 1,
      failing: 1,
      exampleId: null,
      ageSeconds: null,
      everySeconds: 0,
    }
  })
}
