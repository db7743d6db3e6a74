import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A proxy between a client and a database, so that a test can cut the connection. */
export interface DatabaseProxy extends AsyncDisposable {
  /** The database's URL, through the proxy. */
  readonly url: string
  /** Connections that clients have opened so far. */
  readonly opened: number
  /** Resets every connection and accepts no new one. */
  cut(): void
  /** Accepts connections again, at the same address. */
  restore(): Promise<void>
}

export async function startDatabaseProxy(databaseUrl: string): Promise<DatabaseProxy> {
  const target = new URL(databaseUrl)
  const sockets = new Set<Socket>()
  let opened = 0
  const server = createServer((client) => {
    opened += 1
    const upstream = connect(Number(target.port), target.hostname)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        client.destroy()
        upstream.destroy()
      })
    }
    client.pipe(upstream).pipe(client)
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const url = new URL(databaseUrl)
  url.hostname = '127.0.0.1'
  url.port = String((server.address() as AddressInfo).port)
  const cut = () => {
    server.close()
    for (const socket of sockets) socket.resetAndDestroy()
  }
  const restore = () =>
    new Promise<void>((resolve) => {
      server.listen(Number(url.port), '127.0.0.1', resolve)
    })
  return {
    url: url.href,
    get opened() {
      return opened
    },
    cut,
    restore,
    [Symbol.asyncDispose]: async () => cut(),
  }
}
