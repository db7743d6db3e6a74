import type { Entity } from '../../entity.ts'
import type { Database } from '../../postgres/connection/database.ts'
import { readPassStates } from '../../postgres/state/pass-state.ts'

/** When the parts of a copy were read; null if never completely. */
export interface ReadTimes {
  /** Changes made in HubSpot up to this time should be in the table. */
  readonly stampedMs: number | null
  /** For calculated columns. */
  readonly calculatedMs: number | null
  /** Age of the last complete read of links, by name of their table without its schema. */
  readonly linkAgesMs: ReadonlyMap<string, number>
}

const linkPass = 'associations:'

/** Requires the state tables. */
export async function readTimes(database: Database, entity: Entity): Promise<ReadTimes> {
  const states = (await readPassStates(database, [entity.name])).get(entity.name)
  const newestOf = (passes: readonly string[]) => {
    const times = passes.map((pass) => states?.get(pass)?.freshAsOf?.getTime() ?? 0)
    return Math.max(...times) || null
  }
  const linkAgesMs = new Map<string, number>()
  for (const [pass, { freshAsOf, begunAt, begunAgoMs }] of states ?? []) {
    if (!pass.startsWith(linkPass) || freshAsOf === null) continue
    // By the server's clock; this machine's clock does not matter.
    const ageMs = begunAgoMs + begunAt.getTime() - freshAsOf.getTime()
    linkAgesMs.set(pass.slice(linkPass.length), ageMs)
  }
  return {
    stampedMs: newestOf(['changes', 'records', 'rows']),
    calculatedMs: newestOf(['calculated', 'records']),
    linkAgesMs,
  }
}
