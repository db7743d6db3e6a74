import { rm } from 'node:fs/promises'
import type { TestProject } from 'vitest/node'
import { findEmbeddedBinaries } from '../../runtime/postgres/server/embedded-binaries.ts'
import { startTestServer } from './test-server.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Superuser URL of the run's Postgres 18; tests use `createDatabase` of `postgres.ts`. */
    postgresUrl: string
  }
}

/** One Postgres 18 for the whole run, removed at its end. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startTestServer(await findEmbeddedBinaries(), [
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
  ])
  project.provide('postgresUrl', server.url)
  return async () => {
    await server.stop()
    await rm(server.directory, { recursive: true, force: true })
  }
}
