import { HubSpotError } from '../../hubspot/client/hubspot-error.ts'
import { chainsInOrder } from '../../hubspot/concurrency/chains-in-order.ts'
import { CursorTrail } from '../../hubspot/cursor-trail.ts'
import { stuckCursor } from '../../hubspot/record-pages.ts'
import { requestPage, textOf } from '../../hubspot/resource-page.ts'
import { liveKeys } from '../../postgres/load/compare-resource.ts'
import type { ResourcePlan } from '../../postgres/load/resource-plan.ts'
import type { ResourceVersion } from '../../resources/resource.ts'
import type { ConvertedRecord } from '../../values/row.ts'
import type { LoadPage } from '../load-pages.ts'
import type { PassContext } from '../pass.ts'
import { addDetails } from './add-details.ts'
import { columnText, convertRow } from './convert-row.ts'
import { boundOf, dueParents, noParent, type Parent, rowsOfParent } from './find-parents.ts'
import { type LastRead, type ReadScope, scopeOf, stepsOf } from './read-steps.ts'
import { skippedBy } from './refused.ts'

/** Where an interrupted read resumes. Stored in `hubgen.pass`. */
export interface RowsPosition {
  readonly parent: string
  /** The chain of this parent that is being read; beyond the last one, all were read. */
  readonly step: number
  /** Null at the start of the chain. */
  readonly cursor: string | null
  /** Of the description. */
  readonly version: number
  /** Parents are read whether or not they changed. */
  readonly full: boolean
  /** Rows without a key were left out, or pages moved, so missing rows prove nothing. */
  readonly lost: boolean
}

export interface RowsPage extends LoadPage {
  readonly parent: Parent
  readonly position: RowsPosition
  /** Keys of rows that HubSpot has and that stay as they are. */
  readonly kept: readonly string[]
  /** Set with the last page of a parent. `skipped`: HubSpot refused its rows, as expected. */
  readonly end: ReadScope | 'skipped' | null
}

export interface RowsReading {
  readonly context: PassContext
  readonly plan: ResourcePlan
  readonly position: RowsPosition | null
  readonly full: boolean
  /** The last completed read of a resource without parents. */
  lastRead(): Promise<LastRead | undefined>
}

/** Parents that are read at the same time; the rate limit applies to them as to all calls. */
const together = 8

/**
 * Reads the pages of a resource, parent by parent; begins where the position says. The next parents are read ahead,
 * but the pages come in the order of the parents, so that a position stands for everything before it.
 */
export function readRows(reading: RowsReading): AsyncGenerator<RowsPage> {
  const versions = openVersions(reading)
  const noticed = new Set<string>()
  return chainsInOrder(parentsOf(reading), {
    // The first answer decides the version, and a refusal of all parents is met once.
    most: () => (versions.proven ? together : 1),
    open: (parent) => readOne(reading, versions, parent, noticed),
  })
}

async function* readOne(
  reading: RowsReading,
  versions: Versions,
  parent: Parent,
  noticed: Set<string>,
): AsyncGenerator<RowsPage> {
  const start = parent.key === (reading.position?.parent ?? null) ? reading.position : null
  try {
    yield* readParent(reading, versions, parent, start)
  } catch (error) {
    if (skippedBy(reading.plan.resource, error) !== 'parent') throw error
    await noticeRefusal(reading, parent, error, noticed)
    const position = { ...startOf(reading, parent), step: Number.MAX_SAFE_INTEGER }
    yield { ...emptyPage, parent, position, end: 'skipped' }
  }
}

/** Says which right the key lacks, and which rows stay as they are; once for each reason in a run. */
async function noticeRefusal(
  { context, plan }: RowsReading,
  parent: Parent,
  error: unknown,
  noticed: Set<string>,
): Promise<void> {
  if (!(error instanceof HubSpotError)) return
  const { code, fix = null } = error
  if (noticed.has(fix ?? '')) return
  const { entity, database } = context
  const { resource } = plan
  const rows = liveKeys(database, plan, rowsOfParent(entity, resource, parent))
  // Refusals of parents that never had rows are expected, and rows that are never marked stay anyway.
  const hasRows = resource.deletes !== 'never' && (await rows.next()).done !== true
  // Several parents are read at the same time.
  if (noticed.has(fix ?? '') || (error.status !== 403 && !hasRows)) return
  noticed.add(fix ?? '')
  const stay = hasRows ? '; its rows stay as they are' : ''
  const message = `${resource.name} of ${parent.key} not read: ${error.message}${stay}`
  context.emit({ type: 'notice', code, message, fix })
}

const emptyPage = { records: [], unread: [], nameless: 0, kept: [] }

async function* parentsOf(reading: RowsReading): AsyncGenerator<Parent> {
  const { context, plan, position, full } = reading
  const { database, entity, begunAt } = context
  const { resource } = plan
  if (resource.parent === undefined) {
    yield { ...noParent, last: await reading.lastRead() }
    return
  }
  const resumed = position?.parent
  if (resumed !== undefined) {
    yield* dueParents(database, entity, resource, { begunAt, all: true, only: resumed })
  }
  for await (const parent of dueParents(database, entity, resource, { begunAt, all: full })) {
    if (parent.key !== resumed) yield parent
  }
}

/** The version in use, the same for all parents; HubSpot's first answer decides it. */
interface Versions {
  index: number
  proven: boolean
  readonly list: readonly ResourceVersion[]
}

function openVersions({ plan, position }: RowsReading): Versions {
  return { index: position?.version ?? 0, proven: false, list: plan.resource.versions }
}

function startOf({ full }: RowsReading, { key }: Parent): RowsPosition {
  return { parent: key, step: 0, cursor: null, version: 0, full, lost: false }
}

async function* readParent(
  reading: RowsReading,
  versions: Versions,
  parent: Parent,
  start: RowsPosition | null,
): AsyncGenerator<RowsPage> {
  const { context, plan } = reading
  const { begunAt } = context
  const scope = scopeOf(plan.resource, parent.last, {
    begunAt,
    full: reading.full,
  })
  let position = start ?? startOf(reading, parent)
  const firstIndex = versions.index
  for (;;) {
    const version = versions.list[versions.index]
    if (version === undefined) return
    const steps = stepsOf(plan.resource, version, scope, begunAt)
    if (position.step >= steps.length) {
      // Interrupted after its last page.
      yield { ...emptyPage, parent, position, end: scope }
      return
    }
    const at = { parent, scope, steps, position: { ...position, version: versions.index } }
    try {
      yield* readSteps(reading, versions, version, at)
      return
    } catch (error) {
      if (!isMissing(error) || versions.proven || versions.index + 1 >= versions.list.length) {
        // No version has this parent, so the others are still read with the best one.
        if (!versions.proven) versions.index = firstIndex
        throw error
      }
      versions.index += 1
      position = startOf(reading, parent)
    }
  }
}

/** HubSpot does not know the address: in this version, the resource does not exist. */
function isMissing(error: unknown): boolean {
  return error instanceof HubSpotError && error.status === 404
}

interface ReadingPlace {
  readonly parent: Parent
  readonly scope: ReadScope
  readonly steps: ReturnType<typeof stepsOf>
  readonly position: RowsPosition
}

async function* readSteps(
  reading: RowsReading,
  versions: Versions,
  version: ResourceVersion,
  { parent, scope, steps, position: start }: ReadingPlace,
): AsyncGenerator<RowsPage> {
  const { plan } = reading
  let position = start
  while (position.step < steps.length) {
    const { parameters = {} } = steps[position.step] ?? {}
    const { step } = position
    const isLast = step === steps.length - 1
    let mayRestart = position.cursor !== null || version.page.kind === 'opaque'
    let trail = new CursorTrail()
    // Deleted rows move the others up, so that the next offset skips some. Null stands for the pages of an earlier run.
    const isMovable = version.page.kind === 'offset'
    const totals = new Set<number | null>(position.cursor === null ? [] : [null])
    for (let cursor = position.cursor; position.step === step; ) {
      const request = { version, bound: boundOf(plan.resource, parent.columns), parameters, cursor }
      const answer = await requestPage(reading.context.hubspot, request).catch((error: unknown) => {
        // A cursor that has become invalid: the chain starts again.
        if (!(mayRestart && cursor !== null && isRejected(error))) throw error
        return null
      })
      if (answer === null) {
        ;[mayRestart, cursor, trail] = [false, null, new CursorTrail()]
        continue
      }
      versions.proven = true
      const page = await convertPage(
        reading,
        version,
        { items: answer.items, step },
        { ...parent, columns: { ...parent.columns, ...textOf(parameters) } },
      )
      totals.add(answer.total)
      if (answer.next !== null && !trail.follow(answer.next)) throw stuckCursor(version.path)
      cursor = page.isOld(scope) ? null : answer.next
      const ended = cursor === null
      position = {
        ...position,
        step: ended ? step + 1 : step,
        cursor: version.page.kind === 'opaque' ? null : cursor,
        lost: position.lost || page.lost || (isMovable && totals.size > 1),
      }
      const { records, kept, nameless } = page
      const end = ended && isLast ? scope : null
      yield { records, kept, nameless, unread: [], parent, position, end }
    }
  }
}

function isRejected(error: unknown): boolean {
  return error instanceof HubSpotError && error.status === 400
}

interface ConvertedPage {
  readonly records: readonly ConvertedRecord[]
  readonly kept: readonly string[]
  readonly nameless: number
  /** Whether a row without a usable key was left out. One that only lacks parts of it was found. */
  readonly lost: boolean
  /** Whether rows that follow, newest first, are known. */
  isOld(scope: ReadScope): boolean
}

async function convertPage(
  { context, plan, full }: RowsReading,
  version: ResourceVersion,
  { items, step }: { readonly items: readonly unknown[]; readonly step: number },
  parent: Parent,
): Promise<ConvertedPage> {
  const { resource } = plan
  const convert = (item: unknown) =>
    convertRow(plan, {
      ...{ item, step },
      parent: parent.columns,
      foundUnder: resource.deletes === 'absentInParent' ? parent.key : '',
      readAt: context.begunAt.toISOString(),
    })
  const converted = items.map((item) => ({ item, ...convert(item) }))
  const found = converted.flatMap(({ item, row }) => (row === null ? [] : [{ item, row }]))
  const whole =
    version.detail === undefined
      ? { rows: found.map(({ row }) => row), kept: [] }
      : await addDetails(context, plan, version.detail, found, { convert, full })
  const nameless = converted.reduce((sum, one) => sum + one.nameless + Number(one.row === null), 0)
  return {
    records: whole.rows,
    kept: whole.kept,
    nameless,
    lost: converted.some(({ row }) => row === null),
    isOld: ({ since }) =>
      since !== null &&
      resource.stamp?.newestFirst === true &&
      found.some(({ row }) => stampOf(plan, row, resource.stamp?.column ?? '') < since.getTime()),
  }
}

function stampOf(plan: ResourcePlan, row: ConvertedRecord, column: string): number {
  return Date.parse(columnText(plan, row, column) ?? '')
}
