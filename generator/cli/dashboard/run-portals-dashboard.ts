import { styleText } from 'node:util'
import { servePortals } from '../../../dashboard/serve-dashboard.ts'
import { loadEnvironment } from '../../../runtime/environment.ts'
import { HubgenError } from '../../../runtime/errors.ts'
import { type Database, openDatabase } from '../../../runtime/postgres/connection/database.ts'
import { connectQueue } from '../../../runtime/queue/connect-queue.ts'
import { checkQueue } from '../../../runtime/queue/queue-schema.ts'
import { type QueueState, readQueue } from '../../../runtime/queue/read-queue.ts'
import { print } from '../../../runtime/terminal/print.ts'
import { reportFailure } from '../../../runtime/terminal/report-failure.ts'
import { countOf } from '../../../runtime/words/numbers-as-text.ts'
import { type PortalsFile, readPortalsFile } from '../../config/read-portals-file.ts'
import { findPortal } from '../../project/portals/find-portal.ts'
import { queuedPortals, queueSettings } from '../../project/portals/queue-settings.ts'
import { steerPortal } from '../portals/steer-portal.ts'
import { waitForSignal } from '../wait-for-signal.ts'
import { PortalProcesses } from './portal-processes.ts'

interface PortalsDashboardRequest {
  readonly host: string
  readonly port: number
  readonly basePath: string
  readonly format: 'json' | 'text'
}

/** Serves the page of all portals, and the pages of each below it, until Ctrl-C. */
export async function runPortalsDashboard(
  path: string,
  { host, port, basePath, format }: PortalsDashboardRequest,
): Promise<void> {
  const file = await readPortalsFile(path)
  const say = (line: string) => {
    if (format === 'text') print(line)
  }
  const stopped = waitForSignal()
  const environment = loadEnvironment(file.directory)
  await using processes = new PortalProcesses(file)
  await using queue = new LazyQueue(file)
  await using dashboard = await servePortals({
    host,
    port,
    basePath,
    token: environment['HUBGEN_DASHBOARD_TOKEN']?.trim() || null,
    portals: [...file.portals.values()],
    readQueue: () => queue.read(),
    steer:
      file.queueFrom === null
        ? null
        : async (name, action) => {
            await using opened = await connectQueue(queueSettings(file, process.env), 'asking')
            await steerPortal(opened, findPortal(file, name), action)
          },
    openPages: (name) => processes.open(findPortal(file, name)),
    onError: (error) => {
      if (!(error instanceof HubgenError)) reportFailure(error)
    },
  })
  if (format === 'json') {
    process.stdout.write(`${JSON.stringify({ event: 'started', url: dashboard.url })}\n`)
  }
  say(`\n${countOf(file.portals.size, 'portal')}: open`)
  say(`\n  ${styleText('bold', `${dashboard.url}/portals`)}\n`)
  say('Ctrl-C stops it; runs that were started from it continue.')
  await stopped
  say('\nStopped. `hubgen portals` shows the rounds.')
}

/** The database of the queue, opened when it is asked for the first time. */
class LazyQueue implements AsyncDisposable {
  readonly #file: PortalsFile
  #opening: Promise<Database> | null = null

  constructor(file: PortalsFile) {
    this.#file = file
  }

  async read(): Promise<QueueState | null> {
    if (this.#file.queueFrom === null) return null
    this.#opening ??= openQueue(this.#file)
    const database = await this.#opening.catch((error: unknown) => {
      // The next reading tries again.
      this.#opening = null
      throw error
    })
    return await readQueue(database, queuedPortals(this.#file))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#opening?.then(
      (database) => database.close(),
      () => {},
    )
  }
}

async function openQueue(file: PortalsFile): Promise<Database> {
  const database = await openDatabase(queueSettings(file, process.env))
  try {
    await checkQueue(database)
    return database
  } catch (error) {
    await database.close()
    throw error
  }
}
