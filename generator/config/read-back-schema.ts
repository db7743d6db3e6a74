import { z } from 'zod'
import { secondsOf } from './quality-schema.ts'

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

function notTime({ input }: { readonly input?: unknown }): string {
  return `takes a time from \`1m\` to \`26h\`, such as \`15m\`, found \`${JSON.stringify(input)}\``
}
