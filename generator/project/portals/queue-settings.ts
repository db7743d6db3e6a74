import type { Environment } from '../../../runtime/environment.ts'
import { HubgenError } from '../../../runtime/errors.ts'
import type { ServerSettings } from '../../../runtime/postgres/connection/settings.ts'
import { queueSchema } from '../../../runtime/queue/queue-schema.ts'
import type { PortalsFile } from '../../config/read-portals-file.ts'
import { searchedEnvironment } from './portal-environment.ts'
import { readSecret } from './portal-secrets.ts'
import { readNamedDatabase } from './read-named-database.ts'

/** The database of the queue. Fails with QUEUE_NOT_SET if the file names none, and with SECRET_MISSING. */
export function queueSettings(file: PortalsFile, environment: Environment): ServerSettings {
  const { queueFrom, path } = file
  if (queueFrom === null) {
    throw new HubgenError('QUEUE_NOT_SET', 'the portals file names no queue', {
      at: path,
      fix: "add `queueFrom: 'HUBGEN_QUEUE_URL'`, and set that variable to the URL of a Postgres database; docs/workers.md",
    })
  }
  const searched = searchedEnvironment(file, environment)
  const url = readSecret(file, queueFrom, searched, 'the database of the queue')
  const tables = { schema: queueSchema, madeBy: 'hubgen portals apply' }
  return { ...readNamedDatabase(queueFrom, url), tables }
}

/** The portals of a file in the order and shape in which the queue takes them. */
export function queuedPortals({ portals }: PortalsFile) {
  return [...portals.values()].map(({ name, schedule }) => ({ name, schedule }))
}
