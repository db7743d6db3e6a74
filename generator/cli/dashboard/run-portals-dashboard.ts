import { styleText } from 'node:util'
import { servePortals } from '../../../dashboard/serve-dashboard.ts'
import { loadEnvironment } from '../../../runtime/environment.ts'
import { HubgenError } from '../../../runtime/errors.ts'
import { connectQueue } from '../../../runtime/queue/connect-queue.ts'
import { print } from '../../../runtime/terminal/print.ts'
import { reportFailure } from '../../../runtime/terminal/report-failure.ts'
import { countOf } from '../../../runtime/words/numbers-as-text.ts'
import { readPortalsFile } from '../../config/read-portals-file.ts'
import { findPortal } from '../../project/portals/find-portal.ts'
import { queuedPortals, queueSettings } from '../../project/portals/queue-settings.ts'
import { steerPortal } from '../portals/steer-portal.ts'
import { waitForSignal } from '../wait-for-signal.ts'
import { LazyQueue } from './lazy-queue.ts'
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
  const settings = () => queueSettings(file, process.env)
  await using queue = new LazyQueue(settings, queuedPortals(file))
  await using dashboard = await servePortals({
    host,
    port,
    basePath,
    token: environment['HUBGEN_DASHBOARD_TOKEN']?.trim() || null,
    portals: [...file.portals.values()],
    readQueue: async () => (file.queueFrom === null ? null : queue.read()),
    steer:
      file.queueFrom === null
        ? null
        : async (name, action) => {
            await using opened = await connectQueue(settings(), 'asking')
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
