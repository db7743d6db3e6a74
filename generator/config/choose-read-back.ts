import { z } from 'zod'
import { type EntityNames, entriesOf } from './choose.ts'
import { secondsOf } from './quality-schema.ts'
import type { Config } from './read-config.ts'

/** HubSpot's index is known to be some seconds late. */
const leastSeconds = 60
/** What the daily look back goes through in any case. */
const mostSeconds = 26 * 3_600

/** A time of `readBack`; in seconds. */
export const readBackSchema = z
  .string({ error: notTime })
  .refine((text) => secondsOf(text) >= leastSeconds && secondsOf(text) <= mostSeconds, {
    error: notTime,
  })
  .transform(secondsOf)

/** How far a sync of an entity searches back, by the configuration; what stands under its names wins over `*`. */
export function chooseReadBackMs(config: Config | null, names: EntityNames): number | undefined {
  const entries = entriesOf(config?.readBack, names)
  const [, seconds] = entries.find(([name]) => name !== '*') ?? entries[0] ?? []
  return seconds === undefined ? undefined : seconds * 1000
}

function notTime({ input }: { readonly input?: unknown }): string {
  return `takes a time from \`1m\` to \`26h\`, such as \`15m\`, found \`${JSON.stringify(input)}\``
}
