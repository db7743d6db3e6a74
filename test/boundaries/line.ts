import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/**
 * The treatment of the bytes that were just inspected. `hold` keeps them, and all that follow, until
 * `release`.
 */
export type Passage = 'pass' | 'hold' | 'cut'

/** Inspects the traffic of one connection, in whole chunks and in order. */
export interface LineWatch {
  fromClient?(chunk: Buffer): Passage
  fromServer?(chunk: Buffer): Passage
}

/** A proxy between a run and a server, which can cut or pause the traffic at a chosen moment. */
export interface Line extends AsyncDisposable {
  /** Of the target, through the line. */
  readonly url: string
  /** Permanently: every connection is reset, and no new one is accepted. */
  cut(): void
  /** Nothing arrives at the client until `release`. */
  hold(): void
  release(): void
}

export async function startLine(targetUrl: string, watch: () => LineWatch): Promise<Line> {
  const target = new URL(targetUrl)
  const sockets = new Set<Socket>()
  let isCut = false
  let held: (() => void)[] | null = null
  const cut = () => {
    isCut = true
    held = null
    server.close()
    for (const socket of sockets) socket.resetAndDestroy()
  }
  const join = (from: Socket, to: Socket, look: ((chunk: Buffer) => Passage) | undefined) => {
    from.on('data', (chunk: Buffer) => {
      const passage = isCut ? 'cut' : (look?.(chunk) ?? 'pass')
      if (passage === 'cut') {
        if (!isCut) cut()
        return
      }
      if (passage === 'hold') held ??= []
      const send = () => {
        if (to.writable) to.write(chunk)
      }
      if (held === null) send()
      else held.push(send)
    })
  }
  const server = createServer((client) => {
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
    const { fromClient, fromServer } = watch()
    join(client, upstream, fromClient)
    join(upstream, client, fromServer)
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const url = new URL(targetUrl)
  url.hostname = '127.0.0.1'
  url.port = String((server.address() as AddressInfo).port)
  return {
    url: url.href.replace(/\/$/, ''),
    cut,
    hold() {
      if (!isCut) held ??= []
    },
    release() {
      const waiting = held ?? []
      held = null
      for (const send of waiting) send()
    },
    [Symbol.asyncDispose]: async () => cut(),
  }
}
