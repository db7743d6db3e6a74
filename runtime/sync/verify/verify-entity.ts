import type { Entity } from '../../entity.ts'
import { HubgenError } from '../../errors.ts'
import type { HubSpot } from '../../hubspot/client/client.ts'
import { machine } from '../../machine.ts'
import type { Database } from '../../postgres/connection/database.ts'
import { checkTable } from '../../postgres/connection/table-check.ts'
import { explainingErrors } from '../../postgres/database-error.ts'
import { countQuarantined, type IdSpan } from '../../postgres/load/live-rows.ts'
import { ensureState } from '../../postgres/state/state.ts'
import { writeAudit } from '../../postgres/state/write-audit.ts'
import { resourceOf } from '../../resources/resources.ts'
import { checkFacts } from '../check-facts.ts'
import { checkEntityPortal, checkState, checkTablePortal } from '../portal-guard.ts'
import type { RepairSpan, VerifiedPart } from '../sync-options.ts'
import { AuditTally, auditedRecords } from './audit-tally.ts'
import { type Difference, type DifferenceKind, differenceKinds } from './classify-difference.ts'
import { compareSpans, type Suspect, spansFrom } from './compare-ids.ts'
import type { Compared } from './compared.ts'
import { type Look, type Looking, lookAtStamps } from './look-again.ts'
import { readTimes } from './read-times.ts'
import { type ComparedResource, verifyResource } from './verify-resource.ts'
import { compareAllLinks, compareAllValues, compareSample } from './verify-values.ts'

/** The result of a comparison. */
export interface VerifyReport {
  readonly entity: string
  readonly table: string
  /** How every row was compared; `values` for a resource, whose rows have no modified stamp. */
  readonly by: 'stamps' | 'values'
  /** Live records in HubSpot's list. */
  readonly records: number
  /** Number of differences per kind and reason. */
  readonly differences: Readonly<Record<DifferenceKind, Readonly<Record<string, number>>>>
  /** Number of records that differ per column. */
  readonly columns: Readonly<Record<string, number>>
  /** Number of records with other links, by their table without its schema. */
  readonly linkTables: Readonly<Record<string, number>>
  readonly total: number
  /** The comparisons beyond ids and modified stamps. */
  readonly compared: Compared
  /** Records that Postgres refused. They have no row, and a repair would not change that. */
  readonly quarantined: number
  /**
   * Rows of a resource that HubSpot did not send, and of which it shows no deletion: old e-mail events. The table
   * keeps them, so they are no difference.
   */
  readonly unserved: number
  /** Rows of a resource that differ only in statistics, which HubSpot counts on between two reads; no difference. */
  readonly recounted: number
  /** Records that HubSpot gave no answer for; they may or may not differ. */
  readonly unread: number
  /** The first differences of each kind, in no particular order. */
  readonly examples: readonly Difference[]
  /** Spans of ids that contain all differences. */
  readonly spans: readonly RepairSpan[]
  readonly calls: number
  readonly seconds: number
}

export interface VerifyOptions {
  /** Ends the comparison, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined
  /** Compares the values and links of this many randomly drawn records, or of every one. */
  readonly values?: number | 'all' | undefined
  /** Compares the links of every record. */
  readonly links?: 'all' | undefined
  /** Draws the sample; the machine's random numbers by default. */
  readonly random?: (() => number) | undefined
  /** Called with the number of further records compared, and in which respect. */
  readonly onPage?: ((records: number, what: 'records' | 'values' | 'links') => void) | undefined
  /** Called for each difference; the report keeps only a few. */
  readonly onDifference?: ((difference: Difference) => void) | undefined
}

/** Examples kept per kind. */
const keptExamples = 10

/**
 * Compares the ids and modified stamps of HubSpot's list with those of the live rows, and on request values
 * and links; of a resource, all keys and values. Writes nothing except `hubgen.audit`. Both sides are streamed. A suspect counts only after
 * both sides were asked about it again by id, so concurrent changes are not reported. Rejects with a
 * HubgenError if it cannot compare.
 */
export async function verifyEntity(
  entity: Entity,
  hubspot: HubSpot,
  database: Database,
  options: VerifyOptions = {},
): Promise<VerifyReport> {
  checkFacts(entity)
  const startedMs = machine.elapsedMs()
  const account = await hubspot.account()
  checkEntityPortal(entity, account)
  await checkState(database, entity, null)
  await checkTable(database, entity)
  await checkTablePortal(database, entity, account)
  await checkState(database, entity, account.portalId)
  await ensureState(database)
  const looking = { entity, hubspot, database, times: await readTimes(database, entity) }
  const found = new Found(options)
  const resource = resourceOf(entity)
  const { quarantined, unserved, recounted, ...compared } =
    resource === null
      ? await compareEntity(looking, options, found)
      : await verifyResource(looking, resource, comparingOf(options), found)
  return {
    entity: entity.name,
    table: entity.table,
    by: resource === null ? 'stamps' : 'values',
    records: found.records,
    differences: found.differences,
    columns: Object.fromEntries(found.columns),
    linkTables: Object.fromEntries(found.linkTables),
    total: found.total,
    compared,
    quarantined,
    unserved,
    recounted,
    unread: found.unread,
    examples: found.examples,
    spans: found.spans(),
    calls: hubspot.calls,
    seconds: (machine.elapsedMs() - startedMs) / 1000,
  }
}

/** The part of a comparison that only entities have, in the shape of both. */
async function compareEntity(
  looking: Looking,
  options: VerifyOptions,
  found: Found,
): Promise<ComparedResource> {
  const { database, entity } = looking
  const compared = await compareAll(looking, options, found)
  if (isAudit(options.values)) await keepAudit(database, entity, found.tally)
  const quarantined = await countQuarantined(database, entity)
  return { ...compared, quarantined, unserved: 0, recounted: 0 }
}

function comparingOf({ values = 0, random = machine.random, signal }: VerifyOptions) {
  return { signal: signal ?? new AbortController().signal, details: values, random }
}

/** Whether the comparison covers as many records as the daily audit. */
function isAudit(values: VerifyOptions['values']): boolean {
  return values === 'all' || (values ?? 0) >= auditedRecords
}

/** Saves the result for `hubgen status`. A read-only role can compare but not save. */
async function keepAudit(database: Database, entity: Entity, tally: AuditTally): Promise<void> {
  try {
    await explainingErrors(database.label, () =>
      writeAudit(database.kysely, entity.name, null, tally.subjects()),
    )
  } catch (error) {
    if (!(error instanceof HubgenError) || error.kind !== 'database_permission') throw error
  }
}

const nothingCompared: Compared = { values: 0, links: 0, left: [] }

async function compareAll(
  looking: Looking,
  options: VerifyOptions,
  found: Found,
): Promise<Compared> {
  const { values, random = machine.random } = options
  const signal = options.signal ?? new AbortController().signal
  const spans = await spansFrom(looking, 0n)
  const comparing = {
    signal,
    onPage: (count: number) => found.countRecords(count),
    async onSuspects(suspects: readonly Suspect[], span: IdSpan) {
      const ids = suspects.map(({ id }) => id)
      found.addAll(await lookAtStamps(looking, ids), () => span)
    },
  }
  if (values === 'all') {
    const compared = await compareAllValues(looking, spans, comparing, found)
    return withLinks(compared, await compareAllLinks(looking, signal, found))
  }
  await compareSpans(looking, spans, comparing)
  const sample =
    values === undefined
      ? nothingCompared
      : await compareSample(looking, { count: values, random, signal }, found)
  if (options.links !== 'all') return sample
  return withLinks(sample, await compareAllLinks(looking, signal, found))
}

function withLinks(
  compared: Compared,
  { links, left }: Pick<Compared, 'links' | 'left'>,
): Compared {
  const others = compared.left.filter(({ subject }) => !left.some((one) => one.subject === subject))
  return { ...compared, links, left: [...others, ...left] }
}

/** The findings so far: counts, a few examples, and the spans with differences. */
class Found {
  readonly differences: Record<DifferenceKind, Record<string, number>>
  readonly tally = new AuditTally()
  readonly columns = new Map<string, number>()
  readonly linkTables = new Map<string, number>()
  readonly examples: Difference[] = []
  records = 0
  unread = 0
  total = 0
  readonly #options: VerifyOptions
  readonly #spans = new Map<string, IdSpan & { readonly found: Set<VerifiedPart> }>()

  constructor(options: VerifyOptions) {
    this.#options = options
    const kinds = differenceKinds.map((kind) => [kind, {}])
    this.differences = Object.fromEntries(kinds) as Record<DifferenceKind, Record<string, number>>
  }

  countRecords(count: number): void {
    this.records += count
    this.#options.onPage?.(count, 'records')
  }

  count(count: number, what: VerifiedPart, table?: string): void {
    this.tally.count(count, table)
    this.#options.onPage?.(count, what)
  }

  /** Rows of resources have no spans of ids. */
  addAll({ differences, unread }: Look, spanOf?: (difference: Difference) => IdSpan): void {
    this.unread += unread.length
    for (const difference of differences) this.#add(difference, spanOf?.(difference))
  }

  #add(difference: Difference, span?: IdSpan): void {
    const { kind, reason, columns = [], table } = difference
    const ofKind = this.differences[kind]
    const before = Object.values(ofKind).reduce((sum, count) => sum + count, 0)
    if (before < keptExamples) this.examples.push(difference)
    ofKind[reason] = (ofKind[reason] ?? 0) + 1
    for (const column of columns) this.columns.set(column, (this.columns.get(column) ?? 0) + 1)
    if (table !== undefined) this.linkTables.set(table, (this.linkTables.get(table) ?? 0) + 1)
    this.tally.add(difference)
    this.total++
    if (span !== undefined) this.#addSpan(span, kind)
    this.#options.onDifference?.(difference)
  }

  #addSpan(span: IdSpan, kind: DifferenceKind): void {
    const key = `${span.from} ${span.until}`
    const known = this.#spans.get(key) ?? { ...span, found: new Set<VerifiedPart>() }
    if (kind === 'value') known.found.add('values')
    if (kind === 'link') known.found.add('links')
    this.#spans.set(key, known)
  }

  /** Ascending, without duplicates. */
  spans(): readonly RepairSpan[] {
    return [...this.#spans.values()]
      .map(({ from, until, found }) => ({
        from,
        until,
        ...(found.size > 0 && { parts: [...found] }),
      }))
      .sort((one, other) => (one.from < other.from ? -1 : 1))
  }
}
