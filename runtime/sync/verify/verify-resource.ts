import { HubSpotError } from '../../hubspot/client/hubspot-error.ts'
import { machine } from '../../machine.ts'
import {
  type ComparedResourceRow,
  compareResourceRows,
  countStored,
  findOrphans,
  liveKeys,
  storedParents,
} from '../../postgres/load/compare-resource.ts'
import {
  type PlannedTable,
  planResource,
  type ResourcePlan,
} from '../../postgres/load/resource-plan.ts'
import type { Resource } from '../../resources/resource.ts'
import { columnsWithin } from '../../resources/resource-tables.ts'
import type { ConvertedRecord } from '../../values/row.ts'
import { readRow } from '../../values/row-json.ts'
import { type Parent, parentTable, rowsOfParent } from '../resources/find-parents.ts'
import { skippedBy } from '../resources/refused.ts'
import type { Difference } from './classify-difference.ts'
import type { Compared } from './compared.ts'
import { KeySet } from './key-set.ts'
import type { Look, Looking } from './look-again.ts'
import { type ReadChain, ResourceReader } from './read-resource.ts'

/** Receives counts and findings. */
export interface ResourceFinder {
  countRecords(count: number): void
  addAll(look: Look): void
}

export interface ResourceComparing {
  readonly signal: AbortSignal
  /** The number of rows whose details are read as well, if they cost a call each. */
  readonly details: number | 'all'
  readonly random: () => number
}

/** The findings of a comparison of a resource, apart from differences. */
export interface ComparedResource extends Compared {
  /** Rows of the table that HubSpot did not send and of which it shows no deletion: the table keeps them. */
  readonly unserved: number
  /** Rows that differ only in columns that HubSpot counts on. */
  readonly recounted: number
  readonly quarantined: number
}

/**
 * Reads all rows of a resource from HubSpot, and compares them with the live rows and with those of the child tables.
 * Earlier reads do not matter. A difference counts only after both sides were asked again; memory holds the hashed
 * keys of one parent at a time.
 */
export async function verifyResource(
  looking: Looking,
  resource: Resource,
  comparing: ResourceComparing,
  found: ResourceFinder,
): Promise<ComparedResource> {
  return new ResourceComparison(looking, resource, comparing, found).run()
}

class ResourceComparison {
  readonly #looking: Looking
  readonly #plan: ResourcePlan
  readonly #comparing: ResourceComparing
  readonly #found: ResourceFinder
  readonly #reader: ResourceReader
  readonly #statistics: ReadonlySet<string>
  /** Changes up to this time should be in the table; null if it was never read completely. */
  readonly #watermarkMs: number | null
  readonly #left = new Map<string, string>()
  /** Parents with rows here whose rows HubSpot does not send, and what it says. */
  readonly #refused = new Map<string, string>()
  #compared = 0
  #matched = 0
  #recounted = 0

  constructor(
    looking: Looking,
    resource: Resource,
    comparing: ResourceComparing,
    found: ResourceFinder,
  ) {
    this.#looking = looking
    this.#comparing = comparing
    this.#found = found
    this.#plan = planResource(looking.entity, resource)
    this.#reader = new ResourceReader(looking, this.#plan, machine.now())
    const { statistics = [], stamp } = resource
    const own = this.#plan.own.table
    this.#statistics = new Set(statistics.flatMap((name) => columnsWithin(own, name)))
    const lagMs = (stamp?.lagMinutes ?? 0) * 60_000
    const { stampedMs } = looking.times
    this.#watermarkMs = stampedMs === null ? null : stampedMs - lagMs
  }

  async run(): Promise<ComparedResource> {
    const { rows, quarantined } = await countStored(this.#looking.database, this.#plan)
    const { details, random } = this.#comparing
    const share = details === 'all' ? 1 : rows === 0 ? 0 : details / rows
    const wantsDetail = () => share > 0 && random() < share
    try {
      const parents = new KeySet()
      for await (const parent of this.#reader.parents()) {
        parents.add(parent.key)
        await this.#compareParent(parent, wantsDetail)
      }
      await this.#findParentless(parents)
    } catch (error) {
      this.#leaveOut(error)
    }
    for (const child of this.#plan.children) await this.#findOrphans(child)
    const left = [...this.#left].map(([subject, why]) => ({ subject, why }))
    const isKept = this.#plan.resource.deletes === 'never' && left.length === 0
    return {
      ...{ values: this.#compared, links: 0, left, quarantined, recounted: this.#recounted },
      unserved: isKept ? Math.max(0, rows - this.#matched) : 0,
    }
  }

  /** After a refusal nothing is known about the rest; any other error ends the comparison. */
  #leaveOut(error: unknown): void {
    const { resource } = this.#plan
    if (skippedBy(resource, error) === null || !(error instanceof HubSpotError)) throw error
    this.#left.set(resource.name, error.message)
  }

  async #compareParent(parent: Parent, wantsDetail: (id: string) => boolean): Promise<void> {
    const { resource } = this.#plan
    const seen = resource.deletes === 'never' ? null : new KeySet()
    const before = this.#left.size
    try {
      for (const chain of this.#reader.chains(parent)) {
        await this.#compareChain(chain, seen, wantsDetail)
      }
      // Rows without a key were left out, so that missing rows prove nothing.
      if (seen !== null && this.#left.size === before) await this.#findExtra(parent, seen)
    } catch (error) {
      // HubSpot refuses the rows of this parent, as expected.
      if (skippedBy(resource, error) !== 'parent') throw error
      if (!(error instanceof HubSpotError)) return
      if (error.status === 403) this.#left.set(parent.key, error.message)
      else if (await this.#hasRows(parent)) this.#refused.set(parent.key, error.message)
    }
  }

  async #compareChain(
    chain: ReadChain,
    seen: KeySet | null,
    wantsDetail: (id: string) => boolean,
  ): Promise<void> {
    const suspects = new KeySet()
    for await (const { rows, partial, lost } of chain.pages(wantsDetail)) {
      this.#comparing.signal.throwIfAborted()
      const fresh = firstOfEach(rows).filter(({ id }) => seen?.add(id) ?? true)
      if (lost) this.#left.set('rows without a key', 'HubSpot sent some')
      const compared = await this.#compare(fresh, partial)
      this.#found.countRecords(fresh.length)
      this.#compared += fresh.filter(({ id }) => !partial.has(id)).length
      for (const one of compared) {
        this.#matched += Number(one.state === 'live')
        if (isDifferent(one)) suspects.add(one.row.id)
      }
    }
    if (suspects.size === 0) return
    const isSuspect = (id: string) => suspects.has(id)
    const wantsAgain = (id: string) => this.#comparing.details !== 0 && isSuspect(id)
    for await (const { rows, partial } of chain.pages(wantsAgain)) {
      this.#comparing.signal.throwIfAborted()
      const again = firstOfEach(rows).filter(({ id }) => isSuspect(id))
      const compared = await this.#compare(again, partial)
      this.#report(compared.filter(isDifferent).flatMap((one) => this.#judge(one) ?? []))
    }
  }

  async #hasRows(parent: Parent): Promise<boolean> {
    const { database, entity } = this.#looking
    const of = rowsOfParent(entity, this.#plan.resource, parent)
    return (await liveKeys(database, this.#plan, of).next()).done !== true
  }

  #compare(
    rows: readonly ConvertedRecord[],
    partial: ReadonlySet<string>,
  ): Promise<readonly ComparedResourceRow[]> {
    return compareResourceRows(this.#looking.database, this.#plan, rows, partial)
  }

  /** Null for a row that differs only in what HubSpot counts on. */
  #judge({ row, state, columns }: ComparedResourceRow): Difference | null {
    const { id } = row
    const isNewer = this.#watermarkMs !== null && newestTimeOf(this.#plan, row) > this.#watermarkMs
    if (state === 'deleted') return { id, kind: 'missing', reason: 'restored' }
    if (state === 'absent') {
      return { id, kind: 'missing', reason: isNewer ? 'created_since' : 'never_seen' }
    }
    if (columns.every((column) => this.#statistics.has(column))) {
      this.#recounted += 1
      return null
    }
    return { id, kind: 'value', reason: isNewer ? 'changed_since' : 'unexplained', columns }
  }

  #report(differences: readonly Difference[]): void {
    if (differences.length > 0) this.#found.addAll({ differences, unread: [] })
  }

  /** Live rows of this parent that HubSpot did not send, even when it was asked a second time. */
  async #findExtra(parent: Parent, seen: KeySet): Promise<void> {
    const { database, entity } = this.#looking
    const { resource } = this.#plan
    const of = rowsOfParent(entity, resource, parent)
    const suspects = new KeySet()
    for await (const key of liveKeys(database, this.#plan, of)) {
      if (!seen.has(key)) suspects.add(key)
    }
    if (suspects.size === 0) return
    for (const chain of this.#reader.chains(parent)) {
      for await (const { rows } of chain.pages(() => false)) for (const { id } of rows) seen.add(id)
    }
    for await (const id of liveKeys(database, this.#plan, of)) {
      if (suspects.has(id) && !seen.has(id)) this.#report([extra(id)])
    }
  }

  /** Live rows of parents that HubSpot does not have. */
  async #findParentless(parents: KeySet): Promise<void> {
    const { database, entity } = this.#looking
    const { resource } = this.#plan
    const links = parentTable(entity, resource)?.links
    if (links === undefined || resource.deletes === 'never') return
    const stored = await storedParents(database, this.#plan, links)
    const suspects = stored.filter(({ key }) => !parents.has(key))
    if (suspects.length + this.#refused.size === 0) return
    for await (const { key } of this.#reader.parents()) {
      parents.add(key)
      // One that was deleted since is no longer listed.
      const refusal = this.#refused.get(key)
      if (refusal !== undefined) this.#left.set(key, refusal)
    }
    for (const { key, at } of suspects) {
      if (parents.has(key)) continue
      const of = Object.fromEntries(links.map((name, place) => [name, at[place] ?? null]))
      for await (const id of liveKeys(database, this.#plan, of)) this.#report([extra(id)])
    }
  }

  /** Rows of a child table without their row. */
  async #findOrphans(child: PlannedTable): Promise<void> {
    const ids = await findOrphans(this.#looking.database, this.#plan, child)
    this.#report(ids.map((id) => ({ ...extra(id), columns: [child.table.name] })))
  }
}

function extra(id: string): Difference {
  return { id, kind: 'extra', reason: 'purged' }
}

function isDifferent({ state, columns }: ComparedResourceRow): boolean {
  return state !== 'live' || columns.length > 0
}

function firstOfEach(rows: readonly ConvertedRecord[]): readonly ConvertedRecord[] {
  return [...new Map(rows.toReversed().map((row) => [row.id, row])).values()].toReversed()
}

/** The newest time in the row, in ms; 0 if it has none. */
function newestTimeOf({ own }: ResourcePlan, { json }: ConvertedRecord): number {
  const values = readRow(json)
  const times = own.columns.filter(({ codec }) => codec.type === 'timestamptz')
  return Math.max(0, ...times.map(({ key }) => Date.parse(String(values[key] ?? 0)) || 0))
}
