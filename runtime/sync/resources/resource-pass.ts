import type { Entity } from '../../entity.ts'
import { HubSpotError } from '../../hubspot/client/hubspot-error.ts'
import { explainingErrors } from '../../postgres/database-error.ts'
import { tableOf } from '../../postgres/identifier.ts'
import { matchContacts } from '../../postgres/load/match-contacts.ts'
import { planResource } from '../../postgres/load/resource-plan.ts'
import { forgetErasedValues } from '../../postgres/load/resource-rows.ts'
import { findReads, forgetRows } from '../../postgres/state/resource-reads.ts'
import type { Resource } from '../../resources/resource.ts'
import { resourceTables } from '../../resources/resource-tables.ts'
import { findResource } from '../../resources/resources.ts'
import { loadPages } from '../load-pages.ts'
import type { Pass, PassContext, PassResult } from '../pass.ts'
import { countsOf } from '../tally.ts'
import { hasParents, pairsOf } from './find-parents.ts'
import { planRows } from './plan-rows.ts'
import { ReadEnds } from './read-ends.ts'
import { type RowsPosition, readRows } from './read-rows.ts'
import { skippedBy } from './refused.ts'

const everyMs = { run: 0, hour: 3_600_000, day: 24 * 3_600_000 } as const

/** Reads the rows of a resource and writes them with those of its child tables. */
export function resourcePass(resource: Resource): Pass {
  return {
    name: 'rows',
    everyMs: everyMs[resource.every],
    tables: (entity) => childTables(entity, resource),
    reads: (entity) => [
      ...resourceTables(resource).flatMap(({ name, columns }) =>
        columns.map((column) => `${name}.${column.name} ${column.type}`),
      ),
      ...pairsOf(entity).map(([from, to]) => `${from} to ${to}`),
    ],
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
  const { entity, options, database, commit, emit, tally } = context
  const unread = await findUnreadParent(context, resource)
  if (unread !== null) {
    emit({ type: 'notice', ...unread })
    return { ...countsOf(tally), skipped: `${unread.code}: ${unread.message}` }
  }
  const plan = planResource(entity, resource)
  const position = isPosition(context.position) ? context.position : null
  if (position === null) await commit((transaction) => forgetRows(transaction, entity.name))
  const full = position?.full ?? options.full === true
  const ends = new ReadEnds(context, plan, full)
  const pages = readRows({
    context,
    plan,
    position,
    full,
    lastRead: () =>
      explainingErrors(database.label, async () =>
        (await findReads(database.kysely, entity.name, [''])).get(''),
      ),
  })
  try {
    await loadPages(context, pages, {
      plan,
      moveOn: (done) => done.at(-1)?.position,
      remember: async (transaction, done) => {
        await ends.keep(transaction, done)
        if (resource.personal !== undefined) await forgetErasedValues(transaction, entity.name)
      },
    })
    await ends.finish()
    if (resource.derive !== undefined) {
      await matchContacts(commit, entity, resource, full ? 'all' : 'new')
    }
  } catch (error) {
    if (skippedBy(resource, error) !== 'resource' || !(error instanceof HubSpotError)) throw error
    const { code, message, fix = null } = error
    emit({ type: 'notice', code, message: `${resource.name} not read: ${message}`, fix })
    return { ...ends.counts(), skipped: `${code}: ${message}` }
  }
  return { ...countsOf(tally), ...ends.counts() }
}

/** Why nothing can be read: the rows of the resource above were never read here. */
async function findUnreadParent({ database, entity }: PassContext, resource: Resource) {
  if (await hasParents(database, entity, resource)) return null
  const { parent } = resource
  const above = parent !== undefined && 'resource' in parent ? findResource(parent.resource) : null
  if (!above) return null
  const [own, first] = [resource, above].map(({ name, alias = name }) => alias)
  return {
    code: 'PARENT_NOT_READ' as const,
    message: `${resource.name} not read: its rows belong to ${above.name}, which was never read here`,
    fix: `\`hubgen sync ${first} ${own}\` reads both`,
  }
}
