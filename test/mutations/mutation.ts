import type { Boundary } from '../boundaries/run-to-boundary.ts'

/** One error that an engine can have, as a change of its source, and the runs that must show it. */
export interface Mutation {
  /** The misbehavior of the broken engine. */
  readonly name: string
  /** From the root of the repository. */
  readonly file: string
  /** Occurs in the file exactly once. */
  readonly find: string
  readonly replace: string
  readonly scenario: string
  /**
   * Boundaries at which the scenario's run ends, one after another until the judge notices; `none`: an
   * undisturbed run shows it.
   */
  readonly at: 'none' | 'anywhere' | readonly Boundary[]
}

/** The source with the change; throws if the source is not the one that the mutation was written for. */
export function mutate(
  source: string,
  { name, file, find, replace }: Pick<Mutation, 'name' | 'file' | 'find' | 'replace'>,
): string {
  const parts = source.split(find)
  if (parts.length === 2) return parts.join(replace)
  const found = parts.length === 1 ? 'no longer stands in' : `stands ${parts.length - 1} times in`
  throw new Error(
    `mutation "${name}": what it changes ${found} ${file}; rewrite it for the present code`,
  )
}
