import { rm } from 'node:fs/promises'
import type { TestProject } from 'vitest/node'
import { findEmbeddedBinaries } from '../../runtime/postgres/server/embedded-binaries.ts'
import { openPostgresStarter } from './postgres15-starter.ts'
import { startTestServer } from './test-server.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Superuser URL of the run's Postgres 18; tests use `createDatabase` of `postgres.ts`. */
    postgresUrl: string
    /** Answers with the superuser URL of the run's Postgres 15; `startPostgres15` of `postgres.ts` asks it. */
    postgres15Starter: string
  }
}

/** One Postgres 18 for the whole run, and one Postgres 15 if a test asks for it; both are removed at its end. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startTestServer(
    await findEmbeddedBinaries(),
    ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
    // Everything is in memory: processes of their own for reading only cost switches.
    { io_method: 'sync' },
  )
  project.provide('postgresUrl', server.url)
  const postgres15 = await openPostgresStarter()
  project.provide('postgres15Starter', postgres15.url)
  return async () => {
    await postgres15.stop()
    await server.stop()
    await rm(server.directory, { recursive: true, force: true })
  }
}
