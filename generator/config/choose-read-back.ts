import { type EntityNames, entriesOf } from './choose.ts'
import type { Config } from './read-config.ts'

/** How far a sync of an entity searches back, by the configuration; what stands under its names wins over `*`. */
export function chooseReadBackMs(config: Config | null, names: EntityNames): number | undefined {
  const entries = entriesOf(config?.readBack, names)
  const [, seconds] = entries.find(([name]) => name !== '*') ?? entries[0] ?? []
  return seconds === undefined ? undefined : seconds * 1000
}
