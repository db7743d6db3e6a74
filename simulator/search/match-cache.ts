import type { ChangeLog } from '../change-log.ts'
import type { MatchList } from './match-list.ts'

/** Enough for the searches of a few parallel readers; each list holds at most 10,000 record handles. */
const mostLists = 8

/** Caches the results of recent searches, so that page 40 does not find pages 1 to 39 again. */
export class MatchCache {
  readonly #changes: ChangeLog
  readonly #lists = new Map<string, MatchList>()
  #version = -1

  constructor(changes: ChangeLog) {
    this.#changes = changes
  }

  /** Clears the cache when the store has changed; caches nothing while search lags. */
  find(key: string, find: () => MatchList): MatchList {
    if (this.#changes.lag !== undefined) return find()
    if (this.#version !== this.#changes.recordsVersion) this.#lists.clear()
    this.#version = this.#changes.recordsVersion
    const known = this.#lists.get(key) ?? find()
    this.#lists.delete(key)
    this.#lists.set(key, known)
    const [oldest] = this.#lists.keys()
    if (this.#lists.size > mostLists && oldest !== undefined) this.#lists.delete(oldest)
    return known
  }
}
