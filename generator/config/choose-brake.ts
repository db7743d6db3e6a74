import { type EntityNames, entriesOf } from './choose.ts'
import type { DeletesSettings } from './deletes-schema.ts'
import type { Config } from './read-config.ts'

/**
 * How many rows of an entity a run may mark as deleted, by the configuration; `false`: as many as it likes,
 * undefined: nothing is said. What stands under its names wins over `*`, bound by bound.
 */
export function chooseBrake(config: Config | null, names: EntityNames): DeletesSettings['brake'] {
  // `*` first: what comes later wins.
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
