import type { Entity } from '../entity.ts'
import type { HubSpot } from '../hubspot/client/client.ts'
import { digestList, type ListedAt } from '../hubspot/list-digest.ts'
import { type Pass, stateNameOf } from './pass.ts'
import { passesOf } from './passes.ts'
import type { SyncReport } from './report.ts'

/** An answer, and when it was asked for. */
interface Known {
  readonly digest: string
  readonly askedMs: number
}

/** Lists of a pass by their address. */
type KnownLists = ReadonlyMap<string, Known>

/** The lists of each pass in plain values. */
export type ListMemory = readonly (readonly [string, readonly (readonly [string, Known])[]])[]

/** While rounds are no further apart, one list a round is enough to ask for each about once an hour. */
const oftenMs = 15 * 60_000

/**
 * Lists that passes read whole: owners, users, pipelines. An answer is known when a pass that began after it has
 * read the list; while HubSpot answers the same, the pass has nothing to do.
 */
export class ListLooks {
  readonly #entities: readonly Entity[]
  readonly #everyMs: number
  #known = new Map<string, KnownLists>()
  /** Answers from before the runs of this round. */
  #taken = new Map<string, KnownLists>()
  /** The entity whose run includes the pass, because several entities share it. */
  #takers = new Map<string, string>()

  constructor(entities: readonly Entity[], everyMs: number, memory: ListMemory = []) {
    this.#entities = entities
    this.#everyMs = everyMs
    for (const [key, lists] of memory) this.#known.set(key, new Map(lists))
  }

  memory(): ListMemory {
    return [...this.#known].map(([key, lists]) => [key, [...lists]])
  }

  /** Asks for the lists that the runs of this round will read. A list that HubSpot fails to answer stays unknown. */
  async takeBefore(hubspot: HubSpot, nowMs: number): Promise<void> {
    this.#taken = new Map()
    this.#takers = new Map()
    for (const [key, { pass, lists }] of this.#passes(hubspot)) {
      const known = [...(this.#known.get(key)?.values() ?? [])]
      const isRecent =
        known.length > 0 && known.every(({ askedMs }) => nowMs - askedMs < pass.everyMs)
      if (isRecent) continue
      const answers = new Map<string, Known>()
      for (const list of lists) {
        const digest = await digestList(hubspot, list).catch(() => null)
        if (digest !== null) answers.set(addressOf(list), { digest, askedMs: nowMs })
      }
      if (answers.size === lists.length) this.#taken.set(key, answers)
    }
  }

  /** Whether this entity's run includes the pass, due or not. */
  wants(pass: Pass, entity: Entity): boolean {
    const key = keyOf(pass, entity)
    if (!this.#taken.has(key)) return false
    const taker = this.#takers.get(key) ?? entity.name
    this.#takers.set(key, taker)
    return taker === entity.name
  }

  /** Keeps the answers of passes that completed. */
  keepAfter(reports: readonly SyncReport[]): void {
    for (const [key, answers] of this.#taken) {
      const report = reports.find(({ entity }) => entity === this.#takers.get(key))
      const pass = report?.passes.find(({ pass }) => key.endsWith(` ${pass}`))
      if (pass?.outcome === 'completed') this.#known.set(key, answers)
    }
    this.#taken = new Map()
  }

  isKnown(pass: Pass, entity: Entity): boolean {
    return this.#known.has(keyOf(pass, entity))
  }

  /**
   * Asks again for lists that were last asked for an interval of their pass ago. False if an answer is new. If rounds
   * are close together, a round that has made other calls than searches asks for none.
   */
  async areAsBefore(hubspot: HubSpot, nowMs: number, otherCalls: number): Promise<boolean> {
    let left = this.#everyMs <= oftenMs ? Math.max(0, 1 - otherCalls) : Number.POSITIVE_INFINITY
    for (const { key, pass, list, known } of this.#oldestFirst(hubspot)) {
      const askedMs = known.get(addressOf(list))?.askedMs ?? nowMs
      if (left === 0 || nowMs - askedMs < pass.everyMs) break
      left -= 1
      const digest = await digestList(hubspot, list)
      if (digest !== known.get(addressOf(list))?.digest) {
        this.#known.delete(key)
        return false
      }
      const current = this.#known.get(key) ?? known
      this.#known.set(key, new Map([...current, [addressOf(list), { digest, askedMs: nowMs }]]))
    }
    return true
  }

  #oldestFirst(hubspot: HubSpot) {
    return [...this.#passes(hubspot)]
      .flatMap(([key, { pass, lists }]) => {
        const known = this.#known.get(key)
        return known === undefined ? [] : lists.map((list) => ({ key, pass, list, known }))
      })
      .toSorted((one, other) => askedMsOf(one) - askedMsOf(other))
  }

  #passes(hubspot: HubSpot) {
    const found = new Map<string, { readonly pass: Pass; readonly lists: readonly ListedAt[] }>()
    for (const entity of this.#entities) {
      for (const pass of passesOf(entity)) {
        const lists = pass.lists?.(entity, hubspot.paths) ?? []
        if (lists.length > 0) found.set(keyOf(pass, entity), { pass, lists })
      }
    }
    return found
  }
}

function askedMsOf({
  list,
  known,
}: {
  readonly list: ListedAt
  readonly known: KnownLists
}): number {
  return known.get(addressOf(list))?.askedMs ?? 0
}

function keyOf(pass: Pass, entity: Entity): string {
  return `${stateNameOf(pass, entity)} ${pass.name}`
}

function addressOf({ path, query }: ListedAt): string {
  return `${path}?${new URLSearchParams(query)}`
}
