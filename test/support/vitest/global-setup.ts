import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { findEmbeddedBinaries } from '../../../runtime/postgres/server/embedded-binaries.ts'
import { buildPackage } from '../build-package.ts'
import { bundleHubgen } from '../bundle-hubgen.ts'
import { startOlderServer } from '../older-postgres.ts'
import { startTestServer, type TestServer } from '../test-server.ts'
import { openSharedResults } from './shared-results.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Superuser URL of the run's Postgres 18; tests use `createDatabase` of `postgres.ts`. */
    postgresUrl: string
    /** For `askShared`. */
    sharedResults: string
  }
}

/**
 * One Postgres 18 for the whole run; one Postgres 15, one built package and one bundle if a test asks for them. All are
 * removed at its end.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startTestServer(
    await findEmbeddedBinaries(),
    ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
    // Everything is in memory: processes of their own for reading only cost switches.
    { io_method: 'sync' },
  )
  project.provide('postgresUrl', server.url)
  let older: Promise<TestServer> | undefined
  const shared = await openSharedResults({
    async postgres15() {
      older = startOlderServer()
      return (await older).url
    },
    package: () => buildPackage(join(server.directory, 'package')),
    bundle: () => bundleHubgen(join(server.directory, 'bundle')),
  })
  project.provide('sharedResults', shared.url)
  return async () => {
    shared.close()
    const servers = [server, await older?.catch(() => undefined)]
    for (const one of servers) {
      await one?.stop()
      // A process that just ends may still write to its compile cache.
      const options = { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }
      if (one !== undefined) await rm(one.directory, options)
    }
  }
}
