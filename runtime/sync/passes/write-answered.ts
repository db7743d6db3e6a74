import type { Transaction } from 'kysely'
import type { AssociationTable } from '../../entity.ts'
import type { HubgenTables } from '../../postgres/hubgen-tables.ts'
import type { LinkRow } from '../../postgres/load/links-as-json.ts'
import { loadLinks } from '../../postgres/load/load-links.ts'
import { lockLinks, settleClaims } from '../../postgres/state/link-claims.ts'
import type { RowCounts } from '../../postgres/state/run-counts.ts'
import type { RunIdentity } from '../../postgres/state/state.ts'

/** HubSpot's answers about records of the entity that fills a table of links. */
export interface AnsweredLinks {
  /** Records that do not have to be asked about again. */
  readonly settled: readonly string[]
  /** Records whose links are all known. */
  readonly answered: readonly string[]
  readonly links: readonly LinkRow[]
  /** When claims on these records were looked up, before they were asked about; null if they were not. */
  readonly foundAt: Date | null
}

/**
 * Makes the rows of these records equal to HubSpot's answer, except for records that a run of the other end
 * has claimed since they were asked about: that run's answer is newer.
 */
export async function writeAnswered(
  transaction: Transaction<HubgenTables>,
  run: RunIdentity,
  association: AssociationTable,
  { settled, answered, links, foundAt }: AnsweredLinks,
): Promise<RowCounts> {
  await lockLinks(transaction, association)
  const claimed = await settleClaims(transaction, run, association, { ids: settled, foundAt })
  const isOurs = (id: string) => !claimed.has(id)
  return loadLinks(
    transaction,
    association,
    answered.filter(isOurs),
    links.filter(({ fromId }) => isOurs(fromId)),
  )
}
