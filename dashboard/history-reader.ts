import type { CopyStatus, EntityStatus } from '../runtime/monitoring/copy-status.ts'
import { historyBounds } from '../runtime/monitoring/history-bounds.ts'
import { type HistoryPoint, pointsOf } from '../runtime/monitoring/history-days.ts'
import { type RunHistory, readRunHistory } from '../runtime/monitoring/read-run-history.ts'
import type { Database } from '../runtime/postgres/connection/database.ts'

interface Kept {
  readonly key: string
  readonly history: Promise<RunHistory>
}

/**
 * The last 30 days of each entity. A status already says whether a run began or ended, so the runs of an entity
 * are read again only then, and when a day ends; an idle page costs no query.
 */
export class HistoryReader {
  readonly #database: Database
  readonly #kept = new Map<string, Kept>()
  #bounds: { readonly key: string; readonly bounds: readonly Date[] } | null = null

  constructor(database: Database) {
    this.#database = database
  }

  /** By entity name. */
  async read(status: CopyStatus): Promise<ReadonlyMap<string, readonly HistoryPoint[]>> {
    const { entities, at: now, api } = status
    const day = `${api.timeZone} ${api.since.getTime()}`
    if (this.#bounds?.key !== day) {
      this.#bounds = { key: day, bounds: historyBounds(api.timeZone, now) }
    }
    const { bounds } = this.#bounds
    const changed = entities.filter((one) => this.#kept.get(one.entity)?.key !== keyOf(one, day))
    if (changed.length > 0) this.#readAgain(changed, { day, bounds })
    const found = entities.map(async ({ entity, rows }) => {
      const history = await this.#kept.get(entity)?.history
      const present = { now, rows: rows?.live ?? null }
      return [entity, history === undefined ? [] : pointsOf(history, present)] as const
    })
    return new Map(await Promise.all(found))
  }

  #readAgain(
    entities: readonly EntityStatus[],
    { day, bounds }: { readonly day: string; readonly bounds: readonly Date[] },
  ): void {
    const names = entities.map(({ entity }) => entity)
    const reading = readRunHistory(this.#database, names, bounds)
    for (const one of entities) {
      const history = reading.then((histories) => {
        const found = histories.get(one.entity)
        if (found === undefined) throw new Error(`${one.entity} has no history`)
        return found
      })
      const kept = { key: keyOf(one, day), history }
      this.#kept.set(one.entity, kept)
      // Callers that wait get the error; the next one tries again.
      history.catch(() => {
        if (this.#kept.get(one.entity) === kept) this.#kept.delete(one.entity)
      })
    }
  }
}

function keyOf({ lastRun, running }: EntityStatus, day: string): string {
  return `${day} ${lastRun?.id} ${lastRun?.outcome} ${running?.id}`
}
