import type { Environment } from '../../../runtime/environment.ts'
import { HubgenError } from '../../../runtime/errors.ts'
import {
  readDatabaseSettings,
  type ServerSettings,
} from '../../../runtime/postgres/connection/settings.ts'
import type { PortalsFile } from '../../config/read-portals-file.ts'
import { searchedEnvironment } from './portal-environment.ts'
import { readSecret } from './portal-secrets.ts'

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
  const settings = readNamed(queueFrom, url)
  if (settings.kind === 'server') return settings
  throw new HubgenError('QUEUE_NOT_SET', `${queueFrom} is no URL`, { at: path })
}

/** Errors name the variable that the file names. */
function readNamed(name: string, url: string) {
  try {
    return readDatabaseSettings({ DATABASE_URL: url }, '')
  } catch (error) {
    if (!(error instanceof HubgenError)) throw error
    const named = (text: string | undefined) => text?.replaceAll('DATABASE_URL', name)
    throw new HubgenError(error.code, named(error.message) ?? '', {
      at: named(error.at),
      fix: named(error.fix),
    })
  }
}

/** The portals of a file in the order and shape in which the queue takes them. */
export function queuedPortals({ portals }: PortalsFile) {
  return [...portals.values()].map(({ name, schedule }) => ({ name, schedule }))
}
