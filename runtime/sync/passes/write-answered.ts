import type { Transaction } from 'kysely'
import type { AssociationTable } from '../../entity.ts'
import type { HubgenTables } from '../../postgres/hubgen-tables.ts'
import type { LinkRow } from '../../postgres/load/links-as-json.ts'
import { loadLinks } from '../../postgres/load/load-links.ts'
import { lockLinks, settleClaims } from '../../postgres/state/link-claims.ts'
import type { RowCounts } from '../../postgres/state/run-counts.ts'
import type { RunIdentity } from '../../postgres/state/state.ts'

/** What HubSpot answered about records of the entity that fills a table of links. */
export interface AnsweredLinks {
  /** Records that need not be asked about again. */
  readonly settled: readonly string[]
  /** Those of which all links are known. */
  readonly answered: readonly string[]
  readonly links: readonly LinkRow[]
  /** When the claims on these records were looked for, before they were asked about; null: they were not. */
  readonly foundAt: Date | null
}

/**
 * Makes the rows of these records equal to HubSpot's answer, but for those that a run of the other end has claimed
 * since they were asked about: its answer is newer.
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
