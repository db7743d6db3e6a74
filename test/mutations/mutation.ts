import type { Boundary } from '../boundaries/run-to-boundary.ts'

/** One thing that an engine can do wrong, as a change of its source, and where that must be noticed. */
export interface Mutation {
  /** The misbehavior of the broken engine. */
  readonly name: string
  /** From the root of the repository. */
  readonly file: string
  /** Stands in the file exactly once. */
  readonly find: string
  readonly replace: string
  readonly scenario: string
  /**
   * Where the run of the scenario ends, one after another until the judge notices; `none`: nowhere, a run to
   * which nothing happens shows it.
   */
  readonly at: 'none' | 'anywhere' | readonly Boundary[]
}

/** The source with the change in it; throws where it is not what the mutation was written for. */
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
