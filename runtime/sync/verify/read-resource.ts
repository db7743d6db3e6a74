import { asObject } from '../../hubspot/client/answer-body.ts'
import { HubSpotError } from '../../hubspot/client/hubspot-error.ts'
import { prefetch } from '../../hubspot/concurrency/prefetch.ts'
import { requestPages, textOf } from '../../hubspot/resource-page.ts'
import { planResource, type ResourcePlan } from '../../postgres/load/resource-plan.ts'
import type { ResourceParent, ResourceVersion } from '../../resources/resource.ts'
import { findResource } from '../../resources/resources.ts'
import type { ConvertedRecord } from '../../values/row.ts'
import { detailsTogether, findDetail } from '../resources/add-details.ts'
import { columnText, convertRow, type ParentColumns } from '../resources/convert-row.ts'
import { boundOf, dueParents, noParent, type Parent } from '../resources/find-parents.ts'
import { stepsOf } from '../resources/read-steps.ts'
import type { Copy } from './compare-ids.ts'

/** One chain of pages; it can be read more than once. */
export interface ReadChain {
  /** `wantsDetail`: whether a call is made for the details of this row, if it has any. */
  pages(wantsDetail: (id: string) => boolean): AsyncGenerator<ReadRows>
}

export interface ReadRows {
  readonly rows: readonly ConvertedRecord[]
  /** The ids of rows that lack the fields of their details. */
  readonly partial: ReadonlySet<string>
  /** Rows without a usable key were left out. */
  readonly lost: boolean
}

const everything = { isWhole: true, isThorough: true, since: null } as const

/** Reads all that HubSpot has of a resource; what a sync has read before does not matter. */
export class ResourceReader {
  readonly #copy: Copy
  readonly #plan: ResourcePlan
  readonly #begunAt: Date
  /** The version that HubSpot has answered. */
  #version: ResourceVersion | null = null

  constructor(copy: Copy, plan: ResourcePlan, begunAt: Date) {
    this.#copy = copy
    this.#plan = plan
    this.#begunAt = begunAt
  }

  /** The parents that HubSpot has now; one that stands for all if rows have none. */
  async *parents(): AsyncGenerator<Parent> {
    const { resource } = this.#plan
    const { parent } = resource
    if (parent === undefined) yield noParent
    else if ('resource' in parent) yield* this.#parentsOf(parent)
    else {
      const { entity, database } = this.#copy
      yield* dueParents(database, entity, resource, { begunAt: this.#begunAt, all: true })
    }
  }

  async *#parentsOf(parent: ResourceParent): AsyncGenerator<Parent> {
    const above = findResource(parent.resource)
    if (above === undefined) throw new Error(`no resource \`${parent.resource}\``)
    const plan = planResource({ ...this.#copy.entity, name: above.name }, above)
    const reader = new ResourceReader(this.#copy, plan, this.#begunAt)
    for (const chain of reader.chains(noParent)) {
      for await (const { rows } of chain.pages(() => false)) {
        for (const row of rows) {
          const columns = columnsOf(plan, row)
          if (isWanted(parent, columns)) yield { key: row.id, columns, changed: null }
        }
      }
    }
  }

  /** Those of one parent; of a key that several have, the first row counts. */
  chains(parent: Parent): readonly ReadChain[] {
    const { resource } = this.#plan
    const [first] = resource.versions
    if (first === undefined) return []
    return stepsOf(resource, first, everything, this.#begunAt).map((_, step) => ({
      pages: (wantsDetail) => this.#pagesOf(parent, step, wantsDetail),
    }))
  }

  async *#pagesOf(
    parent: Parent,
    step: number,
    wantsDetail: (id: string) => boolean,
  ): AsyncGenerator<ReadRows> {
    const known = this.#version
    const versions = known === null ? this.#plan.resource.versions : [known]
    for (const [place, version] of versions.entries()) {
      try {
        yield* prefetch(this.#readChain(version, parent, step, wantsDetail))
        return
      } catch (error) {
        // A version that this portal lacks; if all are missing, the answer is about the parent.
        const isMissing = error instanceof HubSpotError && error.status === 404
        if (!isMissing || this.#version !== null || place === versions.length - 1) throw error
      }
    }
  }

  async *#readChain(
    version: ResourceVersion,
    parent: Parent,
    step: number,
    wantsDetail: (id: string) => boolean,
  ): AsyncGenerator<ReadRows> {
    const { resource } = this.#plan
    const { hubspot } = this.#copy
    const { parameters = {} } = stepsOf(resource, version, everything, this.#begunAt)[step] ?? {}
    const bound = boundOf(resource, parent.columns)
    const columns = { ...parent.columns, ...textOf(parameters) }
    for await (const { items } of requestPages(hubspot, { version, bound, parameters })) {
      this.#version = version
      const partial = new Set<string>()
      const found = items.map((item) => ({ item, row: this.#convert(item, columns) }))
      const rows: ConvertedRecord[] = []
      for (let from = 0; from < found.length; from += detailsTogether) {
        const some = found.slice(from, from + detailsTogether).map(async ({ item, row }) => {
          if (row === null || version.detail === undefined) return row
          const detail = wantsDetail(row.id)
            ? await findDetail(hubspot, version.detail.path, this.#plan, row)
            : null
          if (detail === null) partial.add(row.id)
          return detail === null
            ? row
            : this.#convert({ ...asObject(item), ...asObject(detail) }, columns)
        })
        rows.push(...(await Promise.all(some)).filter((row) => row !== null))
      }
      yield { rows, partial, lost: rows.length < items.length }
    }
  }

  #convert(item: unknown, parent: ParentColumns): ConvertedRecord | null {
    const readAt = this.#begunAt.toISOString()
    return convertRow(this.#plan, { item, parent, foundUnder: '', step: 0, readAt }).row
  }
}

function columnsOf(plan: ResourcePlan, row: ConvertedRecord): ParentColumns {
  const names = plan.own.columns.filter(({ codec }) => codec.type !== 'jsonb')
  return Object.fromEntries(
    names.map(({ column }) => [column, columnText(plan, row, column) ?? null]),
  )
}

function isWanted({ when = {}, unless = {} }: ResourceParent, columns: ParentColumns): boolean {
  const has = ([name, values]: readonly [string, readonly string[]]) =>
    values.includes(columns[name] ?? '')
  return Object.entries(when).every(has) && !Object.entries(unless).some(has)
}
