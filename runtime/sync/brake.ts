import type { Entity } from '../entity.ts'
import { HubgenError } from '../errors.ts'
import type { Account } from '../hubspot/client/account.ts'
import { countOf, formatCount } from '../words/numbers-as-text.ts'

/** A run marks no rows when it would exceed both bounds. */
interface BrakeBounds {
  /** Share of the rows that are live before the run marks any. */
  readonly percent: number
  /** Up to this number of rows, the brake never applies. */
  readonly records: number
}

/** Defaults apply to bounds that are not set. */
export interface BrakeSettings {
  readonly percent?: number | undefined
  readonly records?: number | undefined
}

const usualBrake: BrakeBounds = { percent: 20, records: 100 }

/** Counts the rows that all passes of a run mark as deleted, and limits their number. */
export class Brake {
  /** Rows that the run has marked so far. */
  marked = 0
  /** True once the brake has applied; from then on the run marks no rows. */
  applied = false
  readonly #bounds: BrakeBounds | null = null
  /** Live rows before the run marked any; counted on first use. */
  #rows: number | null = null

  /** `false` removes the limit. */
  constructor(settings: BrakeSettings | false = {}) {
    if (settings === false) return
    const { percent = usualBrake.percent, records = usualBrake.records } = settings
    this.#bounds = { percent, records }
  }

  /** Whether marking `more` rows would exceed the bounds. `countLive` counts the rows that are live now. */
  async isExceededBy(more: number, countLive: () => Promise<number>): Promise<boolean> {
    const bounds = this.#bounds
    const marks = this.marked + more
    if (bounds === null || more === 0 || marks <= bounds.records) return false
    this.#rows ??= (await countLive()) + this.marked
    return marks * 100 > this.#rows * bounds.percent
  }
}

/**
 * Why a pass does not run after the brake was applied; null if it was not. If a key no longer sees records, HubSpot
 * answers that they have no links.
 */
export function brakedPass({ applied }: Pick<Brake, 'applied'>): string | null {
  return applied
    ? 'DELETES_BRAKED: not read, because HubSpot no longer shows the token too many records'
    : null
}

export interface BrakedRun {
  readonly entity: Entity
  readonly account: Account
  /** Rows for which HubSpot seems to have no record; a lower bound. */
  readonly missing: number
  readonly live: number
  /** Rows that the run had already marked. */
  readonly marked: number
  /** Ids of some of the missing records. */
  readonly examples: readonly string[]
}

/** The error for a run that would mark too many rows as deleted. */
export function deletesBraked({ entity, account, ...counts }: BrakedRun): HubgenError {
  const { missing, live, marked, examples } = counts
  const before =
    marked === 0 ? '' : `, apart from the ${formatCount(marked)} that were marked before`
  const links = examples.map((id) => `${id}${linkTo(entity, account, id)}`).join(', ')
  return new HubgenError(
    'DELETES_BRAKED',
    `HubSpot no longer shows this token at least ${formatCount(missing)} of the ${countOf(live, 'live row')}; ` +
      `none of them was marked as deleted${before}. For example: ${links}`,
    {
      at: entity.table,
      fix:
        `check these records in HubSpot, and what the key may read; if they are really gone, ` +
        `run \`hubgen sync ${entity.name} --allow-deletes\``,
    },
  )
}

/** The record's page in HubSpot; rows of resources have none. */
function linkTo(
  { objectType, resource }: Entity,
  { uiDomain, portalId }: Account,
  id: string,
): string {
  if (resource !== undefined) return ''
  return ` https://${uiDomain}/contacts/${portalId}/record/${encodeURIComponent(objectType)}/${id}`
}
