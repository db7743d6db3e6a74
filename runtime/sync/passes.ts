import { companionKinds } from '../companions.ts'
import type { CompanionFacts, CompanionKind, Entity } from '../entity.ts'
import type { CoveredPass } from '../postgres/state/pass-state.ts'
import { resourceOf } from '../resources/resources.ts'
import type { Pass, PassContext } from './pass.ts'
import { archived } from './passes/archived.ts'
import { archivedBefore } from './passes/archived-before.ts'
import { associationPasses } from './passes/associations.ts'
import { audit } from './passes/audit.ts'
import { calculated } from './passes/calculated.ts'
import { changedLinks } from './passes/changed-links.ts'
import { changes } from './passes/changes.ts'
import { deletes } from './passes/deletes.ts'
import { history } from './passes/history.ts'
import { lookBack } from './passes/look-back.ts'
import { owners } from './passes/owners.ts'
import { pipelines } from './passes/pipelines.ts'
import { reconciliation } from './passes/reconciliation.ts'
import { records } from './passes/records.ts'
import { resourcePass } from './resources/resource-pass.ts'

/** The passes that fill the companion tables of each kind. */
const COMPANION_PASSES: {
  readonly [Kind in CompanionKind]: (fact: CompanionFacts[Kind]) => readonly Pass[]
} = {
  // Links that the other end's entity fills also change with records of this entity.
  associations: (tables = []) => [...tables.flatMap(associationPasses), changedLinks],
  // The passes that read records also write merges.
  merges: () => [],
  history: (table) => (table === undefined ? [] : [history]),
  pipelines: (tables) => (tables === undefined ? [] : [pipelines]),
}

/**
 * The passes of an entity's run, in order: first the records, then the companion tables (which depend on
 * the changed records), then the passes that check the result.
 */
export function passesOf(entity: Entity): readonly Pass[] {
  const resource = resourceOf(entity)
  if (resource !== null) return [resourcePass(resource)]
  return [
    records,
    changes,
    lookBack,
    archived,
    archivedBefore,
    deletes,
    reconciliation,
    ...(entity.calculated?.length ? [calculated] : []),
    ...companionKinds.flatMap((kind) => companionPasses(kind, entity)),
    owners,
    audit,
  ]
}

function companionPasses<Kind extends CompanionKind>(kind: Kind, entity: Entity): readonly Pass[] {
  return COMPANION_PASSES[kind](entity[kind])
}

/** The passes that count as fresh once this one completes. */
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
