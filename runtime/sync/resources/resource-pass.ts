import type { Transaction } from 'kysely'
import type { Entity } from '../../entity.ts'
import { HubSpotError } from '../../hubspot/hubspot-error.ts'
import { prefetch } from '../../hubspot/prefetch.ts'
import type { HubgenTables } from '../../postgres/hubgen-tables.ts'
import { tableOf } from '../../postgres/identifier.ts'
import { matchContacts } from '../../postgres/load/match-contacts.ts'
import { planResource, type ResourcePlan } from '../../postgres/load/resource-plan.ts'
import { countAbsent, markAbsent, markParentless } from '../../postgres/load/resource-rows.ts'
import {
  findReads,
  forgetRows,
  keepRead,
  rememberRows,
} from '../../postgres/state/resource-reads.ts'
import { addIds } from '../../postgres/state/run-counts.ts'
import type { Resource } from '../../resources/resource.ts'
import { resourceTables } from '../../resources/resource-tables.ts'
import { deletesBraked } from '../brake.ts'
import { loadPages } from '../load-pages.ts'
import type { Pass, PassContext, PassResult } from '../pass.ts'
import { countsOf } from '../tally.ts'
import { linkOf, parentTable } from './find-parents.ts'
import { planRows } from './plan-rows.ts'
import { type RowsPage, type RowsPosition, readRows } from './read-rows.ts'
import { nextStamp } from './read-steps.ts'
import { skippedBy } from './refused.ts'

const everyMs = { run: 0, hour: 3_600_000, day: 24 * 3_600_000 } as const

/** Reads the rows of a resource and writes them with those of its child tables. */
export function resourcePass(resource: Resource): Pass {
  return {
    name: 'rows',
    everyMs: everyMs[resource.every],
    tables: (entity) => childTables(entity, resource),
    reads: () =>
      resourceTables(resource).flatMap(({ name, columns }) =>
        columns.map((column) => `${name}.${column.name} ${column.type}`),
      ),
    describePosition: (position) =>
      isPosition(position) && position.parent !== ''
        ? `at ${resource.parent === undefined ? 'row' : 'the parent'} ${position.parent}`
        : null,
    plan: (context) => planRows(context, resource),
    run: (context) => runRows(context, resource),
  }
}

function childTables(entity: Entity, resource: Resource): readonly Entity['table'][] {
  const { schema } = tableOf(entity)
  return resourceTables(resource)
    .slice(1)
    .map(({ name }) => `${schema}.${name}` as const)
}

function isPosition(position: unknown): position is RowsPosition {
  return typeof position === 'object' && position !== null && 'step' in position
}

async function runRows(context: PassContext, resource: Resource): Promise<PassResult> {
  const { entity, options, commit, emit, tally } = context
  const plan = planResource(entity, resource)
  const position = isPosition(context.position) ? context.position : null
  if (position === null) await commit((transaction) => forgetRows(transaction, entity.name))
  const full = position?.full ?? options.full === true
  const ends = new Ends(context, plan)
  const pages = readRows({
    context,
    plan,
    position,
    full,
    lastRead: (parent) =>
      commit(async (transaction) =>
        (await findReads(transaction, entity.name, [parent])).get(parent),
      ),
  })
  try {
    await loadPages(context, prefetch(pages), {
      plan,
      moveOn: (done) => done.at(-1)?.position,
      remember: (transaction, done) => ends.keep(transaction, done),
    })
    await ends.finish()
    if (resource.derive !== undefined) {
      await commit((transaction) => matchContacts(transaction, entity, full ? 'all' : 'new'))
    }
  } catch (error) {
    if (skippedBy(resource, error) !== 'resource' || !(error instanceof HubSpotError)) throw error
    const { code, message, fix = null } = error
    emit({ type: 'notice', code, message: `${resource.name} not read: ${message}`, fix })
    return { ...ends.counts(), skipped: `${code}: ${message}` }
  }
  return { ...countsOf(tally), ...ends.counts() }
}

interface Marked {
  readonly count: number
  readonly keys: readonly string[]
}

/** Finishes reads: of each parent with its last page, and of the whole resource. */
class Ends {
  readonly #context: PassContext
  readonly #plan: ResourcePlan
  /** By parent: a commit that is repeated counts once. */
  readonly #marked = new Map<string, Marked>()
  /** The end of a read that has no parents, which is judged before rows are marked. */
  #end: RowsPage | null = null

  constructor(context: PassContext, plan: ResourcePlan) {
    this.#context = context
    this.#plan = plan
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
    const { resource } = this.#plan
    const isWhole = end !== 'skipped' && end?.isWhole === true
    if (resource.deletes === 'absentInParent' && isWhole && !position.lost) {
      const marked = await markAbsent(transaction, this.#plan, { parent: this.#rowsOf(parent) })
      this.#marked.set(parent.key, marked)
    }
    await this.#keepRead(transaction, parent, end)
  }

  /** Ends the read of everything, once the rows of its last page are written. */
  async finish(): Promise<void> {
    const { commit, entity, brake, tally } = this.#context
    const { resource } = this.#plan
    if (this.#end !== null) await this.#finishAll(this.#end)
    const parents = parentTable(entity, resource)
    if (resource.deletes === 'absentInParent' && parents !== null) {
      await commit(async (transaction) => {
        const marked = await markParentless(transaction, this.#plan, parents, parents.links)
        this.#marked.set(' without parent', marked)
      })
    }
    brake.marked += this.counts().deleted
    for (const { keys } of this.#marked.values()) {
      tally.ids = addIds(tally.ids, { deleted: keys ?? [] })
    }
  }

  /** Marks what a complete read did not find, unless that is so much that the key seems to have lost a right. */
  async #finishAll({ parent, position, end }: RowsPage): Promise<void> {
    const { commit } = this.#context
    const isWhole = end !== 'skipped' && end?.isWhole === true
    const marks = this.#plan.resource.deletes === 'absent' && isWhole && !position.lost
    if (marks) await this.#checkBrake()
    await commit(async (transaction) => {
      if (marks) this.#marked.set('', await markAbsent(transaction, this.#plan, { parent: null }))
      await this.#keepRead(transaction, parent, end)
    })
  }

  async #checkBrake(): Promise<void> {
    const { commit, brake, entity, hubspot } = this.#context
    const absent = await commit((transaction) => countAbsent(transaction, this.#plan))
    if (!(await brake.isExceededBy(absent.count, async () => absent.live))) return
    brake.applied = true
    const { count: missing, live, examples } = absent
    const account = await hubspot.account()
    throw deletesBraked({ entity, account, missing, live, marked: brake.marked, examples })
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
    const byHubSpot = new Date(begunAt.getTime() - databaseAheadMs)
    const stamp = nextStamp(this.#plan.resource, byHubSpot)
    const isThorough = end !== 'skipped' && end?.isThorough === true
    const thoroughAt = isThorough ? begunAt : null
    await keepRead(transaction, entity.name, key, { changed, stamp, thoroughAt })
  }

  #rowsOf({ key, columns }: RowsPage['parent']) {
    const { resource } = this.#plan
    const keys = parentTable(this.#context.entity, resource)?.key ?? ['objectType']
    return {
      key,
      columns: Object.fromEntries(
        keys.map((column) => [linkOf(resource, column), columns[column] ?? null]),
      ),
    }
  }
}
