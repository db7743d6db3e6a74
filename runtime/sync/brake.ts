import type { Entity } from '../entity.ts'
import { HubgenError } from '../errors.ts'
import type { Account } from '../hubspot/account.ts'
import { countOf, formatCount } from '../words/numbers-as-text.ts'

/** A run that would mark more rows than both bounds allow marks none. */
interface BrakeBounds {
  /** Of the rows that are live when the run begins to mark. */
  readonly percent: number
  /** Fewer rows than that are never too many. */
  readonly records: number
}

/** A bound that is not given is the usual one. */
export interface BrakeSettings {
  readonly percent?: number | undefined
  readonly records?: number | undefined
}

const usualBrake: BrakeBounds = { percent: 20, records: 100 }

/** How many rows a run has marked as deleted, all passes together, and how many it may. */
export class Brake {
  /** Rows that the run has marked. */
  marked = 0
  /** The run would have marked too many: it marks no more. */
  applied = false
  readonly #bounds: BrakeBounds | null = null
  /** Live rows before the run marked any; counted when it is needed. */
  #rows: number | null = null

  /** `false`: as many as it likes. */
  constructor(settings: BrakeSettings | false = {}) {
    if (settings === false) return
    const { percent = usualBrake.percent, records = usualBrake.records } = settings
    this.#bounds = { percent, records }
  }

  /** Whether N more are too many of the rows that `countLive` counts now. */
  async isExceededBy(more: number, countLive: () => Promise<number>): Promise<boolean> {
    const bounds = this.#bounds
    const marks = this.marked + more
    if (bounds === null || more === 0 || marks <= bounds.records) return false
    this.#rows ??= (await countLive()) + this.marked
    return marks * 100 > this.#rows * bounds.percent
  }
}

export interface BrakedRun {
  readonly entity: Entity
  readonly account: Account
  /** Rows that HubSpot seems to have no record for; there may be more. */
  readonly missing: number
  readonly live: number
  /** Rows that the run had marked before. */
  readonly marked: number
  /** Ids of some of them. */
  readonly examples: readonly string[]
}

/** The error for a run that would mark too many rows as deleted. */
export function deletesBraked({ entity, account, ...counts }: BrakedRun): HubgenError {
  const { missing, live, marked, examples } = counts
  const before = marked === 0 ? '' : `, beside the ${formatCount(marked)} that were marked before`
  const links = examples.map((id) => `${id} ${linkTo(entity, account, id)}`).join(', ')
  return new HubgenError(
    'DELETES_BRAKED',
    `HubSpot no longer shows this token at least ${formatCount(missing)} of the ${countOf(live, 'live row')}; ` +
      `none of them was marked as deleted${before}. For example: ${links}`,
    {
      at: entity.table,
      fix:
        `look at these in HubSpot and at what the key may see; if the records are really gone, ` +
        `run \`hubgen sync ${entity.name} --allow-deletes\``,
    },
  )
}

/** The record's page in HubSpot. */
function linkTo({ objectType }: Entity, { uiDomain, portalId }: Account, id: string): string {
  return `https://${uiDomain}/contacts/${portalId}/record/${encodeURIComponent(objectType)}/${id}`
}
