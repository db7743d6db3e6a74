import type { Transaction } from 'kysely'
import { HubgenError } from '../../errors.ts'
import type { HubgenTables } from '../../postgres/hubgen-tables.ts'
import type { ResourcePlan } from '../../postgres/load/resource-plan.ts'
import {
  type Absence,
  type AbsentRows,
  countAbsent,
  countLive,
  markAbsent,
  markParentless,
} from '../../postgres/load/resource-rows.ts'
import {
  forgetRead,
  keepRead,
  keepRefusal,
  rememberRows,
} from '../../postgres/state/resource-reads.ts'
import { addIds } from '../../postgres/state/run-counts.ts'
import { deletesBraked } from '../brake.ts'
import type { PassContext } from '../pass.ts'
import { parentTable, rowsOfParent } from './find-parents.ts'
import type { RowsPage } from './read-rows.ts'
import { nextStamp } from './read-steps.ts'

/** Undoes a transaction that has marked too many rows. Errors of other kinds would count as a lost connection. */
const tooMany = new HubgenError('DELETES_BRAKED', 'too many rows would be marked as deleted')

/** Finishes reads: of each parent with its last page, and of the whole resource. */
export class ReadEnds {
  readonly #context: PassContext
  readonly #plan: ResourcePlan
  readonly #full: boolean
  /** By parent: a commit that is repeated counts once. */
  readonly #marked = new Map<string, AbsentRows>()
  /** The same of rows that the brake kept from being marked. */
  readonly #braked = new Map<string, AbsentRows>()
  /** The end of a read that has no parents, which is judged before rows are marked. */
  #end: RowsPage | null = null

  constructor(context: PassContext, plan: ResourcePlan, full: boolean) {
    this.#context = context
    this.#plan = plan
    this.#full = full
  }

  /** Within the transaction of these pages' rows. */
  async keep(transaction: Transaction<HubgenTables>, pages: readonly RowsPage[]): Promise<void> {
    const { entity } = this.#context
    const { deletes } = this.#plan.resource
    for (const page of pages) {
      const { parent, kept, end } = page
      const under = deletes === 'absentInParent' ? parent.key : ''
      if (deletes !== 'never') await rememberRows(transaction, entity.name, under, kept)
      if (end === null) continue
      if (parent.key === '') this.#end = page
      else await this.#endParent(transaction, page)
    }
  }

  async #endParent(
    transaction: Transaction<HubgenTables>,
    { parent, position, end }: RowsPage,
  ): Promise<void> {
    const { entity } = this.#context
    const { resource } = this.#plan
    const isWhole = end !== 'skipped' && end?.isWhole === true
    if (resource.deletes === 'absentInParent' && isWhole && !position.lost) {
      const columns = rowsOfParent(entity, resource, parent)
      const isMarked = await this.#markOf(transaction, parent.key, { key: parent.key, columns })
      // Without a record of this read, every run reads this parent again.
      if (!isMarked) return await forgetRead(transaction, entity.name, parent.key)
    }
    await this.#keepRead(transaction, parent, end)
  }

  /** Marks the rows of a parent that were not found; false if they are too many. */
  async #markOf(
    transaction: Transaction<HubgenTables>,
    key: string,
    parent: Absence['parent'],
  ): Promise<boolean> {
    this.#marked.delete(key)
    this.#braked.delete(key)
    const absent = await countAbsent(transaction, this.#plan, { parent })
    const live = () => countLive(transaction, this.#plan)
    if (await this.#isBraked(absent.count, live)) {
      this.#braked.set(key, absent)
      return false
    }
    if (absent.count > 0) {
      this.#marked.set(key, await markAbsent(transaction, this.#plan, { parent }))
    }
    return true
  }

  /** Once the brake has applied, the run marks no further rows. */
  async #isBraked(count: number, live: () => Promise<number>): Promise<boolean> {
    const { brake } = this.#context
    if (count === 0) return false
    const before = this.counts().deleted
    brake.applied ||= await brake.isExceededBy(before + count, async () => before + (await live()))
    return brake.applied
  }

  /** Ends the read of everything, once the rows of its last page are written. */
  async finish(): Promise<void> {
    const { commit, brake, tally } = this.#context
    if (this.#end !== null) await this.#finishAll(this.#end)
    await this.#markParentless()
    const braked = [...this.#braked.values()]
    const { deleted } = this.counts()
    for (const { keys } of this.#marked.values()) tally.ids = addIds(tally.ids, { deleted: keys })
    if (braked.length > 0) {
      // The next run looks for the parents to read from the start.
      const live = await commit((transaction) => countLive(transaction, this.#plan), null)
      throw await this.#brakedBy(braked, live)
    }
    brake.marked += deleted
  }

  async #markParentless(): Promise<void> {
    const { commit, entity, brake } = this.#context
    const { resource } = this.#plan
    const parents = parentTable(entity, resource)
    if (resource.deletes !== 'absentInParent' || parents === null || brake.applied) return
    const key = ' without parent'
    const which = this.#full ? 'all' : 'read'
    const mark = async (transaction: Transaction<HubgenTables>) => {
      this.#marked.delete(key)
      const marked = await markParentless(transaction, this.#plan, parents, which)
      const live = async () => marked.count + (await countLive(transaction, this.#plan))
      if (await this.#isBraked(marked.count, live)) {
        this.#braked.set(key, marked)
        throw tooMany
      }
      this.#marked.set(key, marked)
    }
    await commit(mark).catch((error: unknown) => {
      if (error !== tooMany) throw error
    })
  }

  /** Marks what a complete read did not find, unless that is so much that the key seems to have lost a right. */
  async #finishAll({ parent, position, end }: RowsPage): Promise<void> {
    const isWhole = end !== 'skipped' && end?.isWhole === true
    const marks = this.#plan.resource.deletes === 'absent' && isWhole && !position.lost
    await this.#context.commit(async (transaction) => {
      if (marks && !(await this.#markOf(transaction, '', null))) return
      await this.#keepRead(transaction, parent, end)
    })
  }

  async #brakedBy(braked: readonly AbsentRows[], live: number): Promise<HubgenError> {
    const { entity, hubspot } = this.#context
    const missing = braked.reduce((sum, { count }) => sum + count, 0)
    const examples = braked.flatMap(({ keys }) => keys).slice(0, 3)
    const account = await hubspot.account()
    return deletesBraked({
      entity,
      account,
      missing,
      live,
      marked: this.counts().deleted,
      examples,
    })
  }

  /** The number of rows that were marked so far. */
  counts(): { readonly deleted: number } {
    return { deleted: [...this.#marked.values()].reduce((sum, { count }) => sum + count, 0) }
  }

  async #keepRead(
    transaction: Transaction<HubgenTables>,
    { key, changed }: RowsPage['parent'],
    end: RowsPage['end'],
  ): Promise<void> {
    const { entity, begunAt, databaseAheadMs } = this.#context
    if (end === 'skipped') return await keepRefusal(transaction, entity.name, key)
    const byHubSpot = new Date(begunAt.getTime() - databaseAheadMs)
    const stamp = nextStamp(this.#plan.resource, byHubSpot)
    const thoroughAt = end?.isThorough === true ? begunAt : null
    await keepRead(transaction, entity.name, key, { changed, stamp, thoroughAt })
  }
}
