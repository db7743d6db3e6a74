import type { Entity } from '../../../runtime/entity.ts'
import { loadEnvironment } from '../../../runtime/environment.ts'
import { connectHubSpot } from '../../../runtime/hubspot/client/client.ts'
import { readHubSpotSettings } from '../../../runtime/hubspot/client/settings.ts'
import type { Database } from '../../../runtime/postgres/connection/database.ts'
import type { PortalWatch } from '../../../runtime/sync/portal-watch.ts'
import type { SyncOptions } from '../../../runtime/sync/sync-options.ts'
import type { TerminalSync } from '../../../runtime/terminal/sync-in-terminal.ts'
import type { SyncRequest } from './sync-request.ts'

/** A round in which HubSpot had nothing new. */
export interface QuietRound {
  readonly calls: number
}

/** False with options that make each run read more than what is new. */
export function mayBeQuiet({ options: { full, audit } }: SyncRequest): boolean {
  return full !== true && audit !== true
}

/** Asks HubSpot alone; null if there is something to do, or that is not known. */
export async function lookForNews(
  watch: PortalWatch,
  { signal, connect }: Pick<SyncOptions, 'signal' | 'connect'>,
): Promise<QuietRound | null> {
  const directory = process.cwd()
  try {
    const settings = readHubSpotSettings(loadEnvironment(directory), directory)
    const hubspot = connectHubSpot(settings, {
      ...connect,
      ...(signal !== undefined && { signal }),
    })
    return (await watch.look(hubspot, connect?.budget ? 'few' : 'enough')) === 'quiet'
      ? { calls: hubspot.calls }
      : null
  } catch {
    // The runs of this round meet the same error and report it.
    return null
  }
}

/** `runs` in the order of `entities`, of which the last may not have begun. */
export async function rememberRuns(
  watch: PortalWatch,
  database: Database,
  entities: readonly Entity[],
  runs: readonly TerminalSync[],
): Promise<void> {
  await watch.remember(
    database,
    runs.map(({ report }, index) => ({ entity: entities[index]?.name ?? '', report })),
  )
}
