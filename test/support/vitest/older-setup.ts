import { rm } from 'node:fs/promises'
import type { TestProject } from 'vitest/node'
import { startOlderServer } from '../older-postgres.ts'

/** The older Postgres in the place of the 18, for a project of tests that run on both. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startOlderServer()
  project.provide('postgresUrl', server.url)
  return async () => {
    await server.stop()
    await rm(server.directory, { recursive: true, force: true })
  }
}
