import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A server that listens on a free port of this machine until it is disposed of. */
export interface LocalServer extends AsyncDisposable {
  /** Without a trailing slash. */
  readonly url: string
}

/** The end of it closes the connections that clients keep. */
export async function listenLocally(server: Server): Promise<LocalServer> {
  // Longer than clients keep idle connections, so that none is closed under a request.
  server.keepAliveTimeout = 120_000
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve())
      })
      server.closeAllConnections()
      await closed
    },
  }
}
