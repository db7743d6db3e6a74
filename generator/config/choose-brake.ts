import { type EntityNames, entriesOf } from './choose.ts'
import type { DeletesSettings } from './define-config.ts'
import type { Config } from './read-config.ts'

/**
 * The configured limit on rows of an entity that a run may mark as deleted; `false`: no limit, undefined: not
 * configured. Per-entity settings override `*`, one by one.
 */
export function chooseBrake(config: Config | null, names: EntityNames): DeletesSettings['brake'] {
  // `*` first: later entries override earlier ones.
  const entries = entriesOf(config?.deletes, names).toSorted(
    ([one], [other]) => Number(other === '*') - Number(one === '*'),
  )
  let chosen: DeletesSettings['brake']
  for (const [, { brake }] of entries) {
    if (brake === undefined) continue
    chosen = brake === false || !chosen ? brake : { ...chosen, ...brake }
  }
  return chosen
}
