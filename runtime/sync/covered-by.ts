import type { Entity } from '../entity.ts'
import type { CoveredPass } from '../postgres/state/pass-state.ts'
import type { Pass, PassContext } from './pass.ts'
import { passesOf } from './passes.ts'

/** What another pass need not read once this one is completed. */
export function coveredBy(
  pass: Pass,
  entity: Entity,
  { begunAt, startedAt }: PassContext,
): readonly CoveredPass[] {
  const covered = [...(pass.covers ?? []), ...(begunAt < startedAt ? [] : (pass.coversWhole ?? []))]
  return passesOf(entity)
    .filter(({ name }) => covered.includes(name))
    .map((one) => ({ pass: one.name, reads: one.reads?.(entity, []) ?? null }))
}
