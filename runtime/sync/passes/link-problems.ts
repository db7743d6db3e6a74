import type { AssociationTable } from '../../entity.ts'
import type { LinkAnswer } from '../../hubspot/associations.ts'
import type { PassContext } from '../pass.ts'

/** Number of links that the notice names. */
const namedLinks = 5
/** HubSpot may send digits of any length. */
const longestId = 40

/** Collects what could not be read or stored from the answers of a pass, and reports it once. */
export class LinkProblems {
  #unanswered = 0
  readonly #outOfRange = new Set<string>()

  add({ unanswered, outOfRange }: Pick<LinkAnswer, 'unanswered' | 'outOfRange'>): void {
    this.#unanswered += unanswered.length
    for (const { fromId, toId } of outOfRange) {
      if (this.#outOfRange.size > namedLinks) return
      const shown = toId.length > longestId ? `${toId.slice(0, longestId)}…` : toId
      this.#outOfRange.add(`${fromId} to ${shown}`)
    }
  }

  report({ emit, tally }: Pick<PassContext, 'emit' | 'tally'>, { table }: AssociationTable): void {
    if (this.#unanswered > 0) {
      emit({
        type: 'notice',
        code: 'ASSOCIATIONS_UNANSWERED',
        message: `HubSpot did not answer for ${this.#unanswered} of ${tally.read} records: their rows in ${table} stay as they are`,
        fix: null,
      })
    }
    if (this.#outOfRange.size === 0) return
    const named = [...this.#outOfRange].slice(0, namedLinks)
    const more = this.#outOfRange.size > namedLinks ? ', …' : ''
    emit({
      type: 'notice',
      code: 'ASSOCIATION_OUT_OF_RANGE',
      message: `${table} lacks links to ids that a bigint cannot hold (${named.join(', ')}${more}): the other links of these records are stored`,
      fix: 'remove these associations in HubSpot if they are wrong; no sync can store such an id',
    })
  }
}
