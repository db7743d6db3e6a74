/** Counts the calls of each route since the start or the last `clear`, whatever their status. */
export class RequestCounters {
  #byRoute = new Map<string, number>()

  count(route: string): void {
    this.#byRoute.set(route, this.of(route) + 1)
  }

  /** Calls of one route by its name, e.g. `list`. */
  of(route: string): number {
    return this.#byRoute.get(route) ?? 0
  }

  /** Calls of HubSpot's API, without the simulator's own paths. */
  get total(): number {
    return this.#byRoute.values().reduce((sum, count) => sum + count, 0)
  }

  byRoute(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#byRoute)
  }

  clear(): void {
    this.#byRoute = new Map()
  }
}
