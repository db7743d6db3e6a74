import type { Context } from '../context.ts'
import type { Answer } from './answer.ts'
import type { Call } from './call.ts'
import { readPath } from './paths.ts'
import { noSuchPage, Refusal } from './refusal.ts'

/** An operation of the API. */
export interface Route {
  /** Stable, because faults and counters refer to it. */
  readonly name: string
  readonly method: string
  /** Path without its version; `:name` matches any segment. */
  readonly pattern: string
  /** API versions that have it; `['']` for a path without version. */
  readonly versions: readonly string[]
  /** `search` has a separate budget and sends no rate headers; `free` costs nothing and needs no token. */
  readonly budget?: 'search' | 'free'
  answer(call: Call, context: Context): Answer
}

export interface Match {
  readonly route: Route
  readonly version: string
  readonly parameters: Readonly<Record<string, string>>
}

interface CompiledRoute {
  readonly route: Route
  readonly segments: readonly string[]
}

/** Finds the route of a request; a fixed segment takes precedence over a parameter. */
export class Router {
  readonly #byLength = new Map<number, CompiledRoute[]>()

  constructor(routes: readonly Route[]) {
    const compiled = routes.map((route) => ({ route, segments: route.pattern.split('/') }))
    for (const entry of compiled) {
      const ofLength = this.#byLength.get(entry.segments.length) ?? []
      this.#byLength.set(entry.segments.length, ofLength)
      ofLength.push(entry)
    }
    for (const entries of this.#byLength.values()) {
      entries.sort((left, right) => parameterCount(left) - parameterCount(right))
    }
  }

  /** Throws a Refusal: 404 for an unknown path, 405 for a wrong method. */
  find(method: string, path: string): Match {
    const versioned = readPath(path)
    if (versioned === undefined) throw noSuchPage()
    const { segments, version } = versioned
    const allowed: string[] = []
    for (const { route, segments: pattern } of this.#byLength.get(segments.length) ?? []) {
      if (!route.versions.includes(version)) continue
      const parameters = matchSegments(pattern, segments)
      if (parameters === undefined) continue
      if (route.method === method) return { route, version, parameters }
      allowed.push(route.method)
    }
    if (allowed.length === 0) throw noSuchPage()
    throw new Refusal(405, undefined, { Allow: [...new Set(allowed)].join(', ') })
  }
}

function parameterCount(entry: CompiledRoute): number {
  return entry.segments.filter((segment) => segment.startsWith(':')).length
}

function matchSegments(
  pattern: readonly string[],
  segments: readonly string[],
): Record<string, string> | undefined {
  const parameters: Record<string, string> = {}
  for (const [index, expected] of pattern.entries()) {
    const found = segments[index] ?? ''
    if (expected.startsWith(':')) parameters[expected.slice(1)] = found
    else if (expected !== found) return undefined
  }
  return parameters
}
