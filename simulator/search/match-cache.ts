import type { ChangeLog } from '../change-log.ts'
import type { MatchList } from './match-list.ts'

/** Enough for the searches of a few readers side by side; each holds at most 10,000 records' handles. */
const mostLists = 8

/** Keeps what recent searches found, so that page 40 need not find pages 1 to 39 again. */
export class MatchCache {
  readonly #changes: ChangeLog
  readonly #lists = new Map<string, MatchList>()
  #version = -1

  constructor(changes: ChangeLog) {
    this.#changes = changes
  }

  /** Forgets everything when the store has changed; keeps nothing while search lags. */
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
