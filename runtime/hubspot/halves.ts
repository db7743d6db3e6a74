import { HubSpotError } from './client/hubspot-error.ts'

/** HubSpot ran into its time limit; a smaller request may succeed. */
export function isTooHeavy(error: unknown): error is HubSpotError {
  return error instanceof HubSpotError && [504, 524].includes(error.status ?? 0)
}

/** HubSpot accepts fewer items per request. */
export function isTooLarge(error: unknown): error is HubSpotError {
  if (!(error instanceof HubSpotError)) return false
  if (error.status === 413) return true
  return error.status === 400 && sizeWords.test(error.said)
}

const sizeWords =
  /\b(?:batch size|maximum|limit(?:ed)?|at most|no more than|too (?:many|large)|exceed\w*)\b/i

/** Limits the time lost if an outage begins during bisection. */
const mostFailuresInARow = 30

/**
 * Requests items together. If HubSpot fails for all of them (5xx), refuses them (400, 404, 422) or accepts
 * fewer at a time, bisects them down to single failing items, which are passed to `refuse`. A failure that
 * also occurs for other single items is an outage or a refusal of the call itself: it is thrown, like any
 * other error.
 */
export async function askByHalves<T>(
  items: readonly T[],
  ask: (items: readonly T[]) => Promise<void>,
  refuse: (item: T, error: HubSpotError) => void,
): Promise<void> {
  await new Halving(ask, refuse).ask(items)
}

class Halving<T> {
  readonly #ask: (items: readonly T[]) => Promise<void>
  readonly #refuse: (item: T, error: HubSpotError) => void
  #answered = false
  #failures = 0

  constructor(
    ask: (items: readonly T[]) => Promise<void>,
    refuse: (item: T, error: HubSpotError) => void,
  ) {
    this.#ask = ask
    this.#refuse = refuse
  }

  async ask(items: readonly T[]): Promise<void> {
    const error = await this.#try(items)
    const [only] = items
    if (error === null || only === undefined) return
    if (items.length === 1) {
      // Nothing to compare with: a 404 is more likely about the address, other statuses about the item.
      if (error.status === 404) throw error
      this.#refuse(only, error)
      return
    }
    const rest = isTooHeavy(error) || isTooLarge(error) ? items : await this.#probe(items, error)
    await this.#askHalves(rest, error)
  }

  /** Requests some items alone, which must not all fail; returns the remaining items. */
  async #probe(items: readonly T[], whole: HubSpotError): Promise<readonly T[]> {
    const places = [0, items.length - 1, Math.floor(items.length / 2)]
    const asked = new Map<T, HubSpotError | null>()
    for (const place of places) {
      const item = items[place]
      if (this.#answered || item === undefined || asked.has(item)) continue
      asked.set(item, await this.#try([item]))
    }
    if (!this.#answered) throw whole
    for (const [item, error] of asked) if (error !== null) this.#refuse(item, error)
    return items.filter((item) => !asked.has(item))
  }

  async #askHalves(items: readonly T[], whole: HubSpotError): Promise<void> {
    const half = Math.ceil(items.length / 2)
    for (const part of [items.slice(0, half), items.slice(half)]) {
      const error = part.length === 0 ? null : await this.#try(part)
      if (error === null) continue
      const [only] = part
      if (this.#failures > mostFailuresInARow) throw whole
      if (part.length > 1) await this.#askHalves(part, whole)
      else if (only !== undefined) {
        if (!this.#answered) await this.#probe(items, whole)
        this.#refuse(only, error)
      }
    }
  }

  /** Null on success. */
  async #try(items: readonly T[]): Promise<HubSpotError | null> {
    try {
      await this.#ask(items)
      this.#answered = true
      this.#failures = 0
      return null
    } catch (error) {
      if (!isAboutItems(error)) throw error
      this.#failures += 1
      return error
    }
  }
}

function isAboutItems(error: unknown): error is HubSpotError {
  if (!(error instanceof HubSpotError)) return false
  const status = error.status ?? 0
  // A success that still lacks its answer after retries is also HubSpot's failure.
  return status >= 500 || isTooLarge(error) || [200, 207, 400, 404, 422, 423].includes(status)
}
