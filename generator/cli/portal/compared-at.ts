import type { Environment } from '../../../runtime/environment.ts'
import { HubgenError } from '../../../runtime/errors.ts'
import { readSummaries } from '../../../runtime/queue/portal-summary.ts'
import { openQueueDatabase } from '../../../runtime/queue/queue-schema.ts'
import type { Portal, PortalsFile } from '../../config/read-portals-file.ts'
import { queueSettings } from '../../project/portals/queue-settings.ts'

const comparedVariable = 'HUBGEN_COMPARED_AT'

/** The end of the portal's last slice that left nothing to read, for its process; a queue that does not answer knows none. */
export async function comparedVariables(
  file: PortalsFile,
  { name }: Portal,
): Promise<Record<string, string>> {
  if (file.queueFrom === null) return {}
  try {
    await using database = await openQueueDatabase(queueSettings(file, process.env))
    const { wholeAt = null } = (await readSummaries(database, [name])).get(name) ?? {}
    return wholeAt === null ? {} : { [comparedVariable]: wholeAt.toISOString() }
  } catch (error) {
    if (error instanceof HubgenError) return {}
    throw error
  }
}

export function readComparedAt(environment: Environment): Date | undefined {
  const ms = Date.parse(environment[comparedVariable] ?? '')
  return Number.isNaN(ms) ? undefined : new Date(ms)
}
