import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startOlderServer } from './older-postgres.ts'
import type { TestServer } from './test-server.ts'

/** Answers every request with the URL of one Postgres, which the first request starts. */
export interface PostgresStarter {
  readonly url: string
  /** Ends the server too, if there is one. */
  stop(): Promise<void>
}

export async function openPostgresStarter(): Promise<PostgresStarter> {
  let starting: Promise<TestServer> | undefined
  const starter = createServer((_, response) => {
    starting ??= startOlderServer()
    starting.then(
      ({ url }) => response.end(url),
      (error: unknown) => response.writeHead(500).end(String(error)),
    )
  })
  starter.listen(0, '127.0.0.1')
  await once(starter, 'listening')
  const { port } = starter.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      starter.close()
      starter.closeAllConnections()
      const server = await starting?.catch(() => undefined)
      if (server === undefined) return
      await server.stop()
      await rm(server.directory, { recursive: true, force: true })
    },
  }
}
