import { rm } from 'node:fs/promises'
import { findEmbeddedBinaries } from '../../runtime/postgres/server/embedded-binaries.ts'
import { startTestServer } from './test-server.ts'

/** A Postgres 18 for a script, removed at its end. */
export async function startScratchServer(): Promise<AsyncDisposable & { readonly url: string }> {
  const server = await startTestServer(
    await findEmbeddedBinaries(),
    ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
    // Everything is in memory: processes of their own for reading only cost switches.
    { io_method: 'sync' },
  )
  return {
    url: server.url,
    async [Symbol.asyncDispose]() {
      await server.stop()
      await rm(server.directory, { recursive: true, force: true })
    },
  }
}
