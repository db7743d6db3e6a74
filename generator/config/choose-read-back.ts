import { type EntityNames, entriesOf } from './choose.ts'
import type { Config } from './read-config.ts'

/** The configured time that a sync of an entity searches back; per-entity settings override `*`. */
export function chooseReadBackMs(config: Config | null, names: EntityNames): number | undefined {
  const entries = entriesOf(config?.readBack, names)
  const [, seconds] = entries.find(([name]) => name !== '*') ?? entries[0] ?? []
  return seconds === undefined ? undefined : seconds * 1000
}
