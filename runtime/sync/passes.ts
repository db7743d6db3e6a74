import type { Entity } from '../entity.ts'
import type { Pass } from './pass.ts'
import { archived } from './passes/archived.ts'
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

/**
 * The passes of an entity's run, in the order in which they run: rows of records first, then what stands
 * beside them and looks at which of them changed; at last what judges all of it.
 */
export function passesOf(entity: Entity): readonly Pass[] {
  const { associations = [] } = entity
  return [
    records,
    changes,
    lookBack,
    archived,
    deletes,
    reconciliation,
    ...(entity.calculated?.length ? [calculated] : []),
    ...associations.flatMap(associationPasses),
    changedLinks,
    ...(entity.history === undefined ? [] : [history]),
    ...(entity.pipelines === undefined ? [] : [pipelines]),
    owners,
    audit,
  ]
}
