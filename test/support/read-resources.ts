/**
 * Reads the resources that are named, all at the same time, with the portal and the database of the environment, and
 * prints a line for each that ends. Waits of the rate limit take no time.
 */
import { createRateLimiter } from '../../runtime/hubspot/limits/rate-limiter.ts'
import { syncEntity } from '../../runtime/sync/sync-entity.ts'
import { createInstantClock } from './hubspot/instant-clock.ts'
import { resourceEntity } from './resource-entity.ts'

const clock = createInstantClock()
const connect = { clock, rateLimiter: createRateLimiter(clock) }

await Promise.all(
  process.argv.slice(2).map(async (name) => {
    const { outcome, error } = await syncEntity(resourceEntity(name), { connect, batchRows: 40 })
    process.stdout.write(`${name} ${outcome} ${error?.message ?? ''}\n`)
  }),
)
process.exit(0)
