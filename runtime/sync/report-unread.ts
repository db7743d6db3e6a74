import { findUnread } from '../postgres/state/pending-read.ts'
import { countOf } from '../words/numbers-as-text.ts'
import type { PassRunner } from './run-passes.ts'

/** Named in a notice; `hubgen quarantine` and `hubgen.pending_read` have all of them. */
const namedRecords = 5

/** Says once a run how many records HubSpot has not given so far, which the next runs ask for again; gives the number. */
export async function reportUnread({
  database,
  entity,
  emit,
}: Pick<PassRunner, 'database' | 'entity' | 'emit'>): Promise<number> {
  const { count, examples } = await findUnread(database, entity.name, namedRecords)
  if (count === 0) return 0
  const more = count > examples.length ? ', …' : ''
  emit({
    type: 'notice',
    code: 'RECORDS_UNREAD',
    message:
      `HubSpot could not give ${countOf(count, 'record')} (${examples.join(', ')}${more}): ` +
      'what the table has stays, and every run asks again',
    fix: `\`hubgen sync ${entity.name}\` later; \`hubgen quarantine ${entity.name}\` lists those without a row`,
  })
  return count
}
