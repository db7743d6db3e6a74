import { loadEnvironment } from '../../runtime/environment.ts'
import { connectHubSpot } from '../../runtime/hubspot/client/client.ts'
import { readHubSpotSettings } from '../../runtime/hubspot/client/settings.ts'
import type { Database } from '../../runtime/postgres/connection/database.ts'
import { planSync } from '../../runtime/sync/plan-sync.ts'
import { importEntity } from './import-entity.ts'

/** The cost of reading every record of an entity, without reading one; rejects with a HubgenError. */
export async function estimateFull(directory: string, name: string, database: Database) {
  const entity = await importEntity(directory, name)
  const settings = readHubSpotSettings(loadEnvironment(process.cwd()), process.cwd())
  const hubspot = connectHubSpot(settings)
  const { records, calls, seconds } = await planSync(entity, hubspot, database, { full: true })
  return { records, calls, seconds, daily: hubspot.dailyLimit }
}
